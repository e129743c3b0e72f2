// The scheme's phone API (protocol §3–§5, §7): one method for each request. Answers become typed values.

import type { Call, DeviceClient } from "./device";
import { parse } from "./json";
import type { Json } from "./json";
import type { Obtained } from "./link";
import { jwkShape } from "./jws";
import type { Jwk } from "./jws";
import { asProblem, Problem } from "./problem";
import { boolean, integer, list, nullable, object, oneOf, optional, ShapeError, string } from "./shape";
import type { Of, Shape } from "./shape";

export const LANGUAGES = ["nl", "fr", "de", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

const configShape = object({
  audience: string,
  issuer: string,
  profile: string,
  banks: list(object({ name: string })),
  terms_version: string,
  code_scheme: integer,
  webauthn: object({ rp_id: string }),
  handsets: list(object({ operator: string, url: string })),
  email: optional(boolean),
  mailbox: optional(string),
  log_key: jwkShape,
});

/** What a SIM can do. A SIM in preparation counts as upgradable, a retired one as incompatible. */
const readiness: Shape<"ready" | "upgradable" | "incompatible" | "unknown"> = (value, path) => {
  const word = oneOf("ready", "upgradable", "incompatible", "unknown", "provisioning", "retired")(value, path);
  return word === "provisioning" ? "upgradable" : word === "retired" ? "incompatible" : word;
};
const simShape = object({ state: readiness, operator: optional(string) });

const vouchedShape = object({
  bank: string,
  given_name: string,
  family_name: string,
  birthdate: string,
  nationality: string,
  document_number: optional(string),
  gender: optional(string),
  place_of_birth: optional(string),
  address: optional(string),
  photo: optional(boolean),
});

const enrolmentShape = object({
  enrolment: string,
  status: oneOf("created", "sim_connected", "vouched", "completed"),
  sim: simShape,
  vouched: nullable(vouchedShape),
  replaces: boolean,
});

const completedShape = object({
  identity: string,
  device: string,
  level: oneOf("basic", "advanced"),
  receipt: string,
  code_version: integer,
  epoch: integer,
  replaced: boolean,
  unlock: boolean,
});

const meShape = object({
  identity: string,
  status: oneOf("active", "suspended", "closed"),
  reasons: list(object({ reason: string, since: integer })),
  next: nullable(string),
  level: oneOf("basic", "advanced"),
  limited: nullable(object({ until: nullable(integer) })),
  given_name: string,
  family_name: string,
  phone_number: string,
  email: optional(string),
  epoch: integer,
  code_version: integer,
  wrong_codes_left: integer,
  wrong_since_last: integer,
  sim: object({ state: oneOf("connected", "none", "changed", "moved"), operator: optional(string) }),
  unlock: boolean,
  this_device: string,
});

const devicesShape = object({
  devices: list(
    object({
      device: string,
      name: string,
      kind: string,
      since: integer,
      last_used: optional(integer),
      status: string,
      this: boolean,
    }),
  ),
});

const offerShape = object({
  action: string,
  // The view says it too, and there a word that only a newer app knows leads to an update.
  flow: string,
  match_code: string,
  view: string,
  nonce: string,
  expires: integer,
  server_time: integer,
  identity: string,
  epoch: integer,
  code_version: integer,
  partner: string,
  domain: string,
  browser_binding: string,
  level: oneOf("basic", "advanced"),
  factors: list(oneOf("code", "unlock")),
  sim: oneOf("none", "silent", "holder"),
  wrong_since_last: integer,
  wrong_codes_left: integer,
});

const withdrawnShape = object({ time: integer, receipt: string });
const summary = {
  id: string,
  kind: string,
  partner: optional(string),
  domain: optional(string),
  status: string,
  created: integer,
  expires: integer,
  decided: optional(integer),
  receipt: optional(string),
  // Why it was refused or cancelled.
  reason: optional(string),
  // A browser came back, and no phone was asked.
  returned: optional(boolean),
  partner_id: optional(string),
  // The person took the consent back.
  withdrawn: optional(withdrawnShape),
};
const summaryShape = object(summary);
export const partnersShape = object({
  partners: list(
    object({
      partner: string,
      name: string,
      domain: string,
      first: integer,
      last: integer,
      answers: integer,
      shared: list(object({ attribute: string, last: integer })),
      // Whether Ipse tells it of a withdrawal.
      told: boolean,
      withdrawn: optional(withdrawnShape),
    }),
  ),
});
/** A browser that may come back to a site without asking. */
const returningShape = object({ action: string, partner: string, domain: string, browser: string, until: integer, returns: integer });
const actionsShape = object({ open: list(summaryShape), past: list(summaryShape), more: boolean, returning: optional(list(returningShape)) });
const actionShape = object({ ...summary, offer: optional(offerShape) });

/** What happened without an action, such as a block. Kinds of receipt that this app does not know may be among them. */
const eventShape = object({
  receipt: string,
  kind: string,
  time: integer,
  reason: optional(string),
  // The action that the person reported, if that caused it.
  action: optional(string),
  // The bank that vouched.
  bank: optional(string),
  partner_id: optional(string),
  partner: optional(string),
  domain: optional(string),
  // Whether the partner was told of a withdrawal.
  told: optional(string),
});
export type Entry = ({ entry: "action" } & Summary) | ({ entry: "event" } & HistoryEvent);
const entryShape: Shape<Entry> = (value, path) => {
  const { entry } = object({ entry: oneOf("action", "event") })(value, path);
  return entry === "action" ? { entry, ...summaryShape(value, path) } : { entry, ...eventShape(value, path) };
};
/** `next` is the id with which the next page is fetched; null on the last page. */
export const historyShape = object({ entries: list(entryShape), next: optional(string) });

const receiptShape = object({
  receipt: string,
  leaf: string,
  salt: string,
  evidence: string,
  disclosure_salt: optional(string),
  disclosure: optional(string),
  index: nullable(integer),
  proof: list(string),
  checkpoint: nullable(string),
  // That the checkpoint continues the head that the phone remembers.
  consistency: optional(list(string)),
  promise: string,
});

const secretSentShape = object({ sent: boolean, tries_left: integer });
const creationShape = object({ challenge: string, rp_id: string, user_id: string, user_name: string });
const startedShape = object({ action: string });

export type Config = Of<typeof configShape>;
export type Sim = Of<typeof simShape>;
export type Vouched = Of<typeof vouchedShape>;
export type Enrolment = Of<typeof enrolmentShape>;
export type Completed = Of<typeof completedShape>;
export type Me = Of<typeof meShape>;
export type Device = Of<typeof devicesShape>["devices"][number];
export type Offer = Of<typeof offerShape>;
export type Summary = Of<typeof summaryShape>;
export type HistoryEvent = Of<typeof eventShape>;
export type HistoryPage = Of<typeof historyShape>;
export type Withdrawn = Of<typeof withdrawnShape>;
/** A partner that got something of the person. */
export type Partner = Of<typeof partnersShape>["partners"][number];
export type Returning = Of<typeof returningShape>;
export type ReceiptAnswer = Of<typeof receiptShape>;

export interface NewEnrolment {
  phone_number: string;
  device_key: Jwk;
  device_name: string;
  key_kind: "software";
  language: Language;
}

/** Any document: the app keeps it and reads nothing of it. */
const document: Shape<Json> = (value) => {
  if (value === undefined) throw new ShapeError("nothing came");
  return value;
};

export interface BiometricRegistration {
  client_data: string;
  attestation_object: string;
}

const BASE = "/phone/v1";

export async function fetchConfig(): Promise<Config> {
  const response = await fetch(`${BASE}/config`, { cache: "no-store", signal: AbortSignal.timeout(15_000) }).catch(
    (cause: unknown) => {
      throw new Problem("offline", 0, {}, cause);
    },
  );
  if (!response.ok) throw new Problem("busy", response.status);
  return readAs(async () => configShape(parse(await response.text()), "config"));
}

async function readAs<T>(read: () => Promise<T> | T): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw cause instanceof Problem ? asProblem(cause) : new Problem("answer_unreadable", 0, {}, cause);
  }
}

