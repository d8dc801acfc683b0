"use strict";
// What tests do with a Kettle: requests, and all that is its owner's, by names.

const { AssertionError } = require("node:assert");
const { execFile } = require("node:child_process");
const http = require("node:http");

// How long one answer may take, in milliseconds: a month passes in less.
const PATIENCE = 120_000;
// The snapshot that every fresh world is restored from.
const BEGINNING = "beginning-of-tests";

/** A request was refused: `status`, and `error`, the words of whoever refused it. */
class Refused extends Error {
  constructor(request, status, error) {
    super(`${request}: ${error} (status ${status})`);
    this.name = "Refused";
    this.status = status;
    this.error = error;
  }
}

/** A server of the Vultr API, whose owner the tests are. */
class Kettle {
  #program;

  constructor(url, key, program = "kettle") {
    /** Where it is: `http://127.0.0.1:PORT`. */
    this.url = url;
    /** Where the API is, as `https://api.vultr.com/v2` is. */
    this.endpoint = `${url}/v2`;
    /** The key of the account that all requests here come from. */
    this.key = key;
    this.#program = program;
  }

  /** What leads programs here that read VULTR_API_ENDPOINT and VULTR_API_KEY. Commands of `kettle` itself heed it, too. */
  get env() {
    // A profile of the user's would come before the endpoint.
    return { VULTR_API_ENDPOINT: this.endpoint, VULTR_API_KEY: this.key, KETTLE_PROFILE: "", KETTLE_KEY: this.key };
  }

