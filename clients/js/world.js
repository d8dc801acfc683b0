"use strict";
// What tests do with a Kettle: requests, and all that is its owner's, by names.

const { execFile } = require("node:child_process");
const http = require("node:http");

// How long one answer may take, in milliseconds: a month passes in less.
const PATIENCE = 120_000;

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
  #base;

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

  /** Empties everything: things, users, keys and what is billed. The owner's key stays. */
  async reset() {
    await this.call("POST", "/_kettle/reset");
  }

  /** Has every `fresh` world begin with what the function `base` makes, which is given this. */
  async begin(base) {
    this.#base = base;
  }

  /** Makes it a world that nobody has used yet. */
  async fresh() {
    await this.reset();
    await this.#base?.(this);
  }
}

module.exports = { Kettle, Refused };
