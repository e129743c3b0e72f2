// One approval or refusal, from the first message to the answer (protocol §6). Everything is in memory only.

import type { Api } from "./api";
import * as b64u from "./b64u";
import { assertBiometric } from "./biometric";
import { concat, sha256, utf8 } from "./bytes";
import type { Bytes } from "./bytes";
import { codeProof } from "./code";
import type { DecisionHashes, DeviceRecord, ReusableRequest } from "./device";
import type { Json } from "./json";
import type { OpenedOffer } from "./offer";
import { startLogin } from "./opaque";
import type { Login, TypedCode } from "./opaque";
import { pause } from "./pause";
import { Problem } from "./problem";
import { boolean, integer, nullable, object, oneOf, optional, string } from "./shape";
import { checkSimStatement } from "./sim";
import { attributesHash, choicesHash, transcriptHash } from "./transcript";
import type { ApprovalFactor, Decision, Factor } from "./transcript";
import { defaults, valuesOf } from "./view";
import type { Chosen } from "./view";

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

/** What a kind of action demands of its approval. */
export interface ApprovalRules {
  readonly factors: readonly ApprovalFactor[];
  /** "optional": the app may approve without a SIM statement, if the scheme asks for a silent one and has none. */
  readonly simStatement: "required" | "optional";
}

export interface Progress {
  /** Called when the SIM takes longer than a moment. */
  contactingSim?(): void;
}

/** The person left the screen before a try was spent. Nothing more is sent. */
export class Abandoned extends Error {}

type Step =
  | { is: "code"; code: TypedCode; login: Login | null }
  | { is: "biometric" }
  /** The phone found out that the code is wrong, and must tell the scheme. */
  | { is: "wrong"; attempt: string }
  /** The proof is made. Only the answer is missing; the same request gets the same answer. */
  | { is: "proven"; body: Json; decision: DecisionHashes };

/** One run of an approval. It owns its step and its signal, so a person who leaves the screen does not disturb it. */
interface Run {
  step: Step;
  cancel: AbortController;
}

export class Approval {
  private readonly api: Api;
  private readonly record: DeviceRecord;
  readonly opened: OpenedOffer;
  /** null: this app does not know the kind. Such an action can only be refused. */
  private readonly rules: ApprovalRules | null;
  /** The run in progress, or one to resume. A new first message costs a try; a repeated one does not. */
  private run: Run | null = null;
  /** A refusal without an answer yet. */
  private refusal: { reason: RefusalReason; reuse: ReusableRequest } | null = null;
  private refusing = false;
  private done = false;
  /** The approval in progress. */
  running: Promise<Outcome> | null = null;
  /** The number that the scheme sent last. */
  triesLeft: number;
  /** What the person chose, in the order of the view. */
  private chosen: Chosen[];

  constructor(api: Api, record: DeviceRecord, opened: OpenedOffer, rules: ApprovalRules | null) {
    this.api = api;
    this.record = record;
    this.opened = opened;
    this.rules = rules;
    this.triesLeft = opened.offer.wrong_codes_left;
    this.chosen = defaults(opened.view);
  }

  /** What the person chose. */
  get choices(): Chosen[] {
    return this.chosen;
  }

  /** The value of a choice of the view. */
  valueOf(key: string): string | undefined {
    return this.chosen.find((one) => one.key === key)?.value;
  }

  /** Changes a choice, as long as nothing is approved with it. */
  choose(key: string, value: string): void {
    const choice = this.opened.view.choices.find((one) => one.key === key);
    if (this.run || !choice || !valuesOf(choice).includes(value)) return;
    this.chosen = this.chosen.map((one) => (one.key === key ? { key, value } : one));
  }

  /** The factors that both the scheme and the kind accept. */
  get factors(): readonly ApprovalFactor[] {
    return this.opened.offer.factors.filter((factor) => this.rules?.factors.includes(factor));
  }

  /** Whether a decision is in progress or made. The caller then ignores events about this action. */
  get deciding(): boolean {
    return this.running !== null || this.refusing || this.done;
  }

  /** Whether `resume` has a run to continue. */
  get resumable(): boolean {
    return this.running === null && this.run !== null;
  }

  /** Takes ownership of the code, and wipes it. */
  approveWithCode(code: TypedCode, progress: Progress = {}): Promise<Outcome> {
    return this.start({ is: "code", code, login: null }, progress);
  }

  approveWithBiometric(progress: Progress = {}): Promise<Outcome> {
    return this.start({ is: "biometric" }, progress);
  }

  /** Joins the run in progress. Or continues one with the same messages, after a lost connection or a SIM that did not answer. */
  resume(progress: Progress = {}): Promise<Outcome> {
    if (this.running) return this.running;
    const { run } = this;
    return this.track(async () => {
      if (!run) throw new Problem("attempt_unknown");
      return this.continueRun(run, progress);
    });
  }

  /** The person left the screen. Stops a run that has spent no try. A spent try completes, and its code is wiped then. */
  abandon(): void {
    const { run } = this;
    run?.cancel.abort(new Abandoned());
    if (run && !this.running && ["code", "biometric"].includes(run.step.is)) this.endRun(run);
  }

