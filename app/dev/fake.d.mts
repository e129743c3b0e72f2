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
  state: { lose: number };
  ask(over?: Record<string, unknown>): { link: string; action: FakeAction };
  close(): void;
}

export function startFake(options?: { port?: number; simDelay?: number }): Promise<Fake>;
