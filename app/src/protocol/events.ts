// Live updates (protocol §4). The app reads server-sent events from a fetch, because EventSource cannot send the signed
// header.

import type { DeviceClient } from "./device";
import { parse } from "./json";
import { pause } from "./pause";
import { Problem } from "./problem";
import { object, string } from "./shape";

export interface ServerEvent {
  event: string;
  data: string;
}

/** Splits a text stream into events (HTML standard §9.2.6). Returns the complete ones and keeps the rest. */
export class EventParser {
  private rest = "";

  push(chunk: string): ServerEvent[] {
    const blocks = (this.rest + chunk).replace(/\r\n?/g, "\n").split("\n\n");
    this.rest = blocks.pop() ?? "";
    return blocks.flatMap((block) => {
      const fields = block.split("\n").filter((line) => !line.startsWith(":"));
      const values = (name: string) =>
        fields.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).replace(/^ /, ""));
      const data = values("data");
      return data.length === 0 ? [] : [{ event: values("event").at(-1) ?? "message", data: data.join("\n") }];
    });
  }
}

export type Update = { type: "action"; id: string; status: string } | { type: "identity"; status: string };

const BACK_OFF_MS = [500, 1000, 2000, 5000, 10_000, 30_000];
/** Heartbeats arrive more often. After this much silence the connection is dead. */
const SILENCE_MS = 60_000;

export interface Listener {
  update(update: Update): void;
  /** Called after each new connection. The listener must then load what happened meanwhile. */
  connected(): void;
  /** Called when the scheme accepts nothing more from this device, which ends the listening. */
  ended(problem: Problem): void;
}

/** Listens until aborted, or until the scheme accepts nothing more from this device. */
export async function listen(client: DeviceClient, listener: Listener, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    const attempt = new AbortController();
    const stop = () => attempt.abort();
    signal.addEventListener("abort", stop, { once: true });
    try {
      const response = await client.open("/phone/v1/events", attempt.signal);
      listener.connected();
      failures = 0;
      await read(response, listener, attempt);
    } catch (thrown) {
      if (thrown instanceof Problem && thrown.final) return listener.ended(thrown);
      failures += 1;
    } finally {
      stop();
      signal.removeEventListener("abort", stop);
    }
    if (!signal.aborted) await pause(BACK_OFF_MS[Math.min(failures, BACK_OFF_MS.length - 1)] ?? 1000, signal);
  }
}

async function read(response: Response, listener: Listener, attempt: AbortController): Promise<void> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const parser = new EventParser();
  let silence = setTimeout(() => attempt.abort(), SILENCE_MS);
  try {
    for (;;) {
      const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
      if (done) return;
      clearTimeout(silence);
      silence = setTimeout(() => attempt.abort(), SILENCE_MS);
      for (const event of parser.push(value ?? "")) {
        const update = parseUpdate(event);
        if (update) listener.update(update);
      }
    }
  } finally {
    clearTimeout(silence);
  }
}

function parseUpdate({ event, data }: ServerEvent): Update | null {
  try {
    if (event === "action") return { type: "action", ...object({ id: string, status: string })(parse(data), event) };
    if (event === "identity") return { type: "identity", ...object({ status: string })(parse(data), event) };
  } catch {
    // An event only announces news. The app loses nothing if it cannot read one.
  }
  return null;
}
