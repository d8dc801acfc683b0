"use strict";

const assert = require("node:assert");

const { useKettle } = require("../index.js");

const test = globalThis.test ?? require("node:test").test;

const kettle = useKettle({
  options: ["--behave", "vultr"],
  base: (world) => world.call("POST", "/v2/domains", { domain: "base.example" }),
});

for (const name of ["a.example", "b.example"]) {
  test(`each world begins with the base and nothing else: ${name}`, async () => {
    const found = async () => (await kettle.call("GET", "/v2/domains")).domains.map((domain) => domain.domain);
    assert.deepStrictEqual(await found(), ["base.example"]);
    await kettle.call("POST", "/v2/domains", { domain: name });
    assert.strictEqual((await found()).length, 2);
  });
}

test("the options reached the server", async () => {
  assert.strictEqual((await kettle.call("GET", "/_kettle/status")).behave, "vultr");
});
