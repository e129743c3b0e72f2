// The app's state, and the functions that change it. Screens read the state and call these functions.

import { Api, fetchConfig } from "../protocol/api";
import type { Config, Enrolment, Language, Me, Partner, Returning, Summary } from "../protocol/api";
import { createDevice, DeviceClient } from "../protocol/device";
import type { DeviceRecord } from "../protocol/device";
import { listen } from "../protocol/events";
import type { Link } from "../protocol/link";
import type { TypedCode } from "../protocol/opaque";
import { startRegistration } from "../protocol/opaque";
import { asProblem, isServerCode, Problem } from "../protocol/problem";
import { BrowserStore } from "../protocol/store";
import type { WaitingLink } from "../protocol/store";
import type { BiometricRegistration } from "../protocol/api";
import { deviceName } from "./device-name";
import type { HistoryPages } from "./history";
import { saveLanguage, preferredLanguage, loadLanguage } from "./language";
import { parseRoute, replace } from "./route";
import type { EnrolStep, Route } from "./route";
import { Store } from "./store";
import { takeWaiting } from "./waiting";
import type { WaitingAction } from "./waiting";

export interface State {
  phase: "opening" | "ready" | "failed";
  language: Language;
  route: Route;
  config: Config | null;
  record: DeviceRecord | null;
  enrolment: Enrolment | null;
  me: Me | null;
  open: Summary[];
  /** The latest that were decided. */
  past: Summary[];
  /** Everything that happened, as far as it is loaded; `null` before that. */
  history: HistoryPages | null;
  /** The browsers that may come back to a site without asking. */
  returning: Returning[];
  /** The partners that got something of the person; `null` before they are loaded. */
  partners: Partner[] | null;
  /** The address to which the scheme sent a code last. */
  mailedTo: string | null;
  /** The problem that stops the whole app. */
  problem: Problem | null;
  /** The problem with which the bank sent the person back. Shown once, on the screen with the banks. */
  bankProblem: Problem | null;
  /** The recovery that the bank confirmed. */
  recovery: string | null;
  /** Whether live updates arrive. */
  live: boolean;
  /** The link to a request that waits until this phone has an identity. */
  waitingLink: WaitingLink | null;
  /** The receipt of an enrolment that was completed just now. */
  enrolmentReceipt: string | null;
  /** Whether that enrolment replaced another phone. */
  replaced: boolean;
  /** The request that waits while the person adds what it asks and they do not have. */
  waitingAction: WaitingAction | null;
}

export const devices = new BrowserStore();
const client = new DeviceClient(devices);
export const api = new Api(client);

export const app = new Store<State>({
  phase: "opening",
  language: "en",
  route: { at: "home" },
  config: null,
  record: null,
  enrolment: null,
  me: null,
  open: [],
  past: [],
  history: null,
  returning: [],
  partners: null,
  mailedTo: null,
  problem: null,
  bankProblem: null,
  recovery: null,
  live: false,
  waitingLink: null,
  enrolmentReceipt: null,
  replaced: false,
  waitingAction: null,
});

const followRoute = () => app.set({ route: parseRoute(location.hash, location.origin) });

export async function open(): Promise<void> {
  const language = preferredLanguage();
  await loadLanguage(language);
  app.set({ language });
  addEventListener("hashchange", followRoute);
  addEventListener("online", () => void retry());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && app.get().me) refreshSoon();
  });
  readBankReturn();
  followRoute();
  await retry();
}

/** Opens the app again after a failure. */
export async function retry(): Promise<void> {
  if (app.get().phase === "ready") return;
  app.set({ phase: "opening", problem: null });
  try {
    const [config, record] = await Promise.all([fetchConfig(), devices.load()]);
    app.set({ config, record });
    const { route } = app.get();
    // Store the link before an enrolment replaces the address.
    if (!record?.identity && route.at === "link" && route.link) await storeLink(route.link);
    await restoreLink();
    if (record?.identity) {
      await startSession();
      if (app.get().bankProblem) replace(app.get().waitingAction ? "bank" : "recover");
    } else if (record?.enrolment) {
      await resumeEnrolment(record.enrolment);
    }
    app.set({ phase: "ready" });
  } catch (thrown) {
    app.set({ phase: "failed", problem: asProblem(thrown) });
  }
}

/** Reads the parameters of the bank's redirect, and removes them from the address, so that a reload does not repeat them. */
function readBankReturn(): void {
  const query = new URLSearchParams(location.search);
  const code = query.get("problem");
  // If the person said no at the bank, say so. Nothing failed.
  const declined = code === "registrar_failed" && query.get("reason") === "access_denied";
  if (code !== null) app.set({ bankProblem: new Problem(declined ? "bank_declined" : isServerCode(code) ? code : "registrar_failed") });
  const recovery = query.get("recovery");
  if (recovery !== null && /^rcv_[A-Za-z0-9_-]{22}$/.test(recovery)) app.set({ recovery });
  const waitingAction = takeWaiting();
  if (location.search === "") return;
  const fetched = query.get("attributes") !== null && waitingAction !== null;
  if (!fetched) app.set({ waitingAction });
  const path = fetched ? `#/action/${waitingAction.id}` : recovery === null ? "" : "#/recover";
  history.replaceState(null, "", `/app/${path}`);
}

