import { afterEach, describe, expect, it, vi } from "vitest";
import * as b64u from "../src/protocol/b64u";
import { utf8, sha256 } from "../src/protocol/bytes";
import { DeviceClient } from "../src/protocol/device";
import { EventParser, listen } from "../src/protocol/events";
import { parse } from "../src/protocol/json";
import type { Offer } from "../src/protocol/api";
import { openOffer } from "../src/protocol/offer";
import { Problem } from "../src/protocol/problem";
import { checkSimStatement, simNonceHash } from "../src/protocol/sim";
import { normalisePhoneNumber, showPhoneNumber } from "../src/model/phone-number";
import { parseRoute } from "../src/model/route";
import { deviceFrom, json, MemoryStore, sequenceOf, vectors } from "./support";

describe("base64url", () => {
  it("decoding returns the encoded bytes", () => {
    for (let length = 0; length < 40; length += 1) {
      const bytes = Uint8Array.from({ length }, (_, at) => (at * 89 + length) & 255);
      expect(b64u.encode(bytes)).toBe(Buffer.from(bytes).toString("base64url"));
      expect(b64u.decode(b64u.encode(bytes))).toEqual(bytes);
    }
  });
  it.each(["A", "AB", "AAB", "AA==", "A A", "AA\n", "A+AA", "A/AA", "AAAAA"])("refuses %j", (text) => {
    expect(() => b64u.decode(text)).toThrow();
  });
});

describe("JSON reader", () => {
  it("reads what JSON.parse reads", () => {
    const text = ' {"a":[1,-2.5e3,true,false,null,"\\u00e9\\n\\ud83d\\ude00"],"b":{"c":{}}, "__proto__":1} ';
    expect(JSON.stringify(parse(text))).toBe(JSON.stringify(JSON.parse(text)));
  });
  it.each([
    '{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '["\\ud800"]', '"\\udc00\\ud800"', "01", "1.", "+1", "NaN", "1e999", "[1,]", '{"a":1,}',
    '"\t"', "'a'", "", "{} x", '"\\x"', "\ufeff{}", "[".repeat(20) + "]".repeat(20), '{"a"}', "tru",
  ])("refuses %j", (text) => {
    expect(() => parse(text)).toThrow();
  });
});