export class Api {
  private readonly client: DeviceClient;

  constructor(client: DeviceClient) {
    this.client = client;
  }

  async request<T>(shape: Shape<T>, call: Call): Promise<T> {
    const { body } = await this.client.call({ ...call, path: BASE + call.path });
    return readAs(() => shape(body, ""));
  }

  private get<T>(shape: Shape<T>, path: string): Promise<T> {
    return this.request(shape, { method: "GET", path });
  }

  private post<T>(shape: Shape<T>, path: string, body: Json = {}): Promise<T> {
    return this.request(shape, { method: "POST", path, body });
  }

  // Enrolment.
  enrol = (body: NewEnrolment) =>
    this.post(
      object({ enrolment: string, device: string, sim: simShape, expires: integer }),
      "/enrolments",
      body as unknown as Json,
    );
  enrolment = (id: string) => this.get(enrolmentShape, `/enrolments/${id}`);
  sendSecret = (id: string) => this.post(secretSentShape, `/enrolments/${id}/sim`);
  answerSecret = (id: string, secret: string) =>
    this.post(object({ connected: boolean }), `/enrolments/${id}/sim/answer`, { secret });
  chooseBank = (id: string, bank: string) =>
    this.post(object({ authorization_url: string }), `/enrolments/${id}/bank`, { bank });
  registerCode = (id: string, request: string) =>
    this.post(object({ registration_response: string }), `/enrolments/${id}/code`, { registration_request: request });
  prepareBiometric = (id: string) =>
    this.post(creationShape, `/enrolments/${id}/unlock`);
  complete = (id: string, record: string, terms: string, biometric: BiometricRegistration | null) =>
    this.post(completedShape, `/enrolments/${id}/complete`, {
      registration_record: record,
      terms_version: terms,
      unlock: biometric as unknown as Json,
    });

