// One approval or refusal, from the first message to the answer (protocol §6). Holds everything in memory only.

import type { Api } from "./api";
import * as b64u from "./b64u";
import { concat, sha256, utf8 } from "./bytes";
import type { Bytes } from "./bytes";
import { codeProof } from "./code";
import type { Decided, DeviceRecord, Kept } from "./device";
import type { Json } from "./json";
import type { Opened } from "./offer";
import { startLogin } from "./opaque";
import type { Login, TypedCode } from "./opaque";
import { Problem } from "./problem";
import { boolean, integer, nullable, object, oneOf, optional, string } from "./shape";
import { checkSimStatement } from "./sim";
import { attributesHash, transcriptHash } from "./transcript";
import type { Decision, Factor } from "./transcript";
import { assertUnlock } from "./unlock";

const waitShape = object({ status: oneOf("wait"), retry_after_ms: integer, contacting_sim: optional(boolean) });
const attemptShape = object({
  status: oneOf("attempt"),
  attempt: string,
  sequence: integer,
  ke2: nullable(string),
  sim_statement: nullable(string),
  unlock_credential: nullable(string),
});
const outcomeShape = object({
  status: oneOf("approved", "refused"),
  return_url: optional(string),
  receipt: string,
  promise: optional(string),
});

export type Outcome = ReturnType<typeof outcomeShape>;
type Attempt = ReturnType<typeof attemptShape>;
export type RefusalReason = "person" | "not_me" | "wrong_details";

const SLOW_MS = 1200;
const GIVE_UP_MS = 25_000;

export interface Watcher {
  /** The SIM is taking longer than a moment. */
  contactingSim?(): void;
}

export class Approval {
  private readonly api: Api;
  private readonly record: DeviceRecord;
  readonly opened: Opened;
  /** A typed code whose attempt has no answer yet. A fresh first message would cost a try; this one repeats free. */
  private typed: { code: TypedCode; login: Login } | null = null;
  /** A decision whose answer has not come back: sent again, it gets the same answer. */
  private unanswered: { body: Json; decided: Decided } | null = null;
  /** The same for a refusal, whose transcript names the sequence of its own request. */
  private refusal: { reason: RefusalReason; keep: Kept } | null = null;

  constructor(api: Api, record: DeviceRecord, opened: Opened) {
    this.api = api;
    this.record = record;
    this.opened = opened;
  }

  /** Whether a decision is on its way, so that news of its own outcome is no news. */
  deciding = false;

  /** Whether `resume` has something to carry on with. */
  get resumable(): boolean {
    return this.typed !== null || this.unanswered !== null;
  }

  async withCode(code: TypedCode, watcher: Watcher = {}): Promise<Outcome> {
    this.forget();
    this.typed = { code, login: await startLogin(code) };
    return this.resume(watcher);
  }

  /** Carries on after a lost connection, a busy scheme or a silent SIM, with the very same messages. */
  async resume(watcher: Watcher = {}): Promise<Outcome> {
    this.deciding = true;
    try {
      if (this.typed && !this.unanswered) {
        const attempt = await this.attempt("code", this.typed.login.ke1, watcher);
        this.unanswered = await this.proveCode(this.typed.login, attempt);
      }
      return await this.send();
    } catch (thrown) {
      this.deciding = false;
      if (!(thrown instanceof Problem && thrown.passing)) this.forget();
      throw thrown;
    }
  }

  /** Drops code, OPAQUE state and proof. */
  forget(): void {
    this.typed?.code.wipe();
    this.typed = null;
    this.unanswered = null;
  }

  async withUnlock(watcher: Watcher = {}): Promise<Outcome> {
    this.forget();
    const attempt = await this.attempt("unlock", null, watcher);
    const transcript = await this.transcript("unlock", "approve", attempt.sequence, attempt.sim_statement);
    if (attempt.unlock_credential === null) throw new Problem("unlock_unavailable");
    const { assertion, proofHash } = await assertUnlock(this.record.rpId, attempt.unlock_credential, transcript);
    const body = {
      attempt: attempt.attempt,
      t: b64u.encode(transcript),
      ke3: null,
      code_proof: null,
      assertion: { ...assertion },
    };
    this.unanswered = { body, decided: { t: transcript, h: proofHash } };
    return this.resume();
  }

  private async send(): Promise<Outcome> {
    if (!this.unanswered) throw new Problem("attempt_unknown");
    const { body, decided } = this.unanswered;
    const path = `/actions/${this.opened.offer.action}/approve`;
    const outcome = await this.api.ask(outcomeShape, { method: "POST", path, body, decided });
    this.forget();
    return outcome;
  }