describe("device-signed requests", () => {
  const file = vectors("device_request");
  const device = () => deviceFrom(file.private_jwk, file.audience, file.thumbprint);

  it("are sent one at a time, each after its sequence is saved", async () => {
    const store = new MemoryStore();
    store.record = await device();
    let open = 0;
    const sent: number[] = [];
    const client = new DeviceClient(store, {
      fetch: async (_path, init) => {
        open += 1;
        expect(open).toBe(1);
        sent.push(sequenceOf(init));
        expect(store.saved.at(-1)).toBe(sent.at(-1));
        await new Promise((resolve) => setTimeout(resolve, 1));
        open -= 1;
        return json(200, {});
      },
      pause: async () => undefined,
    });
    await Promise.all([1, 2, 3, 4].map(() => client.call({ method: "POST", path: "/phone/v1/block", body: {} })));
    expect(sent).toEqual([1, 2, 3, 4]);
  });

  it.each([
    ["was sent by another phone", 99, true],
    ["was sent by this phone", 1, false],
  ])("t05_behind: a request that is too old is answered with a proof if the newest sequence %s", async (_, newest, signs) => {
    const store = new MemoryStore();
    store.record = { ...(await device()), device: "dev_AAAAAAAAAAAAAAAAAAAAAA" };
    const sent: [string, RequestInit][] = [];
    const client = new DeviceClient(store, {
      fetch: async (path, init) => {
        sent.push([path, init]);
        return path === "/phone/v1/copied" ? json(200, { status: "suspended" }) : json(409, { code: "sequence_behind", newest, challenge: "AAAA" });
      },
      pause: async () => undefined,
    });
    const code = signs ? "device_copied" : "sequence_behind";
    await expect(client.call({ method: "GET", path: "/phone/v1/me" })).rejects.toMatchObject({ code });
    expect(sent.map(([path]) => path)).toEqual(signs ? ["/phone/v1/me", "/phone/v1/copied"] : ["/phone/v1/me"]);
    if (!signs) return;
    const [head = "", payload = ""] = JSON.parse(sent[1]?.[1].body as string).proof.split(".");
    const read = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
    expect(read(head)).toEqual({ alg: "ES256", typ: "ipse-copy+jwt", kid: "dev_AAAAAAAAAAAAAAAAAAAAAA" });
    const [, refused = ""] = (sent[0]?.[1].headers as Record<string, string>)["ipse-device"]?.split(".") ?? [];
    const request = b64u.encode(await sha256(b64u.decode(refused)));
    expect(read(payload)).toEqual({ aud: file.audience, dev: "dev_AAAAAAAAAAAAAAAAAAAAAA", request, challenge: "AAAA" });
  });

  it("t12_lost_answer: a request without an answer is sent again with the same bytes", async () => {
    const store = new MemoryStore();
    store.record = await device();
    const sent: string[] = [];
    const client = new DeviceClient(store, {
      fetch: async (_path, init) => {
        sent.push(`${(init.headers as Record<string, string>)["ipse-device"]} ${init.body as string}`);
        if (sent.length < 3) throw new TypeError("connection lost");
        return json(200, { ok: true });
      },
      pause: async () => undefined,
    });
    const answer = await client.call({ method: "POST", path: "/phone/v1/block", body: { reason: "person" } });
    expect(answer.body).toEqual({ ok: true });
    expect(new Set(sent).size).toBe(1);
    expect(store.record?.sequence).toBe(1);
  });

  it("without a connection fail as offline, and the next one has the next sequence", async () => {
    const store = new MemoryStore();
    store.record = await device();
    const client = new DeviceClient(store, {
      fetch: async () => {
        throw new TypeError("connection lost");
      },
      pause: async () => undefined,
    });
    const call = () => client.call({ method: "GET", path: "/phone/v1/me" });
    await expect(call()).rejects.toMatchObject({ code: "offline" });
    await expect(call()).rejects.toMatchObject({ code: "offline" });
    expect(store.record?.sequence).toBe(2);
  });

  it("t05_kept_request: a stored request is sent again only until this or another window uses a later sequence", async () => {
    const store = new MemoryStore();
    store.record = await device();
    const sent: number[] = [];
    let online = false;
    const transport = {
      fetch: async (_path: string, init: RequestInit) => {
        sent.push(sequenceOf(init));
        if (!online) throw new TypeError("connection lost");
        return json(200, {});
      },
      pause: async () => undefined,
    };
    const client = new DeviceClient(store, transport);
    const other = new DeviceClient(store, transport);
    const reuse = {};
    const send = () => client.call({ method: "POST", path: "/phone/v1/actions/x/refuse", body: {}, reuse });
    await expect(send()).rejects.toMatchObject({ code: "offline" });
    await expect(send()).rejects.toMatchObject({ code: "offline" });
    expect(new Set(sent)).toEqual(new Set([1]));
    online = true;
    await other.call({ method: "GET", path: "/phone/v1/me" });
    await send();
    expect(sent.slice(-2)).toEqual([2, 3]);
  });

  it("t05_kept_request: a stored request is not sent after the key has changed", async () => {
    const store = new MemoryStore();
    store.record = await device();
    const keys: string[] = [];
    const client = new DeviceClient(store, {
      fetch: async (_path, init) => {
        keys.push((init.headers as Record<string, string>)["ipse-device"] ?? "");
        throw new TypeError("connection lost");
      },
      pause: async () => undefined,
    });
    const reuse = {};
    const send = () => client.call({ method: "GET", path: "/phone/v1/me", reuse }).catch(() => undefined);
    await send();
    store.record = { ...store.record, thumbprint: "another", sequence: 1 };
    await send();
    expect(new Set(keys).size).toBe(2);
  });

  it("t05_offline_for_long: a phone without a connection stays within the jump that the scheme accepts", async () => {
    const store = new MemoryStore();
    store.record = await device();
    let taken = 0;
    let online = true;
    const transport = {
      fetch: async (_path: string, init: RequestInit) => {
        if (!online) throw new TypeError("connection lost");
        const sequence = sequenceOf(init);
        expect(sequence - taken).toBeLessThanOrEqual(1000);
        taken = sequence;
        return json(200, {});
      },
      pause: async () => undefined,
    };
    let client = new DeviceClient(store, transport);
    const call = () => client.call({ method: "GET", path: "/phone/v1/actions" });
    await call();
    online = false;
    // As after most of a day without a connection.
    store.record = { ...store.record, sequence: 490 };
    for (let round = 0; round < 30; round += 1) {
      await expect(call()).rejects.toMatchObject({ code: "offline" });
      // The person opens the app again now and then.
      if (round % 5 === 0) client = new DeviceClient(store, transport);
    }
    expect(store.record.sequence).toBe(502);
    online = true;
    await call();
    await call();
    expect(taken).toBe(store.record?.sequence);
  });

  it("are not sent if their signal aborts while they wait for the lock", async () => {
    const store = new MemoryStore();
    store.record = await device();
    const left = new AbortController();
    const client = new DeviceClient(store, {
      fetch: async () => {
        left.abort(new Error("left"));
        return json(200, {});
      },
      pause: async () => undefined,
    });
    const first = client.call({ method: "GET", path: "/phone/v1/me" });
    await expect(client.call({ method: "GET", path: "/phone/v1/me", signal: left.signal })).rejects.toThrow("left");
    await first;
    expect(store.record?.sequence).toBe(1);
  });

  describe("streams", () => {
    afterEach(() => void vi.useRealTimers());

    it("t18_dead_network: a stream that hangs does not stop a block", async () => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      const store = new MemoryStore();
      store.record = await device();
      let started: () => void = () => undefined;
      const hanging = new Promise<void>((resolve) => (started = resolve));
      const client = new DeviceClient(store, {
        fetch: async (path) => {
          if (!path.endsWith("/events")) return json(200, { status: "suspended" });
          started();
          // It ignores its signal.
          return new Promise<Response>(() => undefined);
        },
        pause: async () => undefined,
      });
      const stream = client.open("/phone/v1/events", new AbortController().signal);
      stream.catch(() => undefined);
      const blocked = client.call({ method: "POST", path: "/phone/v1/block", body: { reason: "person" } });
      await hanging;
      await vi.advanceTimersByTimeAsync(20_000);
      await expect(stream).rejects.toMatchObject({ code: "offline" });
      await expect(blocked).resolves.toMatchObject({ body: { status: "suspended" } });
    });

    it("use one sequence for all tries without a connection", async () => {
      const store = new MemoryStore();
      store.record = await device();
      const sent: number[] = [];
      let online = false;
      const client = new DeviceClient(store, {
        fetch: async (_path, init) => {
          sent.push(sequenceOf(init));
          if (!online) throw new TypeError("connection lost");
          return new Response("", { status: 200 });
        },
        pause: async () => undefined,
      });
      const open = () => client.open("/phone/v1/events", new AbortController().signal);
      await expect(open()).rejects.toMatchObject({ code: "offline" });
      await expect(open()).rejects.toMatchObject({ code: "offline" });
      online = true;
      await open();
      await open();
      expect(sent).toEqual([1, 1, 1, 2]);
    });
  });

  it("throw the scheme's problem with its members, and refuse an ambiguous answer", async () => {
    const store = new MemoryStore();
    store.record = await device();
    const answers = [
      json(401, { type: "about:blank", status: 401, code: "code_wrong", title: "", detail: "", wrong_codes_left: 2, blocked: false }),
      new Response('{"a":1,"a":2}', { status: 200 }),
      new Response("<html>", { status: 502 }),
    ];
    const client = new DeviceClient(store, { fetch: async () => answers.shift() as Response, pause: async () => undefined });
    const call = () => client.call({ method: "GET", path: "/phone/v1/me" });
    const thrown = await call().catch((problem: Problem) => problem);
    expect(thrown).toBeInstanceOf(Problem);
    expect((thrown as Problem).number("wrong_codes_left")).toBe(2);
    await expect(call()).rejects.toMatchObject({ code: "answer_unreadable" });
    await expect(call()).rejects.toMatchObject({ code: "answer_unreadable" });
  });
});

