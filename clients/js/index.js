"use strict";
// A Vultr of your tests' own: see README.md.

const { Server } = require("./server.js");
const { Kettle, Refused } = require("./world.js");

/** The hooks of the test runner that this runs in. */
function hooks() {
  const { beforeAll, beforeEach, afterAll } = globalThis;
  if (beforeAll && beforeEach && afterAll) return { beforeAll, beforeEach, afterAll };
  // Jest without globals.
  if (process.env.JEST_WORKER_ID !== undefined) return require("@jest/globals");
  const test = require("node:test");
  return { beforeAll: test.before, beforeEach: test.beforeEach, afterAll: test.after };
}

/**
 * Gives the tests of this file a server, and each of them a world that nobody has used yet. Call it once, at the top:
 *
 *     const kettle = useKettle();
 *     test("...", async () => { await program(kettle.endpoint, kettle.key); });
 *
 * What it answers with is a `Kettle` from the first test on.
 *
 * @param {object} [wish]
 * @param {string[]} [wish.options] further words for `kettle serve`, such as `["--behave", "vultr"]`
 * @param {(kettle: Kettle) => any} [wish.base] makes what every test's world begins with; called once, before the first
 * @param {object} [wish.hooks] `beforeAll`, `beforeEach` and `afterAll` of another runner than Jest's and node's
 */
function useKettle({ options, base, hooks: given } = {}) {
  const { beforeAll, beforeEach, afterAll } = given ?? hooks();
  let server;
  let kettle;
  beforeAll(async () => {
    server = new Server(options);
    kettle = await server.start();
    await kettle.begin(base);
  });
  beforeEach(() => kettle.fresh());
  afterAll(() => server?.stop());
  const there = () => {
    if (!kettle) throw new Error("there is no Kettle before the first test runs: use it in tests and their hooks");
    return kettle;
  };
  return new Proxy({}, {
    get(_, name) {
      const value = there()[name];
      return typeof value === "function" ? value.bind(kettle) : value;
    },
    has: (_, name) => name in there(),
  });
}

module.exports = { useKettle, Server, Kettle, Refused };