  private start(step: Step & { is: "code" | "biometric" }, progress: Progress): Promise<Outcome> {
    this.abandon();
    const earlier = this.running;
    const run = { step, cancel: new AbortController() };
    const factor = step.is === "code" ? "code" : "unlock";
    this.run = run;
    return this.track(async () => {
      if (!this.rules?.factors.includes(factor)) {
        this.endRun(run);
        throw new Problem(this.rules ? "unlock_unavailable" : "app_outdated");
      }
      // Two first messages at the same time would cost a try. So the earlier run finishes first.
      const outcome = earlier && (await earlier.catch(() => null));
      if (!outcome) return this.continueRun(run, progress);
      this.endRun(run);
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

  private async continueRun(run: Run, progress: Progress): Promise<Outcome> {
    try {
      const { step } = run;
      if (step.is === "code") this.moveTo(run, await this.proveWithCode(run, step, progress));
      if (step.is === "biometric") this.moveTo(run, await this.proveWithBiometric(run, progress));
      const outcome = await this.send(run.step);
      this.done = true;
      this.endRun(run);
      return outcome;
    } catch (thrown) {
      if (thrown instanceof Problem) this.triesLeft = thrown.number("wrong_codes_left") ?? this.triesLeft;
      const temporary = thrown instanceof Problem && thrown.temporary;
      const abandoned = run.step.is === "code" && run.cancel.signal.aborted;
      if (!temporary || abandoned || run.step.is === "biometric") this.endRun(run);
      throw thrown;
    }
  }

  private moveTo(run: Run, step: Step): void {
    if (run.step.is === "code") run.step.code.wipe();
    run.step = step;
  }

  private endRun(run: Run): void {
    if (run.step.is === "code") run.step.code.wipe();
    if (this.run === run) this.run = null;
  }

  private async send(step: Step): Promise<Outcome> {
    const path = `/actions/${this.opened.offer.action}`;
    if (step.is === "wrong") {
      // The scheme settles the count now, and answers how many tries are left.
      await this.api.request(() => null, { method: "POST", path: `${path}/wrong`, body: { attempt: step.attempt } });
      throw new Problem("code_wrong");
    }
    if (step.is !== "proven") throw new Problem("attempt_unknown");
    const { body, decision } = step;
    return this.api.request(outcomeShape, { method: "POST", path: `${path}/approve`, body, decision });
  }

  /**
   * Refuses. If the answer is lost, a second call sends the same request again. If other requests were sent meanwhile, it
   * signs a new one. The answer is the same.
   */
  async refuse(reason: RefusalReason): Promise<Outcome> {
    if (this.refusal?.reason !== reason) this.refusal = { reason, reuse: {} };
    const { reuse } = this.refusal;
    const h = await sha256(new Uint8Array());
    this.refusing = true;
    try {
      const outcome = await this.api.request(outcomeShape, {
        method: "POST",
        path: `/actions/${this.opened.offer.action}/refuse`,
        reuse,
        // The transcript names the sequence of its own request.
        body: async (sequence) => {
          const t = await this.transcript("none", "refuse", sequence, null);
          return { body: { t: b64u.encode(t), sequence, reason }, decision: { t, h } };
        },
      });
      this.done = true;
      return outcome;
    } catch (thrown) {
      // Send the same request again only if its answer was lost.
      if (!(thrown instanceof Problem && ["offline", "answer_unreadable"].includes(thrown.code))) this.refusal = null;
      throw thrown;
    } finally {
      this.refusing = false;
    }
  }

  private async attempt(factor: ApprovalFactor, ke1: string | null, run: Run, progress: Progress): Promise<Attempt> {
    const { offer, viewHash } = this.opened;
    const { signal } = run.cancel;
    const path = `/actions/${offer.action}/attempt`;
    const body = { factor, nonce: offer.nonce, view_hash: b64u.encode(viewHash), ke1 };
    const started = Date.now();
    const slow = setTimeout(() => progress.contactingSim?.(), SLOW_MS);
    try {
      for (;;) {
        const answer = await this.api.request(eitherShape, { method: "POST", path, body, signal });
        if (answer.status === "attempt") return answer;
        if (answer.contacting_sim) progress.contactingSim?.();
        if (Date.now() - started > GIVE_UP_MS) throw new Problem("sim_unavailable");
        await pause(Math.min(Math.max(answer.retry_after_ms, 50), 5000), signal);
      }
    } finally {
      clearTimeout(slow);
    }
  }

  private async proveWithCode(run: Run, step: Step & { is: "code" }, progress: Progress): Promise<Step> {
    step.login ??= await startLogin(step.code);
    const attempt = await this.attempt("code", step.login.ke1, run, progress);
    // The try is spent now. From here on the run ignores its signal.
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
        choices: this.chosen.map((one) => ({ ...one })),
      },
      decision: { t: transcript, h },
    };
  }

  private async proveWithBiometric(run: Run, progress: Progress): Promise<Step> {
    const attempt = await this.attempt("unlock", null, run, progress);
    const transcript = await this.transcript("unlock", "approve", attempt.sequence, attempt.sim_statement);
    if (attempt.unlock_credential === null) throw new Problem("unlock_unavailable");
    // The browser's dialog must not appear on another screen.
    run.cancel.signal.throwIfAborted();
    const { assertion, proofHash } = await assertBiometric(this.record.rpId, attempt.unlock_credential, transcript);
    return {
      is: "proven",
      body: {
        attempt: attempt.attempt,
        t: b64u.encode(transcript),
        ke3: null,
        code_proof: null,
        assertion: { ...assertion },
        choices: this.chosen.map((one) => ({ ...one })),
      },
      decision: { t: transcript, h: proofHash },
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
      attributesHash: await attributesHash(view),
      choicesHash: await choicesHash(decision === "approve" ? this.chosen : []),
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
    if (offer.sim === "silent" && statement === null && this.rules?.simStatement === "optional") return;
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
