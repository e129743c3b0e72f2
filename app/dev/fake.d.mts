// The types that the tests need.

export interface FakeAction {
  id: string;
  status: string;
  reason?: string;
  attempt?: { id: string };
  person: { wrong: number };
}

export interface Fake {
  origin: string;
  state: {
    /** How many of the next answers to a POST are lost. */
    lose: number;
    /** The answered requests, such as `POST /phone/v1/block 200`. */
    log: string[];
    /** The largest number of actions in a list. */
    page: number;
    /** The id of the partner of the next requests. */
    shop: string;
    receipts: Map<string, unknown>;
    /** The hashes of the log's leaves. */
    tree: Uint8Array[];
    /** How the log fails from now on. */
    logFault: "forgot" | "forked" | "overdue" | null;
    /** The images of views, by the SHA-256 of their bytes. */
    images: Map<string, Uint8Array>;
    /** Problems to answer instead. Each is used one time. */
    failures: { route: string; status: number; code: string; members?: Record<string, unknown> }[];
  };
  /** A browser comes back after this action. */
  comeBack(before: FakeAction): FakeAction;
  /** Adds requests of the past, four a day. Returns the id of the first one. */
  fill(count: number): string;
  createRequest(over?: Record<string, unknown>): { link: string; action: FakeAction };
  close(): void;
}

export function startFake(options?: { port?: number; simDelay?: number }): Promise<Fake>;
