"use strict";
// `kettle serve`, started for this process and ended with it.

const { spawn } = require("node:child_process");
const { randomBytes } = require("node:crypto");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { setTimeout: pause } = require("node:timers/promises");

const { Kettle } = require("./world.js");

// How long a server may take until it answers, and until it has ended, in milliseconds.
const STARTING = 30_000;
const ENDING = 10_000;

/** The program: what KETTLE_BIN names, or kettle on the PATH. */
function program() {
  const named = process.env.KETTLE_BIN;
  const runs = (file) => {
    try {
      fs.accessSync(file, fs.constants.X_OK);
      return fs.statSync(file).isFile();
    } catch {
      return false;
    }
  };
  const places = named?.includes("/") ? [""] : (process.env.PATH ?? "").split(path.delimiter).filter(Boolean);
  const found = places.map((place) => path.join(place, named || "kettle")).find(runs);
  if (found) return found;
  if (named) throw new Error(`KETTLE_BIN is ${JSON.stringify(named)}, and no program is there`);
  throw new Error("there is no kettle on the PATH; install it, or set KETTLE_BIN to where it is");
}

/**
 * A server that keeps nothing, on a port that was free, with a key of its own. Its standard input is a pipe that only
 * this process holds, and --until-eof has it stop when that is closed: with this process, however that ends.
 */
class Server {
  #child;
  #directory;

  /** @param {string[]} options further words for `kettle serve`, such as `--behave vultr` */
  constructor(options = []) {
    this.program = program();
    this.options = options;
  }

  /** Starts it, and waits until it answers. */
  async start() {
    this.#directory = fs.mkdtempSync(path.join(os.tmpdir(), "kettle-"));
    try {
      return await this.#start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async #start() {
    const ready = path.join(this.#directory, "url");
    const said = path.join(this.#directory, "log");
    const key = randomBytes(18).toString("hex");
    const words = ["serve", "--ephemeral", "--quiet", "--listen", "127.0.0.1:0", "--until-eof", "--ready-file", ready, ...this.options];
    const log = fs.openSync(said, "w");
    let how;
    // In a group of its own: Ctrl-C is for the tests, which still need the server while they end.
    const child = spawn(this.program, words, { stdio: ["pipe", log, log], detached: true, env: { ...process.env, KETTLE_KEY: key } });
    fs.closeSync(log);
    this.#child = child;
    child.on("error", (error) => (how = error.message));
    child.on("exit", (code, signal) => (how = `it ended with status ${code ?? signal}`));
    // What is at the other end may have gone.
    child.stdin.on("error", () => {});
    const deadline = Date.now() + STARTING;
    while (!fs.existsSync(ready)) {
      if (!how && Date.now() > deadline) how = `it is not ready after ${STARTING / 1000} s`;
      if (how) throw new Error(`\`${[this.program, ...words].join(" ")}\` does not serve: ${how}\n${fs.readFileSync(said, "utf8")}`);
      await pause(5);
    }
    // Nobody has to wait for it: it ends with this process.
    child.unref();
    child.stdin.unref?.();
    return new Kettle(fs.readFileSync(ready, "utf8").trim(), key, this.program);
  }

  /** Ends it, and waits until it has ended. Does nothing where it has. */
  async stop() {
    const child = this.#child;
    this.#child = undefined;
    if (child && child.exitCode === null && child.signalCode === null && child.pid) {
      child.ref();
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.stdin.end();
      const late = setTimeout(() => child.kill("SIGKILL"), ENDING);
      await ended;
      clearTimeout(late);
    }
    if (this.#directory) fs.rmSync(this.#directory, { recursive: true, force: true });
  }
}

module.exports = { Server, program };