  // Recovery with the bank.
  /** A visit to a bank that adds what it has of the person. */
  fetchAttributes = (bank: string) => this.post(object({ authorization_url: string }), "/attributes/bank", { bank });
  recover = (bank: string) => this.post(object({ recovery: string, authorization_url: string }), "/recoveries", { bank });
  recovery = (id: string) =>
    this.get(object({ recovery: string, status: oneOf("created", "vouched", "completed") }), `/recoveries/${id}`);
  recoveryCode = (id: string, request: string) =>
    this.post(object({ registration_response: string }), `/recoveries/${id}/code`, { registration_request: request });
  recoveryComplete = (id: string, record: string) =>
    this.post(object({ identity: string, code_version: integer, epoch: integer, status: string }), `/recoveries/${id}/complete`, {
      registration_record: record,
    });

  // New SIM.
  newSim = (phoneNumber: string | null) =>
    this.post(secretSentShape, "/sim", phoneNumber === null ? {} : { phone_number: phoneNumber });
  answerNewSim = (secret: string) => this.post(startedShape, "/sim/answer", { secret });

  // Change the code.
  changeCode = () => this.post(secretSentShape, "/code");
  changeCodeRegistration = (request: string) =>
    this.post(object({ registration_response: string }), "/code/registration", { registration_request: request });
  answerChangeCode = (secret: string, record: string) =>
    this.post(startedShape, "/code/answer", { secret, registration_record: record });

  // Fingerprint or face.
  prepareFingerprint = () => this.post(creationShape, "/fingerprint/add");
  addFingerprint = (biometric: BiometricRegistration) =>
    this.post(startedShape, "/fingerprint/add/answer", biometric as unknown as Json);
  // What Ipse holds on the person.
  beginExport = () => this.post(startedShape, "/export");
  /** The document as it came: the app saves it and reads nothing of it. */
  export = (action: string) => this.get(document, `/export?action=${action}`);
  removeFingerprint = () => this.post(startedShape, "/fingerprint/remove");

  // The e-mail address.
  sendEmailCode = (address: string) => this.post(secretSentShape, "/email", { address });
  answerEmail = (secret: string) => this.post(startedShape, "/email/answer", { secret });
  removeEmail = () => this.post(startedShape, "/email/remove");

  // The identity, its devices and its actions.
  me = () => this.get(meShape, "/me");
  devices = async () => (await this.get(devicesShape, "/devices")).devices;
  actions = () => this.get(actionsShape, "/actions");
  /** Everything that happened, newest first: the latest page, or the one before an entry. */
  history = (before: string | null = null) => this.get(historyShape, before === null ? "/history" : `/history?before=${before}`);
  action = (id: string) => this.get(actionShape, `/actions/${id}`);
  renew = (action: string) => this.post(offerShape, `/actions/${action}/renew`);
  image = (action: string, digest: string) => this.get(object({ bytes: string }), `/actions/${action}/images/${digest}`);
  /** `since`: the size of the head of the log that this phone remembers. */
  receipt = (id: string, since: number | null = null) => this.get(receiptShape, `/receipts/${id}${since === null ? "" : `?since=${since}`}`);
  block = () => this.post(object({ status: string }), "/block", { reason: "person" });
  notMe = () => this.post(object({ status: string }), "/not-me");
  unblock = () => this.post(startedShape, "/unblock");
  stopReturns = (id: string) => this.post(() => null, `/actions/${id}/stop-returns`);
  partners = async () => (await this.get(partnersShape, "/partners")).partners;
  withdraw = (partner: string) => this.post(withdrawnShape, `/partners/${partner}/withdraw`);
  report = (id: string) => this.post(() => null, `/actions/${id}/report`);

  claim = (link: string, obtained: Obtained) => this.post(offerShape, "/actions/claim", { link, obtained });
}