export async function chooseLanguage(language: Language): Promise<void> {
  await loadLanguage(language);
  saveLanguage(language);
  app.set({ language });
}

// ── A link that waits for an identity ────────────────────────────────────────────────────────────────────────────────

/** The lifetime of a link: that of its action, or that of the QR code that held it. */
const LINK_LIFETIME_MS = { app: 180_000, qr: 10_000 };

/** Stores a link until this phone has an identity, and removes it from the address. It survives the visit to the bank. */
export async function storeLink({ text, flow }: Link): Promise<void> {
  const waitingLink = { text, until: Date.now() + LINK_LIFETIME_MS[flow] };
  app.set({ waitingLink });
  replace("");
  // If the browser stores nothing, the link waits in this window only.
  await devices.storeLink(waitingLink).catch(() => undefined);
}

async function restoreLink(): Promise<void> {
  const waitingLink = app.get().waitingLink ?? (await devices.storedLink().catch(() => null));
  app.set({ waitingLink });
  if (!isFresh(waitingLink)) dropLink();
}

export const isFresh = (link: WaitingLink | null): boolean => link !== null && Date.now() < link.until;

export function dropLink(): void {
  if (app.get().waitingLink === null) return;
  app.set({ waitingLink: null });
  void devices.storeLink(null).catch(() => undefined);
}

// ── Enrolment ────────────────────────────────────────────────────────────────────────────────────────────────────────

async function resumeEnrolment(id: string): Promise<void> {
  try {
    const enrolment = await api.enrolment(id);
    if (enrolment.status === "completed") return await loadIdentity();
    app.set({ enrolment });
    replace(`enrol/${stepOf(enrolment)}`);
  } catch (thrown) {
    if (!(thrown instanceof Problem) || !["not_found", "device_signature_invalid"].includes(thrown.code)) throw thrown;
    // The scheme has deleted this enrolment. The person starts over.
    await deleteDevice();
  }
}

function stepOf(enrolment: Enrolment): EnrolStep {
  const failed = app.get().bankProblem !== null;
  if (enrolment.status === "vouched") return "vouched";
  return enrolment.status === "sim_connected" || failed ? "bank" : "sim";
}

export async function beginEnrolment(phoneNumber: string): Promise<void> {
  const config = app.get().config ?? (await fetchConfig());
  const pins = {
    audience: config.audience,
    issuer: config.issuer,
    rpId: config.webauthn.rp_id,
    logKey: config.log_key,
  };
  const record = await createDevice(devices, pins, phoneNumber);
  const begun = await api.enrol({
    phone_number: phoneNumber,
    device_key: record.jwk,
    device_name: deviceName(),
    key_kind: "software",
    language: app.get().language,
  });
  const saved = await devices.update((stored) => {
    stored.device = begun.device;
    stored.enrolment = begun.enrolment;
  });
  app.set({
    record: saved,
    enrolment: { enrolment: begun.enrolment, status: "created", sim: begun.sim, vouched: null, replaces: false },
  });
}

/** Has the operator send a secret to the SIM that will be connected, of another number if one is given. */
export async function sendNewSimSecret(phoneNumber: string | null): Promise<void> {
  await api.newSim(phoneNumber);
  if (phoneNumber === null) return;
  app.set({ record: await devices.update((stored) => void (stored.phoneNumber = phoneNumber)) });
}

export const enrolmentId = (): string => {
  const id = app.get().record?.enrolment;
  if (!id) throw new Problem("not_enrolled");
  return id;
};

export async function simConnected(): Promise<void> {
  app.set({ enrolment: await api.enrolment(enrolmentId()) });
}

/** Opens the bank's site. */
export async function goToBank(bank: string): Promise<void> {
  app.set({ bankProblem: null });
  const { authorization_url } = await api.chooseBank(enrolmentId(), bank);
  openUrl(authorization_url);
}

export function openUrl(url: string): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : null;
  // Permit plain http only if the app itself uses it, on a developer's machine.
  if (protocol !== "https:" && protocol !== location.protocol) throw new Problem("answer_unreadable");
  location.assign(url);
}

let registrationRecord: string | null = null;

export const codeIsChosen = (): boolean => registrationRecord !== null;

export async function chooseCode(code: TypedCode): Promise<void> {
  const registration = await startRegistration(code);
  const { registration_response } = await api.registerCode(enrolmentId(), registration.request);
  registrationRecord = registration.finish(registration_response);
}

