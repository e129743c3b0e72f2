// Everything that can fail, each with a stable code. The texts are in texts/*.ftl, as `problem-CODE`.

import type { Json } from "./json";

/** The codes with which the scheme answers (protocol §1). */
export const SERVER_CODES = [
  "malformed_request", "too_large", "unsupported_media_type", "device_signature_invalid", "device_suspended",
  "device_replaced", "device_copied", "sequence_stale", "sequence_behind", "identity_blocked", "not_found", "action_expired", "action_closed", "link_stale",
  "link_invalid", "scan_required", "already_claimed", "view_changed", "attempt_open", "attempt_unknown", "code_wrong", "proof_invalid", "fingerprint_exists",
  "fingerprint_missing",
  "sim_unavailable", "sim_not_ready", "sim_mismatch", "number_disputed", "sim_secret_wrong", "email_invalid", "email_code_wrong",
  "email_missing", "email_unavailable", "already_enrolled", "epoch_changed",
  "level_not_allowed", "registrar_failed", "wrong_browser", "person_mismatch", "assurance_insufficient", "proofing_stale", "busy",
  "clock_disagrees", "too_many_requests", "internal",
] as const;

/** The codes that only the app uses. */
export const LOCAL_CODES = [
  "offline", "answer_unreadable", "view_unreadable", "sim_statement_invalid", "unlock_cancelled", "unlock_unavailable", "app_outdated",
  "camera_unavailable", "qr_not_found", "storage_unavailable", "not_enrolled", "bank_declined", "unexpected",
] as const;

export type ServerCode = (typeof SERVER_CODES)[number];
export type LocalCode = (typeof LOCAL_CODES)[number];
export type ProblemCode = ServerCode | LocalCode;

export const isServerCode = (code: unknown): code is ServerCode => SERVER_CODES.includes(code as ServerCode);

const TEMPORARY: readonly ProblemCode[] = [
  "offline", "busy", "clock_disagrees", "internal", "sim_unavailable", "email_unavailable", "too_many_requests", "answer_unreadable", "sequence_stale", "sequence_behind",
];
const FINAL: readonly ProblemCode[] = ["device_signature_invalid", "device_suspended", "device_replaced", "device_copied"];

export class Problem extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly members: Record<string, Json>;

  constructor(code: ProblemCode, status = 0, members: Record<string, Json> = {}, cause?: unknown) {
    super(code, { cause });
    this.name = "Problem";
    this.code = code;
    this.status = status;
    this.members = members;
  }

  number(member: string): number | null {
    const value = this.members[member];
    return typeof value === "number" ? value : null;
  }

  /** Whether the same request may succeed later. */
  get temporary(): boolean {
    return TEMPORARY.includes(this.code);
  }

  /** Whether the scheme accepts nothing more from this device. The person must enrol again. */
  get final(): boolean {
    return FINAL.includes(this.code);
  }
}

export const asProblem = (thrown: unknown): Problem =>
  thrown instanceof Problem ? thrown : new Problem("unexpected", 0, {}, thrown);
