"use strict";
// The helper's own tests: the same for node's runner (`node --test test/`) and for Jest (`npx jest`), with `kettle` on the
// PATH or KETTLE_BIN set.

const assert = require("node:assert");
const { execFileSync, spawn } = require("node:child_process");
const http = require("node:http");
const path = require("node:path");
const { setTimeout: pause } = require("node:timers/promises");

const { useKettle, Server, Refused } = require("../index.js");

const test = globalThis.test ?? require("node:test").test;
const here = path.join(__dirname, "..");

const kettle = useKettle();

const names = async () => (await kettle.call("GET", "/v2/ssh-keys")).ssh_keys.map((key) => key.name);

const make = (name) => kettle.call("POST", "/v2/ssh-keys", { name, ssh_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB ci" });

for (const name of ["first", "second"]) {
  test(`each test has a world that nobody has used: the ${name}`, async () => {
    assert.deepStrictEqual(await names(), []);
    await make(name);
    assert.deepStrictEqual(await names(), [name]);
  });
}

test("a command that calls Vultr itself is led to the same world", async () => {
  const script = 'test -n "$HTTPS_PROXY" && echo "$VULTR_API_ENDPOINT $VULTR_API_KEY"';
  const { stdout } = await kettle.exec("sh", ["-c", script]);
  assert.strictEqual(stdout.trim(), `${kettle.endpoint} ${kettle.key}`);
  await assert.rejects(kettle.exec("sh", ["-c", "echo why >&2; exit 7"]), (error) => error.code === 7 && error.stderr.includes("why"));
});

test("what is refused says why", async () => {
  const refused = kettle.call("POST", "/v2/blocks", { region: "nowhere", size_gb: 10 });
  await assert.rejects(refused, (error) => error instanceof Refused && error.status === 400 && /region/.test(error.message));
});

test("without the program it is said what to do", () => {
  const { PATH, KETTLE_BIN } = process.env;
  try {
    process.env.PATH = here;
    for (const named of ["", "/no/such/kettle"]) {
      process.env.KETTLE_BIN = named;
      assert.throws(() => new Server(), /KETTLE_BIN/);
    }
  } finally {
    process.env.PATH = PATH;
    if (KETTLE_BIN === undefined) delete process.env.KETTLE_BIN;
    else process.env.KETTLE_BIN = KETTLE_BIN;
  }
});

test("a server that does not start says why", async () => {
  await assert.rejects(new Server(["--behave", "sideways"]).start(), /status 2[^]*sideways/);
});

const isThere = (url) =>
  new Promise((resolve) => {
    http.get(`${url}/_kettle/health`, { agent: false }, (answer) => resolve(answer.resume() && true)).on("error", () => resolve(false));
  });

test("a server ends with the tests, even where they are killed", async () => {
  const program = `const { Server } = require(${JSON.stringify(here)});
    new Server().start().then((kettle) => { console.log(kettle.url); setTimeout(() => {}, 60000); });`;
  const tests = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  const url = (await new Promise((resolve) => tests.stdout.once("data", resolve))).toString().trim();
  assert.ok(await isThere(url));
  tests.kill("SIGKILL");
  for (const deadline = Date.now() + 20_000; await isThere(url); await pause(10)) {
    assert.ok(Date.now() < deadline, "it is still there");
  }
}, 30_000);

test("a process that forgets to stop its server ends all the same", () => {
  const program = `const { Server } = require(${JSON.stringify(here)}); new Server().start().then(() => console.log("done"));`;
  const said = execFileSync(process.execPath, ["-e", program], { timeout: 20_000, encoding: "utf8" });
  assert.strictEqual(said, "done\n");
}, 30_000);
