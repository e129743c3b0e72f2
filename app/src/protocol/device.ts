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
  /** Waits this long for an answer before sending the same request again. */
  timeoutMs?: number;
  /** Where the signed request is kept, so that a later call sends the very same one. */
  keep?: Kept;
}

/** A request as it was signed. Empty until it was. */
export interface Kept {
  prepared?: { path: string; init: RequestInit };
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

export class DeviceClient {
  private readonly store: DeviceStore;
  private readonly transport: Transport;

  constructor(store: DeviceStore, transport: Transport = browserTransport) {
    this.store = store;
    this.transport = transport;
  }

  /** Sends one request and gives its answer; anything but success is thrown as a Problem. */
  async call(call: Call): Promise<Answer> {
    return this.store.alone(async () => {
      const prepared = call.keep?.prepared ?? (await this.prepare(call));
      if (call.keep) call.keep.prepared = prepared;
      const response = await this.send(prepared, call.timeoutMs ?? TIMEOUT_MS);
      return readAnswer(response);
    });
  }

  /** Opens a stream; only the way to its first byte is exclusive. */
  async open(path: string, signal: AbortSignal): Promise<Response> {
    const response = await this.store.alone(async () => {
      const { init } = await this.prepare({ method: "GET", path });
      const headers = { ...(init.headers as Record<string, string>), accept: "text/event-stream" };
      return this.transport.fetch(path, { ...init, headers, signal }).catch((cause: unknown) => {
        throw new Problem("offline", 0, {}, cause);
      });
    });
    if (!response.ok) await readAnswer(response);
    return response;
  }

  private async prepare(call: Call): Promise<{ path: string; init: RequestInit }> {
    // Saved before it is sent: whatever happens next, this number never stands under other bytes.
    const record = await this.store.update((saved) => {
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
    return { path: call.path, init };
  }

  /** An answer that got lost is asked for again with the same bytes, which the scheme takes as a repetition. */
  private async send({ path, init }: { path: string; init: RequestInit }, timeoutMs: number): Promise<Response> {
    for (let round = 1; ; round += 1) {
      try {
        const response = await this.transport.fetch(path, { ...init, signal: AbortSignal.timeout(timeoutMs) });
        // Read here, so that a connection lost halfway counts as lost.
        return new Response(await response.arrayBuffer(), { status: response.status, headers: response.headers });
      } catch (cause) {
        if (round === REPEATS) throw new Problem("offline", 0, {}, cause);
        await this.transport.pause(400 * round);
      }
    }
  }
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
