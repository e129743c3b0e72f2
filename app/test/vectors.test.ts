// The test vectors of crates/protocol. The Rust phone and the scheme produce the same bytes.

import { describe, expect, it } from "vitest";
import type { Offer } from "../src/protocol/api";
import * as b64u from "../src/protocol/b64u";
import { concat, equal, hmacSha256, sha256, utf8 } from "../src/protocol/bytes";
import { codeProof, checkCode } from "../src/protocol/code";
import { DeviceClient } from "../src/protocol/device";
import { decode, importPublic, thumbprint, verify } from "../src/protocol/jws";
import { parseLink } from "../src/protocol/link";
import { leafHash, verifyInclusion } from "../src/protocol/merkle";
import { openOffer } from "../src/protocol/offer";
import { loadOpaque } from "../src/protocol/opaque";
import { simNonceHash } from "../src/protocol/sim";
import { isSafe } from "../src/protocol/text";
import { checkReceipt } from "../src/protocol/receipt";
import { attributesHash, choicesHash, transcriptBytes, transcriptHash, transcriptShape } from "../src/protocol/transcript";
import { defaults, parseView, UnsupportedView } from "../src/protocol/view";
import { deviceFrom, json, MemoryStore, vectors } from "./support";

describe("code", () => {
  const file = vectors("code");
  it.each(file.cases as { code: string; problem: string | null }[])("$code: $problem", ({ code, problem }) => {
    expect(checkCode(code, { phoneNumber: file.phone_number, birthdate: file.birth_date })).toBe(problem);
  });
});

describe("code proof", () => {
  const file = vectors("code_proof");
  it("is an HMAC under the session key", async () => {
    for (const of of file.cases) {
      const proof = await codeProof(b64u.decode(of.session_key), b64u.decode(of.t));
      expect(b64u.encode(proof)).toBe(of.code_proof);
      expect(b64u.encode(await sha256(concat(b64u.decode(of.ke3), proof)))).toBe(of.proof_hash);
    }
  });
  it("has the right proof hash for a fingerprint and for a refusal", async () => {
    const { authenticator_data, client_data, signature, proof_hash } = file.unlock;
    const parts = [authenticator_data, client_data, signature].map((part: string) => b64u.decode(part));
    expect(b64u.encode(await sha256(concat(...parts)))).toBe(proof_hash);
    expect(b64u.encode(await sha256(new Uint8Array()))).toBe(file.none);
  });
});

describe("device request", () => {
  const file = vectors("device_request");
  it("has the thumbprint of RFC 7638", async () => {
    expect(b64u.encode(await thumbprint(file.private_jwk))).toBe(file.thumbprint);
  });
  for (const of of file.cases) {
    it(of.name, async () => {
      const key = await importPublic(file.private_jwk);
      const recorded = await verify(of.jws, "ipse-request+jwt", key);
      expect(b64u.encode(await sha256(recorded.payloadBytes))).toBe(of.payload_hash);

      const store = new MemoryStore();
      store.record = await deviceFrom(file.private_jwk, file.audience, file.thumbprint);
      store.record.sequence = of.sequence - 1;
      if (of.device !== file.thumbprint) store.record.device = of.device;
      let header = "";
      const client = new DeviceClient(store, {
        fetch: async (_path, init) => {
          header = (init.headers as Record<string, string>)["ipse-device"] ?? "";
          return json(200, {});
        },
        pause: async () => undefined,
      });
      const body = new TextDecoder().decode(b64u.decode(of.body));
      const decision = of.t === null ? undefined : { t: b64u.decode(of.t), h: b64u.decode(of.h) };
      await client.call({
        method: of.method,
        path: of.path,
        ...(body === "" ? {} : { body: JSON.parse(body) }),
        ...(decision ? { decision } : {}),
      });
      expect(header.slice(0, header.lastIndexOf("."))).toBe(of.signing_input);
      await verify(header, "ipse-request+jwt", key);
    });
  }
});

describe("links", () => {
  const file = vectors("link");
  it.each(file.accepted as { text: string; flow: string }[])("$text is accepted", ({ text, flow }) => {
    expect(parseLink(text, file.app)).toEqual({ flow, text });
  });
  it.each(file.refused as string[])("%j is refused", (text) => {
    expect(parseLink(text, file.app)).toBeNull();
  });
});

describe("opaque", () => {
  it("gives the recorded last message and session key", async () => {
    const file = vectors("opaque");
    const opaque = await loadOpaque();
    const keyStretching = { "argon2id-custom": { iterations: 1, memory: 19456, parallelism: 1 } } as const;
    const finish = (password: string) =>
      opaque.finishLogin({ password, clientLoginState: file.client_state, loginResponse: file.ke2, keyStretching });
    const done = finish(file.code);
    expect(done?.finishLoginRequest).toBe(file.ke3);
    expect(done?.sessionKey).toBe(file.session_key);
    expect(finish("58205")).toBeUndefined();
  });
});

