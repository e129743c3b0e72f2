// The device: its key, its sequence, and the requests that it signs (protocol §2).

import * as b64u from "./b64u";
import { sha256, utf8 } from "./bytes";
import type { Bytes } from "./bytes";
import { parse } from "./json";
import type { Json } from "./json";
import { jwkShape, P256, sign, thumbprint } from "./jws";
import type { Jwk } from "./jws";
import type { LogMemory } from "./log-head";
import { isServerCode, Problem } from "./problem";

/** What the phone stores. WebCrypto cannot export the private key. */
export interface DeviceRecord extends LogMemory {
  key: CryptoKeyPair;
  jwk: Jwk;
  thumbprint: string;
  /** The last sequence that the phone may have sent. */
  sequence: number;
  /** The last sequence that the scheme has certainly received. */
  taken?: number;
  /** The request that the phone repeats, also after a restart, while `sequence` is too far ahead of `taken`. */
  knock?: SignedRequest;
  /** Copied from the configuration when the phone made its key. It never changes. */
  audience: string;
  issuer: string;
  rpId: string;
  logKey: Jwk;
  phoneNumber: string;
  device?: string;
  enrolment?: string;
  identity?: string;
  /** What the bank said at enrolment. The app uses it only to refuse a code with the year of birth. */
  birthdate?: string;
}

export interface DeviceStore {
  load(): Promise<DeviceRecord | null>;
  save(record: DeviceRecord): Promise<void>;
  /** Changes the record in one transaction. Resolves when the change is durable. */
  update(change: (record: DeviceRecord) => void): Promise<DeviceRecord>;
  clear(): Promise<void>;
  /** Runs one task at a time, over all tabs of this browser. */
  exclusively<T>(task: () => Promise<T>): Promise<T>;
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

/** The hashes that an approval or a refusal adds to the signed payload: of the transcript, and of the proof. */
export interface DecisionHashes {
  t: Bytes;
  h: Bytes;
}

export interface Call {
  method: "GET" | "POST";
  /** The path with its query. */
  path: string;
  /** The body. It is a function if the body names the sequence of its own request. */
  body?: Json | ((sequence: number) => Promise<{ body: Json; decision: DecisionHashes }>);
  decision?: DecisionHashes;
  /** Stores the signed request here. A later call with the same object sends it again, if the scheme still accepts it. */
  reuse?: ReusableRequest;
  /** If it aborts before the request is signed, nothing is sent. After that it has no effect. */
  signal?: AbortSignal;
}

/**
 * A signed request. The phone may send the same bytes again until it uses a later sequence, and never after that. The
 * scheme takes other bytes at a used sequence as the sign of a copied phone, and suspends the device.
 */
export interface SignedRequest {
  /** The thumbprint of the key that signed. */
  thumbprint: string;
  sequence: number;
  path: string;
  init: RequestInit;
}

/** Empty until the request is signed. */
export interface ReusableRequest {
  signed?: SignedRequest;
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
/** The scheme refuses a jump of more than 1,000 sequences (protocol §2). A phone without a connection must stay below. */
const FAR_AHEAD = 500;

export class DeviceClient {
  private readonly store: DeviceStore;
  private readonly transport: Transport;
  private taken: { thumbprint: string; sequence: number } | null = null;
  /** The request for a stream without an answer yet. So all tries of a phone without a connection use one sequence. */
  private stream: ReusableRequest = {};

  constructor(store: DeviceStore, transport: Transport = browserTransport) {
    this.store = store;
    this.transport = transport;
  }

  /** Sends one request and returns its answer. Throws a Problem for an answer that is no success. */
  async call(call: Call): Promise<Answer> {
    return this.store.exclusively(async () => {
      call.signal?.throwIfAborted();
      const signed = await this.signed(call);
      return readAnswer(await this.whenBehind(signed, await this.send(signed)));
    });
  }

