// Live updates (protocol §4): server-sent events read from a fetch, since EventSource cannot carry the signed header.

import type { DeviceClient } from "./device";
import { parse } from "./json";
import { pause } from "./pause";
import { object, string } from "./shape";

export interface ServerEvent {
  event: string;
  data: string;
}

/** Cuts a text stream into events (HTML standard §9.2.6); gives those that are complete and keeps the rest. */
export class EventCutter {
  private rest = "";

  push(chunk: string): ServerEvent[] {
    const blocks = (this.rest + chunk).replace(/\r\n?/g, "\n").split("\n\n");
    this.rest = blocks.pop() ?? "";
    return blocks.flatMap((block) => {
      const fields = block.split("\n").filter((line) => !line.startsWith(":"));
      const of = (name: string) =>
        fields.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).replace(/^ /, ""));
      const data = of("data");
      return data.length === 0 ? [] : [{ event: of("event").at(-1) ?? "message", data: data.join("\n") }];
    });
  }
}

export type Update = { about: "action"; id: string; status: string } | { about: "identity"; status: string };

const BACK_OFF_MS = [500, 1000, 2000, 5000, 10_000, 30_000];
/** Heartbeats come more often than this; silence means the connection is dead. */
const SILENCE_MS = 60_000;

export interface Listener {
  update(update: Update): void;
  /** After each new connection: what happened in between must be asked for. */
  connected(): void;
}

/** Listens until aborted. */
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
    } catch {
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
  const cutter = new EventCutter();
  let silence = setTimeout(() => attempt.abort(), SILENCE_MS);
  try {
    for (;;) {
      const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
      if (done) return;
      clearTimeout(silence);
      silence = setTimeout(() => attempt.abort(), SILENCE_MS);
      for (const event of cutter.push(value ?? "")) {
        const update = understand(event);
        if (update) listener.update(update);
      }
    }
  } finally {
    clearTimeout(silence);
  }
}

function understand({ event, data }: ServerEvent): Update | null {
  try {
    if (event === "action") return { about: "action", ...object({ id: string, status: string })(parse(data), event) };
    if (event === "identity") return { about: "identity", ...object({ status: string })(parse(data), event) };
  } catch {
    // An event is a hint; one that cannot be read loses nothing.
  }
  return null;
}
