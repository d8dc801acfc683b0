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
  /** Has every fresh world begin with what `base` makes. */
  begin(base?: (kettle: Kettle) => unknown): Promise<void>;
  /** Makes it a world that nobody has used yet. */
  fresh(): Promise<void>;
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