/** Whether the scheme has completed the enrolment, although its answer was lost. If so, loads the identity. */
export async function alreadyCompleted(): Promise<boolean> {
  const { status } = await api.enrolment(enrolmentId());
  if (status === "completed") await loadIdentity();
  return status === "completed";
}

export async function completeEnrolment(biometric: BiometricRegistration | null): Promise<void> {
  const { config, enrolment } = app.get();
  if (registrationRecord === null || !config) throw new Problem("attempt_unknown");
  const completed = await api.complete(enrolmentId(), registrationRecord, config.terms_version, biometric);
  registrationRecord = null;
  const record = await devices.update((stored) => {
    stored.identity = completed.identity;
    if (enrolment?.vouched) stored.birthdate = enrolment.vouched.birthdate;
  });
  app.set({ record, enrolmentReceipt: completed.receipt, replaced: completed.replaced });
  // Ask the browser to keep this data when space runs short.
  void navigator.storage?.persist?.().catch(() => false);
  await startSession();
}

/** Loads the identity of an enrolment that the scheme completed, although its answer was lost. */
async function loadIdentity(): Promise<void> {
  const me = await api.me();
  const record = await devices.update((stored) => {
    stored.identity = me.identity;
  });
  app.set({ record });
  await startSession();
}

/** Loads the enrolment again, after the identity of the person changed meanwhile. */
export async function reloadEnrolment(): Promise<void> {
  registrationRecord = null;
  app.set({ enrolment: await api.enrolment(enrolmentId()) });
}

export async function deleteDevice(): Promise<void> {
  await devices.clear();
  app.set({ record: null, enrolment: null, me: null, open: [], past: [], history: null, returning: [], partners: null, mailedTo: null });
  replace("");
}

// ── News from the scheme ─────────────────────────────────────────────────────────────────────────────────────────────

let listening = false;

/** Passes news to the other windows of this app. One window listens to the scheme for all. */
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("ipse-news");

async function startSession(): Promise<void> {
  await refresh();
  if (listening) return;
  listening = true;
  const onNews = () => {
    app.set({ live: true });
    refreshSoon();
  };
  channel?.addEventListener("message", onNews);
  const spread = () => {
    onNews();
    channel?.postMessage("changed");
  };
  const ended = (problem: Problem) => {
    channel?.removeEventListener("message", onNews);
    // A phone that is set up again listens again.
    listening = false;
    fail(problem);
    channel?.postMessage("changed");
  };
  const neverAborted = new AbortController().signal;
  // A browser opens few connections to one server, so all windows share one stream.
  void navigator.locks.request("ipse-events", () => listen(client, { update: spread, connected: spread, ended }, neverAborted));
}

/** Shows the problem that stops the app, unless the person has begun again meanwhile. */
function fail(problem: Problem): void {
  if (app.get().me) app.set({ phase: "failed", problem });
}

export async function refresh(): Promise<void> {
  const [me, actions] = [await api.me(), await api.actions()];
  app.set({ me, open: actions.open, past: actions.past, returning: actions.returning ?? [] });
}

let refreshing: "no" | "yes" | "again" = "no";

/** Refreshes, one call at a time. Calls during a refresh cause one more refresh after it. */
export function refreshSoon(): void {
  if (refreshing !== "no") {
    refreshing = "again";
    return;
  }
  refreshing = "yes";
  const round = (): Promise<void> =>
    refresh()
      // The next news causes another refresh, unless the scheme accepts nothing more from this device.
      .catch((thrown: unknown) => {
        if (thrown instanceof Problem && thrown.final) fail(thrown);
      })
      .then(() => {
        const again = refreshing === "again";
        refreshing = again ? "yes" : "no";
        return again ? round() : undefined;
      });
  void round();
}

// ── Change the code ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** Has the operator text a secret, and registers the new code. Returns the record that goes with the secret. */
export async function beginChangeCode(code: TypedCode): Promise<string> {
  await api.changeCode();
  const registration = await startRegistration(code);
  const { registration_response } = await api.changeCodeRegistration(registration.request);
  return registration.finish(registration_response);
}

// ── Recovery ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export async function recoverAtBank(bank: string): Promise<void> {
  app.set({ bankProblem: null });
  openUrl((await api.recover(bank)).authorization_url);
}

export async function recoverCode(recovery: string, code: TypedCode): Promise<void> {
  try {
    const registration = await startRegistration(code);
    const { registration_response } = await api.recoveryCode(recovery, registration.request);
    await api.recoveryComplete(recovery, registration.finish(registration_response));
  } catch (thrown) {
    const problem = asProblem(thrown);
    // This visit to the bank is used up. The person needs another one.
    if (!problem.temporary) app.set({ recovery: null, bankProblem: problem });
    throw problem;
  }
  app.set({ recovery: null });
  await refresh();
}
