// The app's state and what may be done to it. Screens read the state and call these; the protocol stands below.

import { Api, fetchConfig } from "../protocol/api";
import type { Config, Enrolment, Language, Me, Summary } from "../protocol/api";
import { Approval } from "../protocol/approval";
import { createDevice, DeviceClient } from "../protocol/device";
import type { DeviceRecord } from "../protocol/device";
import { listen } from "../protocol/events";
import type { Link } from "../protocol/link";
import { openOffer } from "../protocol/offer";
import type { TypedCode } from "../protocol/opaque";
import { startRegistration } from "../protocol/opaque";
import { asProblem, isServerCode, Problem } from "../protocol/problem";
import { BrowserStore } from "../protocol/store";
import type { WaitingLink } from "../protocol/store";
import type { UnlockRegistration } from "../protocol/api";
import { deviceName } from "./device-name";
import { earliest, withEarlier, withLatest } from "./history";
import { keepLanguage, preferredLanguage, speak } from "./language";
import { parseRoute, replace } from "./route";
import type { EnrolStep, Route } from "./route";
import { Store } from "./store";

export interface State {
  phase: "opening" | "ready" | "failed";
  language: Language;
  route: Route;
  config: Config | null;
  record: DeviceRecord | null;
  enrolment: Enrolment | null;
  me: Me | null;
  open: Summary[];
  past: Summary[];
  /** Whether the scheme has actions from before those in `past`. */
  more: boolean;
  /** What keeps the whole app from going on. */
  problem: Problem | null;
  /** What the bank's return brought, shown once on the screen that asked for a bank. */
  returned: Problem | null;
  recovery: string | null;
  live: boolean;
  /** A request that a link brought while there is no identity here yet. */
  waitingLink: WaitingLink | null;
  /** Of the enrolment that was completed just now. */
  enrolmentReceipt: string | null;
}

const devices = new BrowserStore();
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
  more: false,
  problem: null,
  returned: null,
  recovery: null,
  live: false,
  waitingLink: null,
  enrolmentReceipt: null,
});

const followRoute = () => app.set({ route: parseRoute(location.hash, location.origin) });

export async function open(): Promise<void> {
  const language = preferredLanguage();
  await speak(language);
  app.set({ language });
  addEventListener("hashchange", followRoute);
  addEventListener("online", () => void retry());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && app.get().me) refreshSoon();
  });
  readReturn();
  followRoute();
  await retry();
}

/** Starts over after a failure to open. */
export async function retry(): Promise<void> {
  if (app.get().phase === "ready") return;
  app.set({ phase: "opening", problem: null });
  try {
    const [config, record] = await Promise.all([fetchConfig(), devices.load()]);
    app.set({ config, record });
    const { route } = app.get();
    // Before the enrolment that it has to wait for takes the address over.
    if (!record?.identity && route.at === "link" && route.link) await holdLink(route.link);
    await findHeldLink();
    if (record?.identity) {
      await comeHome();
      // With an identity, only a recovery comes back from a bank with a problem: shown there.
      if (app.get().returned) replace("recover");
    } else if (record?.enrolment) {
      await resumeEnrolment(record.enrolment);
    }
    app.set({ phase: "ready" });
  } catch (thrown) {
    app.set({ phase: "failed", problem: asProblem(thrown) });
  }
}

/** What the bank's redirect left in the address: taken out at once, so that a reload does not repeat it. */
function readReturn(): void {
  const query = new URLSearchParams(location.search);
  const code = query.get("problem");
  // Who said no at the bank is told that, and not that something failed.
  const declined = code === "registrar_failed" && query.get("reason") === "access_denied";
  if (code !== null) app.set({ returned: new Problem(declined ? "bank_declined" : isServerCode(code) ? code : "registrar_failed") });
  const recovery = query.get("recovery");
  if (recovery !== null && /^rcv_[A-Za-z0-9_-]{22}$/.test(recovery)) app.set({ recovery });
  if (location.search !== "") history.replaceState(null, "", `/app/${recovery === null ? "" : "#/recover"}`);
}

export async function chooseLanguage(language: Language): Promise<void> {
  await speak(language);
  keepLanguage(language);
  app.set({ language });
}