  /** Refuses. After a lost answer, refusing again sends the very same request. */
  async refuse(reason: RefusalReason): Promise<Outcome> {
    if (this.refusal?.reason !== reason) this.refusal = { reason, keep: {} };
    const { keep } = this.refusal;
    const h = await sha256(new Uint8Array());
    this.deciding = true;
    try {
      return await this.api.ask(outcomeShape, {
        method: "POST",
        path: `/actions/${this.opened.offer.action}/refuse`,
        keep,
        body: async (sequence) => {
          const t = await this.transcript("none", "refuse", sequence, null);
          return { body: { t: b64u.encode(t), sequence, reason }, decided: { t, h } };
        },
      });
    } catch (thrown) {
      this.deciding = false;
      // Only an answer that never came is worth asking for again; one that said no is not.
      if (!(thrown instanceof Problem && ["offline", "answer_unreadable"].includes(thrown.code))) this.refusal = null;
      throw thrown;
    }
  }

  private async attempt(factor: "code" | "unlock", ke1: string | null, watcher: Watcher): Promise<Attempt> {
    const { offer, viewHash } = this.opened;
    const path = `/actions/${offer.action}/attempt`;
    const body = { factor, nonce: offer.nonce, view_hash: b64u.encode(viewHash), ke1 };
    const started = Date.now();
    const slow = setTimeout(() => watcher.contactingSim?.(), SLOW_MS);
    try {
      for (;;) {
        const answer = await this.api.ask((value, at) => eitherShape(value, at), { method: "POST", path, body });
        if (answer.status === "attempt") return answer;
        if (answer.contacting_sim) watcher.contactingSim?.();
        if (Date.now() - started > GIVE_UP_MS) throw new Problem("sim_unavailable");
        await new Promise((resolve) => setTimeout(resolve, Math.min(Math.max(answer.retry_after_ms, 50), 5000)));
      }
    } finally {
      clearTimeout(slow);
    }
  }

  private async proveCode(login: Login, attempt: Attempt): Promise<{ body: Json; decided: Decided }> {
    if (attempt.ke2 === null) throw new Problem("answer_unreadable");
    const transcript = await this.transcript("code", "approve", attempt.sequence, attempt.sim_statement);
    const finished = login.finish(attempt.ke2);
    if (!finished) {
      // Told at once, so that the count is settled and the scheme can say how many tries are left.
      const path = `/actions/${this.opened.offer.action}/wrong`;
      await this.api.ask(() => null, { method: "POST", path, body: { attempt: attempt.attempt } });
      throw new Problem("code_wrong");
    }
    const proof = await codeProof(finished.sessionKey, transcript);
    finished.sessionKey.fill(0);
    const h = await sha256(concat(b64u.decode(finished.ke3), proof));
    return {
      body: {
        attempt: attempt.attempt,
        t: b64u.encode(transcript),
        ke3: finished.ke3,
        code_proof: b64u.encode(proof),
        assertion: null,
      },
      decided: { t: transcript, h },
    };
  }

  private async transcript(factor: Factor, decision: Decision, sequence: number, sim: string | null): Promise<Bytes> {
    const { offer, view, viewHash, nonce, browserBinding } = this.opened;
    if (decision === "approve") await this.checkSim(sim);
    return transcriptHash({
      issuer: this.record.issuer,
      identity: offer.identity,
      device: this.record.device ?? "",
      sequence,
      epoch: offer.epoch,
      codeVersion: offer.code_version,
      nonce,
      action: offer.action,
      partner: offer.partner,
      domain: offer.domain,
      flow: offer.flow,
      browserBinding,
      viewHash,
      attributesHash: await attributesHash(view.attributes),
      documents: [],
      simStatementHash: sim === null ? null : await sha256(utf8(sim)),
      factor,
      decision,
      expires: offer.expires,
    });
  }

  private async checkSim(statement: string | null): Promise<void> {
    const { offer, viewHash, nonce, clockSkew } = this.opened;
    if (offer.sim === "none" && statement === null) return;
    // A deployer may let logins rest on an earlier statement while the operator is silent (design §6); nothing else may.
    if (offer.sim === "silent" && statement === null && this.opened.view.kind === "login") return;
    try {
      if (statement === null) throw new Error("SIM statement: missing");
      await checkSimStatement(statement, {
        issuer: this.record.issuer,
        action: offer.action,
        nonce,
        viewHash,
        method: offer.sim === "holder" ? "holder" : "silent",
        now: Date.now() + clockSkew,
      });
    } catch (cause) {
      throw new Problem("sim_statement_invalid", 0, {}, cause);
    }
  }
}

const eitherShape = (value: Json | undefined, path: string): ReturnType<typeof waitShape> | Attempt => {
  const { status } = object({ status: string })(value, path);
  return status === "wait" ? waitShape(value, path) : attemptShape(value, path);
};
