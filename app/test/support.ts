// Shared by the tests: the vectors, and a device without a browser.

import { readFileSync } from "node:fs";
import type { DeviceRecord, DeviceStore } from "../src/protocol/device";
import { Problem } from "../src/protocol/problem";
import type { Jwk } from "../src/protocol/jws";

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each file has its own shape
export const vectors = (name: string): any =>
  JSON.parse(readFileSync(new URL(`../../crates/protocol/vectors/${name}.json`, import.meta.url), "utf8"));

/** A store in memory. It behaves like the browser's: one task at a time, and each save is a copy. */
export class MemoryStore implements DeviceStore {
  record: DeviceRecord | null = null;
  /** The sequences, in the order in which they were saved. */
  readonly saved: number[] = [];
  private queue: Promise<unknown> = Promise.resolve();

  async load(): Promise<DeviceRecord | null> {
    return this.record;
  }

  async save(record: DeviceRecord): Promise<void> {
    this.record = { ...record };
  }

  async update(change: (record: DeviceRecord) => void): Promise<DeviceRecord> {
    if (!this.record) throw new Problem("not_enrolled");
    const next = { ...this.record };
    change(next);
    this.record = next;
    this.saved.push(next.sequence);
    return next;
  }

  async clear(): Promise<void> {
    this.record = null;
  }

  exclusively<T>(task: () => Promise<T>): Promise<T> {
    const run = this.queue.then(task, task);
    this.queue = run.catch(() => undefined);
    return run;
  }
}

const NO_LOG: Jwk = { kty: "EC", crv: "P-256", x: "", y: "" };

export async function deviceFrom(privateJwk: JsonWebKey, audience: string, thumbprint: string): Promise<DeviceRecord> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const { kty, crv, x, y, d } = privateJwk;
  const privateKey = await crypto.subtle.importKey("jwk", { kty, crv, x, y, d } as JsonWebKey, algorithm, false, ["sign"]);
  const publicKey = await crypto.subtle.importKey("jwk", { kty, crv, x, y } as JsonWebKey, algorithm, true, ["verify"]);
  return {
    key: { privateKey, publicKey },
    jwk: { kty: "EC", crv: "P-256", x: x ?? "", y: y ?? "" },
    thumbprint,
    sequence: 0,
    audience,
    issuer: "http://localhost:4000",
    rpId: "localhost",
    logKey: NO_LOG,
    phoneNumber: "+32470000001",
  };
}

export const json = (status: number, body: unknown): Response =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });

/** The sequence in a signed request. */
export const sequenceOf = (init: RequestInit): number => {
  const payload = (init.headers as Record<string, string>)["ipse-device"]?.split(".")[1] ?? "";
  return JSON.parse(Buffer.from(payload, "base64url").toString()).seq;
};