// ── A link that came too early ─────────────────────────────────────────────────────────────────────────────────────

/** How long a link may serve at most: as long as its action lives, or as long as the QR that it was read from. */
const LINK_LIVES_MS = { app: 180_000, qr: 10_000 };

/** Keeps a link until there is an identity here, also over the visit to the bank; the address must not keep it. */
export async function holdLink({ text, flow }: Link): Promise<void> {
  const waitingLink = { text, until: Date.now() + LINK_LIVES_MS[flow] };
  app.set({ waitingLink });
  replace("");
  // Where nothing can be kept it waits in this window only.
  await devices.holdLink(waitingLink).catch(() => undefined);
}

async function findHeldLink(): Promise<void> {
  const waitingLink = app.get().waitingLink ?? (await devices.heldLink().catch(() => null));
  app.set({ waitingLink });
  if (!isFresh(waitingLink)) dropLink();
}

export const isFresh = (link: WaitingLink | null): boolean => link !== null && Date.now() < link.until;

export function dropLink(): void {
  if (app.get().waitingLink === null) return;
  app.set({ waitingLink: null });
  void devices.holdLink(null).catch(() => undefined);
}

// ── Enrolment ──────────────────────────────────────────────────────────────────────────────────────────────────────

async function resumeEnrolment(id: string): Promise<void> {
  try {
    const enrolment = await api.enrolment(id);
    if (enrolment.status === "completed") return await adoptIdentity();
    app.set({ enrolment });
    replace(`enrol/${stepOf(enrolment)}`);
  } catch (thrown) {
    if (!(thrown instanceof Problem) || !["not_found", "device_signature_invalid"].includes(thrown.code)) throw thrown;
    // It was never completed and is gone: begin anew.
    await forgetDevice();
  }
}

function stepOf(enrolment: Enrolment): EnrolStep {
  const returned = app.get().returned !== null;
  if (enrolment.status === "vouched") return "vouched";
  return enrolment.status === "sim_connected" || returned ? "bank" : "sim";
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
  const saved = await devices.update((kept) => {
    kept.device = begun.device;
    kept.enrolment = begun.enrolment;
  });
  app.set({
    record: saved,
    enrolment: { enrolment: begun.enrolment, status: "created", sim: begun.sim, vouched: null },
  });
}

export const enrolmentId = (): string => {
  const id = app.get().record?.enrolment;
  if (!id) throw new Problem("not_enrolled");
  return id;
};

export async function simConnected(): Promise<void> {
  app.set({ enrolment: await api.enrolment(enrolmentId()) });
}

/** Leaves for the bank's own site. */
export async function goToBank(bank: string): Promise<void> {
  app.set({ returned: null });
  const { authorization_url } = await api.chooseBank(enrolmentId(), bank);
  leave(authorization_url);
}

export function leave(url: string): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : null;
  // Plain http only where the app itself is served so: on a developer's machine.
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

/** Whether the scheme has completed it already, though its answer was lost; then this phone takes that up. */
export async function completedAlready(): Promise<boolean> {
  const { status } = await api.enrolment(enrolmentId());
  if (status === "completed") await adoptIdentity();
  return status === "completed";
}

export async function completeEnrolment(unlock: UnlockRegistration | null): Promise<void> {
  const { config, enrolment } = app.get();
  if (registrationRecord === null || !config) throw new Problem("attempt_unknown");
  const completed = await api.complete(enrolmentId(), registrationRecord, config.terms_version, unlock);
  registrationRecord = null;
  const record = await devices.update((kept) => {
    kept.identity = completed.identity;
    if (enrolment?.vouched) kept.birthdate = enrolment.vouched.birthdate;
  });
  app.set({ record, enrolmentReceipt: completed.receipt });
  // Asks the browser not to throw this away when space runs short.
  void navigator.storage?.persist?.().catch(() => false);
  await comeHome();
}

/** The answer to `complete` was lost, but the scheme did it. */
async function adoptIdentity(): Promise<void> {
  const me = await api.me();
  const record = await devices.update((kept) => {
    kept.identity = me.identity;
  });
  app.set({ record });
  await comeHome();
}