describe("offer", () => {
  const offer = vectors("transcript").offer as Offer;
  it("opens, and measures how far the phone's clock is off", async () => {
    const opened = await openOffer(offer, offer.server_time - 5000);
    expect(opened.clockSkew).toBe(5000);
    expect(opened.view.partner.domain).toBe("shop.example");
  });
  it.each(["action", "partner", "domain", "level", "expires", "flow"] as const)("t08_offer_differs_in_%s: an offer that contradicts its view is refused", async (member) => {
    const other = { ...offer, [member]: member === "expires" ? offer.expires + 1 : "basic" } as Offer;
    await expect(openOffer(other, 0)).rejects.toMatchObject({ code: "view_unreadable" });
  });
});

describe("SIM statement", () => {
  const now = 1_800_000_000_000;
  const action = "act_AAAAAAAAAAAAAAAAAAAAAA";
  const nonce = new Uint8Array(32).fill(1);
  const viewHash = new Uint8Array(32).fill(2);
  const expected = { issuer: "http://localhost:4000", action, nonce, viewHash, method: "silent" as const, now };
  const statement = async (over: Record<string, unknown> = {}, typ = "sim-statement+jwt") => {
    const claims = {
      iss: "operator", aud: expected.issuer, sub: "h", jti: "j", iat: now / 1000, exp: now / 1000 + 60,
      nonceHash: b64u.encode(await simNonceHash(action, nonce, viewHash)), method: "silent", changedAt: 0, readiness: "ready", line: "active", kvn: 1, ctr: 1,
      ...over,
    };
    const part = (value: unknown) => b64u.encode(utf8(JSON.stringify(value)));
    return `${part({ alg: "ES256", typ, kid: "k" })}.${part(claims)}.${b64u.encode(new Uint8Array(64))}`;
  };
  it("is accepted for this action", async () => {
    await checkSimStatement(await statement(), expected);
    await checkSimStatement(await statement({ method: "holder" }), expected);
  });
  it.each([
    ["another scheme", { aud: "http://elsewhere" }],
    ["another action", { nonceHash: b64u.encode(new Uint8Array(32)) }],
    ["an old statement", { iat: now / 1000 - 4000, exp: now / 1000 - 3940 }],
    ["a statement from the future", { iat: now / 1000 + 600, exp: now / 1000 + 660 }],
    ["a long lifetime", { exp: now / 1000 + 600 }],
    ["another method", { method: "loud" }],
  ])("is refused for %s", async (_name, over) => {
    await expect(checkSimStatement(await statement(over), expected)).rejects.toThrow();
  });
  it("is refused if a holder statement is needed, or if its type is wrong", async () => {
    await expect(checkSimStatement(await statement(), { ...expected, method: "holder" })).rejects.toThrow();
    await expect(checkSimStatement(await statement({}, "sim-event+jwt"), expected)).rejects.toThrow();
  });
});

