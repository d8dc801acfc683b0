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

test("a snapshot brings back what was there", async () => {
  await make("kept");
  await kettle.snapshot("furnished");
  await make("more");
  await kettle.restore("furnished");
  assert.deepStrictEqual(await names(), ["kept"]);
});

for (const time of ["first", "second"]) {
  test(`what goes wrong by a rule is counted and ends with the test: the ${time}`, async () => {
    assert.deepStrictEqual(await kettle.faults(), []);
    await kettle.fault({ operation: "list-ssh-keys", status: 503, error: "not now", times: 1 });
    await assert.rejects(names(), (error) => error.status === 503 && error.error === "not now");
    await names();
    assert.deepStrictEqual((await kettle.faults()).map((rule) => rule.acted), [1]);
    assert.ok((await kettle.fault("429-storm")).length > 0);
  });
}

test("calls are counted", async () => {
  await assert.rejects(kettle.called("POST /v2/ssh-keys"), assert.AssertionError);
  await make("a");
  const since = await kettle.mark();
  await make("b");
  assert.strictEqual((await kettle.called("POST /v2/ssh-keys", { times: 2, status: 201 })).found, 2);
  await kettle.called("create-ssh-key", { body: { name: "a" }, times: 1 });
  await kettle.called("POST /v2/ssh-keys", { since, times: 1, body: '~"name": ?"b"' });
  await kettle.called("DELETE /v2/ssh-keys/*", { times: 0 });
  await kettle.called("create-ssh-key", { atLeast: 1, atMost: 2 });
  await assert.rejects(kettle.called("POST /v2/ssh-keys", { times: 3 }), /POST \/v2\/ssh-keys/);
});

for (const time of ["first", "second"]) {
  test(`the clock is turned and goes back with the test: the ${time}`, async () => {
    assert.strictEqual((await kettle.clock()).mode, "real");
    const before = await kettle.freeze();
    const after = await kettle.advance("30d");
    assert.strictEqual(after.time_ms - before.time_ms, 30 * 24 * 3600 * 1000);
    assert.strictEqual((await kettle.resume()).mode, "running");
    assert.ok(Math.abs(before.time_ms - Date.now()) < 3_600_000);
  });
}

test("a lifecycle is held, stepped and released", async () => {
  const hold = await kettle.hold({ kind: "instance" });
  const order = { region: "ewr", plan: "vc2-1c-1gb", os_id: 2136 };
  const { id } = (await kettle.call("POST", "/v2/instances", order)).instance;
  const status = async () => (await kettle.call("GET", `/v2/instances/${id}`)).instance.status;
  assert.strictEqual(await status(), "pending");
  const life = await kettle.step(id);
  assert.ok(life.held && life.kind === "instance");
  await kettle.release(hold);
  for (const deadline = Date.now() + 20_000; (await status()) !== "active"; await pause(5)) {
    assert.ok(Date.now() < deadline, "it does not become active");
  }
}, 30_000);

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
