/** A request was refused: `status`, and `error`, the words of whoever refused it. */
export class Refused extends Error {
  status: number;
  error: string;
}

/** A server of the Vultr API, whose owner the tests are. */
export class Kettle {
  constructor(url: string, key: string, program?: string);
  /** Where it is: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Where the API is, as `https://api.vultr.com/v2` is. */
  readonly endpoint: string;
  /** The key of the account that all requests here come from. */
  readonly key: string;
  /** What leads programs here that read VULTR_API_ENDPOINT and VULTR_API_KEY. */
  readonly env: Record<string, string>;
  /** Runs a program that calls api.vultr.com, so that it is led here. */
  exec(program: string, words?: string[], options?: object): Promise<{ stdout: string; stderr: string }>;
  /** One request. What was answered, read from JSON. */
  call(method: string, path: string, body?: unknown): Promise<any>;
  /** Empties everything. The owner's key stays. */
  reset(): Promise<void>;
  /** Saves all there is under a name, in place of what had it. */
  snapshot(name: string): Promise<void>;
  /** Puts back all that was there when `snapshot` was called; ids and addresses are the same. */
  restore(name: string): Promise<void>;
  /** What the world's clock shows, and how it goes. */
  clock(): Promise<Clock>;
  /** Stops the clock. */
  freeze(): Promise<Clock>;
  /** Lets the clock run on from what it shows. */
  resume(): Promise<Clock>;
  /** Turns the clock ahead by `90s`, `15m`, `2h` or `30d`. */
  advance(duration: string): Promise<Clock>;
  /** Has something go wrong, by a ready-made name or by a rule. */
  fault(wish: string | Record<string, unknown>): Promise<Fault[]>;
  /** The rules, each with how often it has acted. */
  faults(): Promise<Fault[]>;
  /** Ends all of them. */
  clearFaults(): Promise<void>;
  /** Asserts that a request was made since the test began: at least once, or as often as is said. */
  called(call: string, wish?: Calls): Promise<{ found: number; sequences: number[]; since: number }>;
  /** This place in the history. */
  mark(): Promise<number>;
  /** Holds lifecycles at their next step: of a thing, of a kind, or of everything. Its number. */
  hold(what?: { kind?: string; thing?: string }): Promise<number>;
  /** Lets a thing, held or not, take a step. Where it stands then. */
  step(thing: string, steps?: number): Promise<{ status: string; stands: string; held: boolean; [field: string]: unknown }>;
  /** Releases what a hold holds; everything, without its number. */
  release(hold?: number): Promise<void>;
  /** Has every fresh world begin with what `base` makes. */
  begin(base?: (kettle: Kettle) => unknown): Promise<void>;
  /** Makes it a world that nobody has used yet. */
  fresh(): Promise<void>;
}

/** The world's clock. */
export interface Clock {
  time: string;
  time_ms: number;
  mode: "real" | "frozen" | "running";
  rate: number;
}

/** A rule by which something goes wrong. */
export interface Fault {
  id: number;
  acted: number;
  [field: string]: unknown;
}

/** How often, and how, a request must have been made. */
export interface Calls {
  times?: number;
  atLeast?: number;
  atMost?: number;
  body?: unknown;
  status?: number;
  since?: number;
}

/** A server that keeps nothing, and ends with this process. */
export class Server {
  constructor(options?: string[]);
  start(): Promise<Kettle>;
  stop(): Promise<void>;
}

/** The hooks of a test runner. */
export interface Hooks {
  beforeAll(hook: () => unknown): unknown;
  beforeEach(hook: () => unknown): unknown;
  afterAll(hook: () => unknown): unknown;
}

/** Gives the tests of this file a server, and each of them a world that nobody has used yet. */
export function useKettle(wish?: { options?: string[]; base?: (kettle: Kettle) => unknown; hooks?: Hooks }): Kettle;