  /**
   * Runs a program that cannot be told where the API is and calls api.vultr.com, as Terraform's provider and vultr-cli
   * do, so that it is led here: `await kettle.exec("terraform", ["apply"])`. What it said: `{ stdout, stderr }`. Rejects
   * where it fails, as `execFile` of node does, which has the same options.
   */
  exec(program, words = [], options = {}) {
    const all = ["exec", "--server", this.url, "--", program, ...words];
    const env = { ...(options.env ?? process.env), ...this.env };
    return new Promise((resolve, reject) => {
      execFile(this.#program, all, { ...options, env }, (error, stdout, stderr) => {
        if (error) reject(Object.assign(error, { stdout, stderr }));
        else resolve({ stdout, stderr });
      });
    });
  }

  /**
   * One request: `await kettle.call("POST", "/v2/ssh-keys", { name: "ci", ssh_key: "..." })`. What was answered, read
   * from JSON; undefined where that is nothing. Throws Refused for every status of 400 and more.
   */
  call(method, path, body) {
    const text = body === undefined ? "" : JSON.stringify(body);
    const headers = {
      Authorization: `Bearer ${this.key}`,
      "Content-Type": "application/json",
      "Content-Length": Buffer.byteLength(text),
    };
    return new Promise((resolve, reject) => {
      // node:http asks no proxy, and is there also where a test has replaced fetch. A connection each: none is kept open.
      const request = http.request(this.url + path, { method, headers, agent: false, timeout: PATIENCE }, (answer) => {
        const parts = [];
        answer.on("data", (part) => parts.push(part));
        answer.on("error", reject);
        answer.on("end", () => {
          const said = Buffer.concat(parts).toString();
          let value = said || undefined;
          try {
            if (said) value = JSON.parse(said);
          } catch {
            // It is no JSON: the text is all there is.
          }
          if (answer.statusCode < 400) resolve(value);
          else reject(new Refused(`${method} ${path}`, answer.statusCode, value?.error ?? said));
        });
      });
      request.on("timeout", () => request.destroy(new Error(`${method} ${path}: no answer within ${PATIENCE / 1000} s`)));
      request.on("error", reject);
      request.end(text);
    });
  }

  /** Empties everything: things, users, keys, faults and what is billed. The owner's key stays. */
  async reset() {
    await this.call("POST", "/_kettle/reset");
  }

  /** Saves all there is under a name, in place of what had it. */
  async snapshot(name) {
    await this.call("PUT", `/_kettle/world/snapshots/${encodeURIComponent(name)}`, { replace: true });
  }

  /** Puts back all that was there when `snapshot` was called, in one moment; ids and addresses are the same. */
  async restore(name) {
    await this.call("POST", `/_kettle/world/snapshots/${encodeURIComponent(name)}/restore`);
  }

  /** What the world's clock shows, and how it goes: `time`, `mode`, `rate`. */
  async clock() {
    return (await this.call("GET", "/_kettle/clock")).clock;
  }

  /** Stops the clock. */
  async freeze() {
    return (await this.call("POST", "/_kettle/clock/freeze")).clock;
  }

  /** Lets the clock run on from what it shows. */
  async resume() {
    return (await this.call("POST", "/_kettle/clock/resume")).clock;
  }

  /** Turns the clock ahead by `90s`, `15m`, `2h` or `30d`. Whatever becomes due on the way is done, in order. */
  async advance(duration) {
    return (await this.call("POST", `/_kettle/clock/advance/${encodeURIComponent(duration)}`)).clock;
  }

  /**
   * Has something go wrong: `fault("429-storm")` by a ready-made name, or by a rule of its own, as in
   * `fault({ operation: "create-instance", status: 503, times: 2 })`; `kettle world fault add --help` tells all that a
   * rule can say. The rules that were added.
   */
  async fault(wish) {
    if (typeof wish === "string") return (await this.call("POST", `/_kettle/faults/ready/${encodeURIComponent(wish)}`)).faults;
    return [(await this.call("POST", "/_kettle/faults", wish)).fault];
  }

  /** The rules, each with how often it has acted. */
  async faults() {
    return (await this.call("GET", "/_kettle/faults")).faults;
  }

  /** Ends all of them. */
  async clearFaults() {
    await this.call("POST", "/_kettle/faults/clear");
  }

  /**
   * Asserts that a request was made since the test began: at least once, or as often as `times`, `atLeast` and `atMost`
   * say. `call` is an operation's id, or method and path, where `*` is any part: `"GET /v2/instances/*"`. `body` has
   * fields that must be in the request's, or is a text: `~` and a regular expression. `since` is what `mark` brought.
   * Throws, with what came nearest.
   */
  async called(call, { times, atLeast, atMost, body, status, since } = {}) {
    const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    const wish = { call, times, at_least: atLeast, at_most: atMost, body: text, status, since };
    try {
      return (await this.call("POST", "/_kettle/history/called", wish)).calls;
    } catch (error) {
      // Another status says that it was asked wrongly.
      if (!(error instanceof Refused) || error.status !== 412) throw error;
      throw new AssertionError({ message: error.error });
    }
  }

  /** This place in the history: `called(..., { since })` looks behind it. */
  async mark() {
    return (await this.call("POST", "/_kettle/history/mark")).mark.sequence;
  }

  /** Holds lifecycles at their next step: of a thing, of a kind (`instance`), or of everything. Its number. */
  async hold({ kind, thing } = {}) {
    return (await this.call("POST", "/_kettle/holds", { kind, thing })).hold.id;
  }

  /** Lets a thing, held or not, take a step. Where it stands then: `status`, `stands`, ... */
  async step(thing, steps = 1) {
    return (await this.call("POST", `/_kettle/lives/${encodeURIComponent(thing)}/step`, { steps })).life;
  }

  /** Releases what a hold holds; everything, without its number. */
  async release(hold) {
    await this.call("POST", hold === undefined ? "/_kettle/holds/clear" : `/_kettle/holds/${hold}/release`);
  }

  /** Has every `fresh` world begin with what the function `base` makes now, which is given this. */
  async begin(base) {
    await this.reset();
    await base?.(this);
    await this.snapshot(BEGINNING);
  }

  /** Makes it a world that nobody has used yet: what `begin` left, its clock as well; no faults, no history. */
  async fresh() {
    await this.restore(BEGINNING);
    await this.clearFaults();
    await this.call("POST", "/_kettle/history/clear");
  }
}

module.exports = { Kettle, Refused };
