// The device: its key, its sequence, and requests signed with both (protocol §2).

import * as b64u from "./b64u";
import { sha256, utf8 } from "./bytes";
import type { Bytes } from "./bytes";
import { parse } from "./json";
import type { Json } from "./json";
import { jwkShape, P256, sign, thumbprint } from "./jws";
import type { Jwk } from "./jws";
import { isServerCode, Problem } from "./problem";

/** What the phone keeps. The private key cannot be taken out of the browser's key store through WebCrypto. */
export interface DeviceRecord {
  key: CryptoKeyPair;
  jwk: Jwk;
  thumbprint: string;
  /** Last sequence that may have been sent. */
  sequence: number;
  /** Last sequence that the scheme is known to have taken. */
  taken?: number;
  /** Repeated, also after a restart, when `sequence` has run too far ahead of `taken`. */
  knock?: Signed;
  /** Pinned from the configuration when the key was made. */
  audience: string;
  issuer: string;
  rpId: string;
  logKey: Jwk;
  phoneNumber: string;
  device?: string;
  enrolment?: string;
  identity?: string;
  /** What the bank said when enrolling; only to judge a new code against. */
  birthdate?: string;
}

export interface DeviceStore {
  load(): Promise<DeviceRecord | null>;
  save(record: DeviceRecord): Promise<void>;
  /** Changes the record in one transaction and resolves when that is durable. */
  update(change: (record: DeviceRecord) => void): Promise<DeviceRecord>;
  clear(): Promise<void>;
  /** Runs alone, over all tabs of this browser. */
  alone<T>(task: () => Promise<T>): Promise<T>;
}

export interface Pins {
  audience: string;
  issuer: string;
  rpId: string;
  logKey: Jwk;
}

export async function createDevice(store: DeviceStore, pins: Pins, phoneNumber: string): Promise<DeviceRecord> {
  const key = await crypto.subtle.generateKey(P256, false, ["sign", "verify"]);
  const exported = (await crypto.subtle.exportKey("jwk", key.publicKey)) as unknown as Json;
  const jwk = jwkShape(exported, "jwk");
  const record = { key, jwk, thumbprint: b64u.encode(await thumbprint(jwk)), sequence: 0, phoneNumber, ...pins };
  await store.save(record);
  return record;
}

/** Members that an approval or a refusal adds to the signed payload. */
export interface Decided {
  t: Bytes;
  h: Bytes;
}

export interface Call {
  method: "GET" | "POST";
  /** Path with query. */
  path: string;
  /** The body; a function when it names the sequence of its own request. */
  body?: Json | ((sequence: number) => Promise<{ body: Json; decided: Decided }>);
  decided?: Decided;
  /** Where the signed request is kept, so that a later call sends the very same one if it still may. */
  keep?: Kept;
  /** Given up before it was signed, nothing is sent; from then on it runs its course. */
  signal?: AbortSignal;
}

/**
 * A request as it was signed. Its bytes may go out again while no later sequence was used, and never after: the scheme
 * takes an old sequence for that of a copied phone, and suspends.
 */
export interface Signed {
  /** Of the key that signed. */
  thumbprint: string;
  sequence: number;
  path: string;
  init: RequestInit;
}

/** Empty until the request was signed. */
export interface Kept {
  signed?: Signed;
}

export interface Answer {
  status: number;
  body: Json;
}

export interface Transport {
  fetch(path: string, init: RequestInit): Promise<Response>;
  pause(milliseconds: number): Promise<void>;
}