  /** Opens a stream. It holds the lock until the headers arrive, or until the time is over. */
  async open(path: string, signal: AbortSignal): Promise<Response> {
    const response = await this.store.exclusively(async () => {
      signal.throwIfAborted();
      const signed = await this.signed({ method: "GET", path, reuse: this.stream });
      const headers = { ...(signed.init.headers as Record<string, string>), accept: "text/event-stream" };
      const opened = await withTimeout(TIMEOUT_MS, (stop) => this.transport.fetch(path, { ...signed.init, headers, signal: stop }), signal).catch(
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

  /** Returns the stored request if its sequence is still the last one. Signs a new request otherwise. */
  private async signed(call: Call): Promise<SignedRequest> {
    const record = await this.store.load();
    if (!record) throw new Problem("not_enrolled");
    const { thumbprint, sequence } = record;
    const stored = call.reuse?.signed;
    if (stored && stored.thumbprint === thumbprint && stored.sequence === sequence) return stored;
    if (sequence - this.takenOf(record) >= FAR_AHEAD) await this.probe(record);
    const signed = await this.sign(call);
    if (call.reuse) call.reuse.signed = signed;
    return signed;
  }

  private takenOf({ thumbprint, taken, sequence }: DeviceRecord): number {
    return Math.max(taken ?? sequence, this.taken?.thumbprint === thumbprint ? this.taken.sequence : 0);
  }

  /** Finds out whether the scheme receives anything, before the phone is too far ahead. Uses one sequence for that. */
  private async probe(record: DeviceRecord): Promise<void> {
    let signed = record.knock;
    if (signed?.thumbprint !== record.thumbprint || signed.sequence !== record.sequence) {
      const fresh = await this.sign({ method: "GET", path: "/phone/v1/me" });
      await this.store.update((saved) => {
        saved.knock = fresh;
      });
      signed = fresh;
    }
    await readAnswer(await this.send(signed)).catch((thrown: unknown) => {
      if (thrown instanceof Problem && thrown.temporary) throw thrown;
    });
  }

  private async sign(call: Call): Promise<SignedRequest> {
    // Save the sequence before sending: whatever happens next, it is never used for other bytes.
    const record = await this.store.update((saved) => {
      saved.taken = this.takenOf(saved);
      saved.sequence += 1;
    });
    const made = typeof call.body === "function" ? await call.body(record.sequence) : { body: call.body, decision: call.decision };
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
    if (made.decision) {
      payload["t"] = b64u.encode(made.decision.t);
      payload["h"] = b64u.encode(made.decision.h);
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

  /**
   * Signs the challenge of a request that was too old, if another phone sent the newest sequence: two phones have this key. This
   * phone saves its sequence before it sends, so a later one is not its own.
   */
  private async whenBehind(signed: SignedRequest, response: Response): Promise<Response> {
    if (response.status !== 409) return response;
    const refused = parse(await response.clone().text());
    if (refused === null || typeof refused !== "object" || Array.isArray(refused) || refused["code"] !== "sequence_behind") return response;
    const { newest, challenge } = refused;
    const record = await this.store.load();
    if (typeof newest !== "number" || typeof challenge !== "string" || !record || newest <= record.sequence) return response;
    const [, payload = ""] = new Headers(signed.init.headers).get("ipse-device")?.split(".") ?? [];
    const dev = record.device ?? record.thumbprint;
    const claims = { aud: record.audience, dev, request: b64u.encode(await sha256(b64u.decode(payload))), challenge };
    const proof = await sign(record.key.privateKey, { alg: "ES256", typ: "ipse-copy+jwt", kid: dev }, utf8(JSON.stringify(claims)));
    const headers = { "content-type": "application/json" };
    const init: RequestInit = { method: "POST", headers, cache: "no-store", redirect: "error", body: JSON.stringify({ proof }) };
    const reported = await this.send({ ...signed, path: "/phone/v1/copied", init });
    if (reported.ok) throw new Problem("device_copied", 409);
    return response;
  }

  /** Sends the same bytes again if the answer is lost. The scheme then repeats its answer. */
  private async send(signed: SignedRequest): Promise<Response> {
    for (let round = 1; ; round += 1) {
      try {
        const response = await withTimeout(TIMEOUT_MS, async (signal) => {
          const answered = await this.transport.fetch(signed.path, { ...signed.init, signal });
          // Read the body here: a connection that breaks halfway also loses the answer.
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

/** Rejects when the time is over, even if the work ignores its signal. Otherwise it could hold the lock for ever. */
function withTimeout<T>(milliseconds: number, work: (signal: AbortSignal) => Promise<T>, outer?: AbortSignal): Promise<T> {
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