describe("receipt", () => {
  const file = vectors("receipt");
  it("commits to evidence and person", async () => {
    const leaf = b64u.decode(file.leaf);
    expect(b64u.encode(await leafHash(leaf))).toBe(file.leaf_hash);
    const said = JSON.parse(new TextDecoder().decode(leaf));
    const salt = b64u.decode(file.salt);
    expect(b64u.encode(await hmacSha256(salt, await sha256(b64u.decode(file.evidence))))).toBe(said.commitment);
    expect(b64u.encode(await hmacSha256(salt, utf8(file.identity)))).toBe(said.subject);
  });
  it("proves that a leaf is in the tree, and refuses every other leaf", async () => {
    for (const { size, root, proofs } of file.trees) {
      for (const [index, proof] of proofs.entries()) {
        const hash = await leafHash(utf8(`leaf ${index}`));
        const nodes = proof.map((node: string) => b64u.decode(node));
        expect(await verifyInclusion(hash, index, size, nodes, b64u.decode(root))).toBe(true);
        expect(await verifyInclusion(hash, index + 1, size, nodes, b64u.decode(root))).toBe(false);
        expect(await verifyInclusion(await leafHash(utf8("other")), index, size, nodes, b64u.decode(root))).toBe(false);
        expect(await verifyInclusion(hash, index, size, [...nodes, hash], b64u.decode(root))).toBe(false);
      }
    }
  });
  it("commits, under a salt of its own, to what a partner may show others", async () => {
    const said = JSON.parse(new TextDecoder().decode(b64u.decode(file.leaf)));
    const disclosure = await hmacSha256(b64u.decode(file.disclosure_salt), await sha256(b64u.decode(file.disclosure)));
    expect(b64u.encode(disclosure)).toBe(said.disclosure);
  });
  it("of version 1 still verifies, and not with a change", async () => {
    const old = vectors("receipt_v1");
    const record = {
      ...(await deviceFrom((vectors("device_request").private_jwk as never), "http://localhost:4001", old.device)),
      identity: old.identity, issuer: old.issuer, device: old.device, logKey: old.log_key,
    };
    record.key = { ...record.key, publicKey: await importPublic(old.device_key) };
    const check = (over: object = {}) => checkReceipt({ ...old.receipt, disclosure: null, disclosure_salt: null, ...over }, record);
    const sound = { committed: "yes", logged: "yes", promised: "yes", mine: "yes" };
    expect(await check()).toMatchObject({ ...sound, decision: "approve", choices: [], view: { title: "Winkel Hoek wil weten wie je bent" } });
    expect((await check({ salt: old.receipt.proof[0] })).committed).toBe("no");
    expect((await check({ disclosure: "", disclosure_salt: old.receipt.salt })).committed).toBe("no");
  });
  it("of a later version needs a newer app", async () => {
    const old = vectors("receipt_v1");
    const leaf = new TextDecoder().decode(b64u.decode(old.receipt.leaf)).replace('"version":1', '"version":3');
    const record = { ...(await deviceFrom((vectors("device_request").private_jwk as never), "http://localhost:4001", old.device)), logKey: old.log_key };
    const receipt = { ...old.receipt, leaf: b64u.encode(utf8(leaf)), disclosure: null, disclosure_salt: null };
    await expect(checkReceipt(receipt, record)).rejects.toMatchObject({ code: "app_outdated" });
  });
  it("binds a SIM statement to one action and one view", async () => {
    const { id, nonce, view_hash, nonce_hash } = file.sim_nonce_hash;
    expect(b64u.encode(await simNonceHash(id, b64u.decode(nonce), b64u.decode(view_hash)))).toBe(nonce_hash);
  });
});

describe("transcript", () => {
  const file = vectors("transcript");
  for (const of of file.cases) {
    it(of.name, async () => {
      const transcript = transcriptShape(of.fields, "fields");
      expect(b64u.encode(transcriptBytes(transcript))).toBe(of.bytes);
      const t = await transcriptHash(transcript);
      expect(b64u.encode(t)).toBe(of.t);
      expect(b64u.encode(await sha256(concat(utf8("ipse/uv/1"), t)))).toBe(of.unlock_challenge);
    });
  }
  it("has the hashes of the offer", async () => {
    const offer = file.offer as Offer;
    const opened = await openOffer(offer, offer.server_time);
    const fields = transcriptShape(file.cases[0].fields, "fields");
    expect(equal(opened.viewHash, fields.viewHash)).toBe(true);
    expect(equal(await attributesHash(opened.view), fields.attributesHash)).toBe(true);
    expect(equal(await sha256(utf8(file.sim_statement)), fields.simStatementHash ?? new Uint8Array())).toBe(true);
  });
  it("covers what the person chose", async () => {
    const { offer, choices, fields, t } = file.chosen;
    const opened = await openOffer(offer, offer.server_time);
    const transcript = transcriptShape(fields, "fields");
    expect(equal(await choicesHash(choices), transcript.choicesHash ?? new Uint8Array())).toBe(true);
    expect(equal(await attributesHash(opened.view), transcript.attributesHash)).toBe(true);
    expect(b64u.encode(await transcriptHash(transcript))).toBe(t);
    expect(defaults(opened.view).map(({ key }) => key)).toEqual(choices.map(({ key }: { key: string }) => key));
  });
});

describe("view", () => {
  const file = vectors("view_hash");
  it("has the hash of the bytes that arrived", async () => {
    for (const of of file.views) {
      const bytes = b64u.decode(of.view);
      expect(b64u.encode(await sha256(bytes))).toBe(of.view_hash);
      expect(b64u.encode(await attributesHash(parseView(bytes)))).toBe(of.attributes_hash);
    }
  });
  it.each(file.refused as { view: string; why: string }[])("t08_view_refused: $why", ({ view }) => {
    expect(() => parseView(b64u.decode(view))).toThrow();
  });
  it.each(file.newer as { view: string; why: string }[])("t08_view_newer: $why needs a newer app", ({ view }) => {
    expect(() => parseView(b64u.decode(view))).toThrow(UnsupportedView);
  });
  it.each(file.texts as { text: string; safe: boolean }[])("t08_text $text: $safe", ({ text, safe }) => {
    expect(isSafe(text)).toBe(safe);
  });
});

it("a JWS with a critical header is refused", () => {
  const header = b64u.encode(utf8('{"alg":"ES256","crit":["x"]}'));
  expect(() => decode(`${header}.e30.${b64u.encode(new Uint8Array(64))}`)).toThrow();
});