const browserTransport: Transport = {
  fetch: (path, init) => fetch(path, init),
  pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

const REPEATS = 3;
const TIMEOUT_MS = 20_000;
/** The scheme takes no jump of more than 1,000 sequences (protocol §2). Nobody may get there by being offline. */
const FAR_AHEAD = 500;

export class DeviceClient {
  private readonly store: DeviceStore;
  private readonly transport: Transport;
  private taken: { thumbprint: string; sequence: number } | null = null;
  /** The request for a stream that nobody answered yet: a phone without a connection uses up one sequence, not one a try. */
  private stream: Kept = {};

  constructor(store: DeviceStore, transport: Transport = browserTransport) {
    this.store = store;
    this.transport = transport;
  }

  /** Sends one request and gives its answer; anything but success is thrown as a Problem. */
  async call(call: Call): Promise<Answer> {
    return this.store.alone(async () => {
      call.signal?.throwIfAborted();
      return readAnswer(await this.send(await this.signed(call)));
    });
  }

  /** Opens a stream; only the way to its headers is exclusive, and that takes its time at most. */
  async open(path: string, signal: AbortSignal): Promise<Response> {
    const response = await this.store.alone(async () => {
      signal.throwIfAborted();
      const signed = await this.signed({ method: "GET", path, keep: this.stream });
      const headers = { ...(signed.init.headers as Record<string, string>), accept: "text/event-stream" };
      const opened = await within(TIMEOUT_MS, (stop) => this.transport.fetch(path, { ...signed.init, headers, signal: stop }), signal).catch(
        (cause: unknown) => {
          throw new Problem("offline", 0, {}, cause);
        },
      );
      if (opened.status < 500) this.stream = {};
      if (opened.ok) this.taken = signed;
      return opened;
    });
    if (!response.ok) await readAnswer(response);
    return response;
  }

  /** The request to send: the kept one while its sequence is the last that was used, else a new one. */
  private async signed(call: Call): Promise<Signed> {
    const record = await this.store.load();
    if (!record) throw new Problem("not_enrolled");
    const { thumbprint, sequence } = record;
    const kept = call.keep?.signed;
    if (kept && kept.thumbprint === thumbprint && kept.sequence === sequence) return kept;
    if (sequence - this.takenOf(record) >= FAR_AHEAD) await this.knock(record);
    const signed = await this.sign(call);
    if (call.keep) call.keep.signed = signed;
    return signed;
  }

  private takenOf({ thumbprint, taken, sequence }: DeviceRecord): number {
    return Math.max(taken ?? sequence, this.taken?.thumbprint === thumbprint ? this.taken.sequence : 0);
  }

  /** Learns, before it runs out of sequences, whether anything arrives at all; until then it uses no further one. */
  private async knock(record: DeviceRecord): Promise<void> {
    let signed = record.knock;
    if (signed?.thumbprint !== record.thumbprint || signed.sequence !== record.sequence) {
      const fresh = await this.sign({ method: "GET", path: "/phone/v1/me" });
      await this.store.update((saved) => {
        saved.knock = fresh;
      });
      signed = fresh;
    }
    await readAnswer(await this.send(signed)).catch((thrown: unknown) => {
      if (thrown instanceof Problem && thrown.passing) throw thrown;
    });
  }

  private async sign(call: Call): Promise<Signed> {
    // Saved before it is sent: whatever happens next, this number never stands under other bytes.
    const record = await this.store.update((saved) => {
      saved.taken = this.takenOf(saved);
      saved.sequence += 1;
    });
    const made = typeof call.body === "function" ? await call.body(record.sequence) : { body: call.body, decided: call.decided };
    const body = made.body === undefined ? "" : JSON.stringify(made.body);
    const kid = record.device ?? record.thumbprint;
    const payload: Record<string, Json> = {
      aud: record.audience,
      htm: call.method,
      htu: call.path,
      bh: b64u.encode(await sha256(utf8(body))),
      dev: kid,
      seq: record.sequence,
    };
    if (made.decided) {
      payload["t"] = b64u.encode(made.decided.t);
      payload["h"] = b64u.encode(made.decided.h);
    }
    const header = { alg: "ES256", typ: "ipse-request+jwt", kid };
    const headers: Record<string, string> = {
      "ipse-device": await sign(record.key.privateKey, header, utf8(JSON.stringify(payload))),
    };
    if (call.method === "POST") headers["content-type"] = "application/json";
    const init: RequestInit = { method: call.method, headers, cache: "no-store", redirect: "error" };
    if (call.method === "POST") init.body = body;
    return { thumbprint: record.thumbprint, sequence: record.sequence, path: call.path, init };
  }

  /** An answer that got lost is asked for again with the same bytes, which the scheme takes as a repetition. */
  private async send(signed: Signed): Promise<Response> {
    for (let round = 1; ; round += 1) {
      try {
        const response = await within(TIMEOUT_MS, async (signal) => {
          const answered = await this.transport.fetch(signed.path, { ...signed.init, signal });
          // Read here, so that a connection lost halfway counts as lost.
          return new Response(await answered.arrayBuffer(), { status: answered.status, headers: answered.headers });
        });
        if (response.ok) this.taken = signed;
        return response;
      } catch (cause) {
        if (round === REPEATS) throw new Problem("offline", 0, {}, cause);
        await this.transport.pause(400 * round);
      }
    }
  }
}

/** Ends when the time is over, whatever the work makes of its signal: nothing may hold the lock for good. */
function within<T>(milliseconds: number, work: (signal: AbortSignal) => Promise<T>, outer?: AbortSignal): Promise<T> {
  const stop = new AbortController();
  outer?.addEventListener("abort", () => stop.abort(outer.reason), { once: true });
  if (outer?.aborted) return Promise.reject(outer.reason);
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => stop.abort(new DOMException("no answer in time", "TimeoutError")), milliseconds);
    stop.signal.addEventListener("abort", () => reject(stop.signal.reason), { once: true });
    work(stop.signal)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}

async function readAnswer(response: Response): Promise<Answer> {
  let body: Json = null;
  try {
    const text = await response.text();
    body = text === "" ? null : parse(text);
  } catch (cause) {
    throw new Problem("answer_unreadable", response.status, {}, cause);
  }
  if (response.ok) return { status: response.status, body };
  if (body !== null && typeof body === "object" && !Array.isArray(body) && isServerCode(body["code"])) {
    throw new Problem(body["code"], response.status, { ...body });
  }
  throw new Problem(response.status >= 500 ? "busy" : "answer_unreadable", response.status);
}