export async function forgetDevice(): Promise<void> {
  await devices.clear();
  app.set({ record: null, enrolment: null, me: null, open: [], past: [], more: false });
  replace("");
}

// ── At home ────────────────────────────────────────────────────────────────────────────────────────────────────────

let listening = false;

/** News for the other windows of this app: one listens, all hear. */
const news = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("ipse-news");

async function comeHome(): Promise<void> {
  await refresh();
  if (listening) return;
  listening = true;
  const heard = () => {
    app.set({ live: true });
    refreshSoon();
  };
  news?.addEventListener("message", heard);
  const tell = () => {
    heard();
    news?.postMessage("changed");
  };
  const forEver = new AbortController().signal;
  // A browser opens few connections to one server; one stream is enough for all windows.
  void navigator.locks.request("ipse-events", () => listen(client, { update: tell, connected: tell }, forEver));
}

export async function refresh(): Promise<void> {
  const [me, actions] = [await api.me(), await api.actions()];
  app.set({ me, open: actions.open, ...withLatest(actions, app.get()) });
}

/** Loads what happened before what is known. */
export async function loadEarlier(): Promise<void> {
  const last = () => earliest(app.get().open, app.get().past);
  const before = last();
  if (before === undefined) return;
  const earlier = await api.earlier(before.id);
  // What is known may have changed meanwhile, and then this is not what comes before it.
  if (last()?.id === before.id) app.set(withEarlier(app.get(), earlier));
}

let refreshing: "no" | "yes" | "again" = "no";

/** Refreshes, but not twice at once: what comes in meanwhile makes for one more round. */
export function refreshSoon(): void {
  if (refreshing !== "no") {
    refreshing = "again";
    return;
  }
  refreshing = "yes";
  const round = (): Promise<void> =>
    refresh()
      // What could not be fetched now is fetched with the next news, unless this device can do no more.
      .catch((thrown: unknown) => {
        if (thrown instanceof Problem && thrown.final) app.set({ phase: "failed", problem: thrown });
      })
      .then(() => {
        const again = refreshing === "again";
        refreshing = again ? "yes" : "no";
        return again ? round() : undefined;
      });
  void round();
}

// ── Recovery ───────────────────────────────────────────────────────────────────────────────────────────────────────

export async function recoverAtBank(bank: string): Promise<void> {
  app.set({ returned: null });
  leave((await api.recover(bank)).authorization_url);
}

export async function recoverCode(recovery: string, code: TypedCode): Promise<void> {
  try {
    const registration = await startRegistration(code);
    const { registration_response } = await api.recoveryCode(recovery, registration.request);
    await api.recoveryComplete(recovery, registration.finish(registration_response));
  } catch (thrown) {
    const problem = asProblem(thrown);
    // This visit to the bank is used up: the way on is another one.
    if (!problem.passing) app.set({ recovery: null, returned: problem });
    throw problem;
  }
  app.set({ recovery: null });
  await refresh();
}

// ── Actions ────────────────────────────────────────────────────────────────────────────────────────────────────────

const approvals = new Map<string, Approval>();

/** Claims the action behind a link and gives its id. */
export async function claim(link: string): Promise<string> {
  const opened = await openOffer(await api.claim(link), Date.now());
  approvals.set(opened.offer.action, newApproval(opened));
  refreshSoon();
  return opened.offer.action;
}

function newApproval(opened: Awaited<ReturnType<typeof openOffer>>): Approval {
  const { record } = app.get();
  if (!record) throw new Problem("not_enrolled");
  return new Approval(api, record, opened);
}

export type Found = { approval: Approval } | { summary: Summary };

/** The action as it stands: still to decide here, or already over. */
export async function findAction(id: string): Promise<Found> {
  const kept = approvals.get(id);
  if (kept) return { approval: kept };
  const action = await api.action(id);
  if (!action.offer) return { summary: action };
  const approval = newApproval(await openOffer(action.offer, Date.now()));
  approvals.set(id, approval);
  return { approval };
}

/** After a decision or an end: nothing of it stays in memory. */
export function dropAction(id: string): void {
  approvals.get(id)?.forget();
  approvals.delete(id);
  refreshSoon();
}
