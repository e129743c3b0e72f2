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
import { pause } from "./pause";
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

/** The person left before a guess was spent: nothing more was asked of the scheme. */
export class Abandoned extends Error {}

type Step =
  | { is: "code"; code: TypedCode; login: Login | null }
  | { is: "unlock" }
  /** The phone saw that the code was wrong, and has to say so. */
  | { is: "wrong"; attempt: string }
  /** Decided; only the answer is missing. Sent again, it gets the same one. */
  | { is: "proven"; body: Json; decided: Decided };

/** One go at a yes. What it holds is its own, so that leaving the screen cannot pull it away from under the work. */
interface Go {
  step: Step;
  leaving: AbortController;
}

export class Approval {
  private readonly api: Api;
  private readonly record: DeviceRecord;
  readonly opened: Opened;
  /** The go that runs or that can be resumed: a fresh first message would cost a try, this one repeats free. */
  private go: Go | null = null;
  /** A refusal whose answer has not come back. */
  private refusal: { reason: RefusalReason; keep: Kept } | null = null;
  private refusing = false;
  private done = false;
  /** The yes that is on its way. */
  running: Promise<Outcome> | null = null;
  /** As the scheme last told it. */
  triesLeft: number;

  constructor(api: Api, record: DeviceRecord, opened: Opened) {
    this.api = api;
    this.record = record;
    this.opened = opened;
    this.triesLeft = opened.offer.wrong_codes_left;
  }

  /** Whether a decision is on its way or made, so that news of its own outcome is no news. */
  get deciding(): boolean {
    return this.running !== null || this.refusing || this.done;
  }

  /** Whether `resume` has something to carry on with. */
  get resumable(): boolean {
    return this.running === null && this.go !== null;
  }

  /** Takes the code over, and wipes it. */
  withCode(code: TypedCode, watcher: Watcher = {}): Promise<Outcome> {
    return this.start({ is: "code", code, login: null }, watcher);
  }

  withUnlock(watcher: Watcher = {}): Promise<Outcome> {
    return this.start({ is: "unlock" }, watcher);
  }

  /** Joins what runs, or carries on after a lost connection, a busy scheme or a silent SIM with the very same messages. */
  resume(watcher: Watcher = {}): Promise<Outcome> {
    if (this.running) return this.running;
    const { go } = this;
    return this.track(async () => {
      if (!go) throw new Problem("attempt_unknown");
      return this.carry(go, watcher);
    });
  }

  /** The screen was left. What has not begun ends here; a guess that is spent is carried through, and wiped then. */
  forget(): void {
    const { go } = this;
    go?.leaving.abort(new Abandoned());
    if (go && !this.running && ["code", "unlock"].includes(go.step.is)) this.end(go);
  }

  private start(step: Step, watcher: Watcher): Promise<Outcome> {
    this.forget();
    const earlier = this.running;
    const go = { step, leaving: new AbortController() };
    this.go = go;
    return this.track(async () => {
      // Two first messages at once would cost a try: what was left a moment ago comes to its end first.
      const outcome = earlier && (await earlier.catch(() => null));
      if (!outcome) return this.carry(go, watcher);
      this.end(go);
      return outcome;
    });
  }

  private track(work: () => Promise<Outcome>): Promise<Outcome> {
    const running = work().finally(() => {
      if (this.running === running) this.running = null;
    });
    this.running = running;
    return running;
  }

  private async carry(go: Go, watcher: Watcher): Promise<Outcome> {
    try {
      const { step } = go;
      if (step.is === "code") this.advance(go, await this.tryCode(go, step, watcher));
      if (step.is === "unlock") this.advance(go, await this.tryUnlock(go, watcher));
      const outcome = await this.conclude(go.step);
      this.done = true;
      this.end(go);
      return outcome;
    } catch (thrown) {
      if (thrown instanceof Problem) this.triesLeft = thrown.number("wrong_codes_left") ?? this.triesLeft;
      const passing = thrown instanceof Problem && thrown.passing;
      const leftAlone = go.step.is === "code" && go.leaving.signal.aborted;
      if (!passing || leftAlone || go.step.is === "unlock") this.end(go);
      throw thrown;
    }
  }

  private advance(go: Go, step: Step): void {
    if (go.step.is === "code") go.step.code.wipe();
    go.step = step;
  }

  private end(go: Go): void {
    if (go.step.is === "code") go.step.code.wipe();
    if (this.go === go) this.go = null;
  }