it("the event parser reads the same events wherever the stream is split", () => {
  const stream = ": hello\n\nevent: action\ndata: {\"id\":\"a\"}\n\n: beat\n\nevent: identity\r\ndata: 1\r\ndata: 2\r\n\r\n";
  for (let at = 1; at < stream.length; at += 1) {
    // The standard leaves open what a carriage return at the end of a chunk means.
    if (stream[at - 1] === "\r") continue;
    const parser = new EventParser();
    const events = [...parser.push(stream.slice(0, at)), ...parser.push(stream.slice(at))];
    expect(events).toEqual([
      { event: "action", data: '{"id":"a"}' },
      { event: "identity", data: "1\n2" },
    ]);
  }
});

it("the stream of updates ends when the scheme accepts nothing more from the phone, and only then", async () => {
  vi.useFakeTimers();
  try {
    const answers = [new Response(""), new Problem("offline"), new Problem("busy", 503), new Problem("device_replaced", 401)];
    const open = async () => {
      const answer = answers.shift();
      if (answer instanceof Response) return answer;
      throw answer;
    };
    const seen: string[] = [];
    const listener = { update: () => seen.push("update"), connected: () => seen.push("connected"), ended: ({ code }: Problem) => seen.push(code) };
    const ended = listen({ open } as unknown as DeviceClient, listener, new AbortController().signal);
    await vi.runAllTimersAsync();
    await ended;
    expect(seen).toEqual(["connected", "device_replaced"]);
  } finally {
    vi.useRealTimers();
  }
});

describe("phone numbers", () => {
  it.each([
    ["0470 00 00 01", "+32470000001"], ["+32 (0)470 00 00 01", "+32470000001"], ["0032470000001", "+32470000001"],
    ["+31 6 12345678", "+31612345678"], ["+32470/00.00-01", "+32470000001"],
  ])("%s is %s", (typed, number) => {
    expect(normalisePhoneNumber(typed)).toBe(number);
  });
  it.each(["", "12", "abc", "+0470000001", "047000000a"])("%j is not a phone number", (typed) => {
    expect(normalisePhoneNumber(typed)).toBeNull();
  });
  it("are shown in groups of digits", () => {
    expect(showPhoneNumber("+32470000001")).toBe("+32\u00a0470\u00a000\u00a000\u00a001");
    expect(showPhoneNumber("+31612345678")).toBe("+31612345678");
  });
});

it("an unknown route leads home", () => {
  const id = "act_AAAAAAAAAAAAAAAAAAAAAA";
  expect(parseRoute("", "x")).toEqual({ at: "home" });
  expect(parseRoute("#/history", "x")).toEqual({ at: "history" });
  expect(parseRoute(`#/action/${id}/confirm`, "x")).toEqual({ at: "action", id, stage: "confirm" });
  expect(parseRoute("#/action/../../me", "x")).toEqual({ at: "home" });
  expect(parseRoute("#/enrol/nowhere", "x")).toEqual({ at: "home" });
  expect(parseRoute("#q.bad", "x")).toEqual({ at: "link", link: null });
});
