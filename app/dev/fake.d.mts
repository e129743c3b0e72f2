// Just enough for the tests to be typed.

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
    /** Answers to POST that get lost. */
    lose: number;
    /** Answered requests, such as `POST /phone/v1/block 200`. */
    log: string[];
    /** How many actions a list has at most. */
    page: number;
    receipts: Map<string, unknown>;
    /** Answers to give instead, once each. */
    failures: { route: string; status: number; code: string; members?: Record<string, unknown> }[];
  };
  ask(over?: Record<string, unknown>): { link: string; action: FakeAction };
  close(): void;
}

export function startFake(options?: { port?: number; simDelay?: number }): Promise<Fake>;