  private async conclude(step: Step): Promise<Outcome> {
    const path = `/actions/${this.opened.offer.action}`;
    if (step.is === "wrong") {
      // Told at once, so that the count is settled and the scheme can say how many tries are left.
      await this.api.ask(() => null, { method: "POST", path: `${path}/wrong`, body: { attempt: step.attempt } });
      throw new Problem("code_wrong");
    }
    if (step.is !== "proven") throw new Problem("attempt_unknown");
    const { body, decided } = step;
    return this.api.ask(outcomeShape, { method: "POST", path: `${path}/approve`, body, decided });
  }

  /**
   * Refuses. After a lost answer, refusing again sends the very same request, or a new one if others went out meanwhile:
   * the answer is the same.
   */
  async refuse(reason: RefusalReason): Promise<Outcome> {
    if (this.refusal?.reason !== reason) this.refusal = { reason, keep: {} };
    const { keep } = this.refusal;
    const h = await sha256(new Uint8Array());
    this.refusing = true;
    try {
      const outcome = await this.api.ask(outcomeShape, {
        method: "POST",
        path: `/actions/${this.opened.offer.action}/refuse`,
        keep,
        // The transcript names the sequence of its own request.
        body: async (sequence) => {
          const t = await this.transcript("none", "refuse", sequence, null);
          return { body: { t: b64u.encode(t), sequence, reason }, decided: { t, h } };
        },
      });
      this.done = true;
      return outcome;
    } catch (thrown) {
      // Only an answer that never came is worth asking for again; one that said no is not.
      if (!(thrown instanceof Problem && ["offline", "answer_unreadable"].includes(thrown.code))) this.refusal = null;
      throw thrown;
    } finally {
      this.refusing = false;
    }
  }

  private async attempt(factor: "code" | "unlock", ke1: string | null, go: Go, watcher: Watcher): Promise<Attempt> {
    const { offer, viewHash } = this.opened;
    const { signal } = go.leaving;
    const path = `/actions/${offer.action}/attempt`;
    const body = { factor, nonce: offer.nonce, view_hash: b64u.encode(viewHash), ke1 };
    const started = Date.now();
    const slow = setTimeout(() => watcher.contactingSim?.(), SLOW_MS);
    try {
      for (;;) {
        const answer = await this.api.ask(eitherShape, { method: "POST", path, body, signal });
        if (answer.status === "attempt") return answer;
        if (answer.contacting_sim) watcher.contactingSim?.();
        if (Date.now() - started > GIVE_UP_MS) throw new Problem("sim_unavailable");
        await pause(Math.min(Math.max(answer.retry_after_ms, 50), 5000), signal);
      }
    } finally {
      clearTimeout(slow);
    }
  }

  private async tryCode(go: Go, step: Step & { is: "code" }, watcher: Watcher): Promise<Step> {
    step.login ??= await startLogin(step.code);
    const attempt = await this.attempt("code", step.login.ke1, go, watcher);
    // The guess is spent now: from here on nothing asks whether the screen is still there.
    if (attempt.ke2 === null) throw new Problem("answer_unreadable");
    const transcript = await this.transcript("code", "approve", attempt.sequence, attempt.sim_statement);
    const finished = step.login.finish(attempt.ke2);
    if (!finished) return { is: "wrong", attempt: attempt.attempt };
    const proof = await codeProof(finished.sessionKey, transcript);
    finished.sessionKey.fill(0);
    const h = await sha256(concat(b64u.decode(finished.ke3), proof));
    return {
      is: "proven",
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

  private async tryUnlock(go: Go, watcher: Watcher): Promise<Step> {
    const attempt = await this.attempt("unlock", null, go, watcher);
    const transcript = await this.transcript("unlock", "approve", attempt.sequence, attempt.sim_statement);
    if (attempt.unlock_credential === null) throw new Problem("unlock_unavailable");
    // No fingerprint is asked for on another screen.
    go.leaving.signal.throwIfAborted();
    const { assertion, proofHash } = await assertUnlock(this.record.rpId, attempt.unlock_credential, transcript);
    return {
      is: "proven",
      body: {
        attempt: attempt.attempt,
        t: b64u.encode(transcript),
        ke3: null,
        code_proof: null,
        assertion: { ...assertion },
      },
      decided: { t: transcript, h: proofHash },
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
