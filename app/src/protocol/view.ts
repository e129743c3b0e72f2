// The view: exactly what the person is shown (protocol §5). The app hashes the bytes that arrived, reads them strictly and
// shows all of them.

import * as b64u from "./b64u";
import { fromUtf8 } from "./bytes";
import type { Bytes } from "./bytes";
import { parse as parseJson } from "./json";
import { exactly, integer, list, nullable, object, oneOf, ShapeError, string } from "./shape";
import type { Of, Shape } from "./shape";
import { isId } from "./ids";
import type { Prefix } from "./ids";
import { isSafe } from "./text";

const MAX_BYTES = 48 * 1024;

/** The view has a version, a kind or another word that a newer app knows. */
export class UnsupportedView extends ShapeError {}

/** The protocol's closed list of kinds. The kinds that this app can show are in `src/kinds`. */
/** The id of Ipse, where it asks itself (protocol §5). */
export const IPSE = "par_AAAAAAAAAAAAAAAAAAAAAA";

const WIRE_KINDS = ["login", "share", "confirm", "sign", "sim", "unblock", "device", "code", "fingerprint", "email", "export"] as const;
export type WireKind = (typeof WIRE_KINDS)[number];

/** A word of a list that a newer app may know more of. */
const known =
  <const T extends string>(...words: T[]): Shape<T> =>
  (value, path) => {
    const word = string(value, path);
    if (!(words as string[]).includes(word)) throw new UnsupportedView(`${path}: unknown word`);
    return word as T;
  };

/** The warnings that a view can have. Their texts are `warning-CODE`. */
export const WARNINGS = ["started_elsewhere"] as const;

/** The values of a switch. */
export const ON = "on";
export const OFF = "off";

const text: Shape<string> = (value, path) => {
  const out = string(value, path);
  if (!isSafe(out)) throw new ShapeError(`${path}: misleading text`);
  return out;
};

const version: Shape<2> = (value, path) => {
  if (integer(value, path) !== 2) throw new UnsupportedView(`${path}: unknown version`);
  return 2;
};

const id =
  (prefix: Prefix): Shape<string> =>
  (value, path) => {
    const out = string(value, path);
    if (!isId(prefix, out)) throw new ShapeError(`${path}: not an id`);
    return out;
  };

const word =
  (pattern: RegExp): Shape<string> =>
  (value, path) => {
    const out = string(value, path);
    if (!pattern.test(out)) throw new ShapeError(`${path}: bad value`);
    return out;
  };

/** A host name in ASCII (IDNA A-labels), with a port if it is not the usual one. */
const domain = word(/^(?=.{1,253}(?::|$))(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*(?::\d{1,5})?$/);

const attributes: Shape<{ key: string; label: string; value: string }[]> = (value, path) => {
  const out = atMost(64, list(exactly({ key: word(/^[!-~]{1,128}$/), label: text, value: text })))(value, path);
  if (new Set(out.map(({ key }) => key)).size !== out.length) throw new ShapeError(`${path}: duplicate key`);
  return out;
};

function atMost<T>(most: number, shape: Shape<T[]>): Shape<T[]> {
  return (value, path) => {
    const out = shape(value, path);
    if (out.length > most) throw new ShapeError(`${path}: too many`);
    return out;
  };
}

function distinct<T>(shape: Shape<T[]>, key: (item: T) => string): Shape<T[]> {
  return (value, path) => {
    const out = shape(value, path);
    if (new Set(out.map(key)).size !== out.length) throw new ShapeError(`${path}: twice`);
    return out;
  };
}

const itself = (word: string) => word;

const field: Shape<Field> = (value, path) => {
  const out = exactly({
    kind: known("text", "amount", "iban", "digest", "image", "missing", "reason", "group"),
    label: text,
    value: text,
    claims: atMost(16, list(word(/^[!-~]{1,128}$/))),
  })(value, path);
  if (out.kind === "image") b64u.decodeExactly(out.value, 32);
  if (out.kind === "missing" && out.claims.length === 0) throw new ShapeError(`${path}: claims`);
  if ((out.kind === "reason" || out.kind === "group") && out.claims.length > 0) throw new ShapeError(`${path}: claims`);
  if (out.kind === "group" && out.value !== "") throw new ShapeError(`${path}: value`);
  return out;
};

/**
 * A row of the view. It shows the claims that it lists. The value of an image is its SHA-256. A row of the kind `missing` stands for
 * claims that the partner asks and the person does not have: they are neither shown nor released. A `reason` says why the row before it is
 * asked; a `group` is the heading of the rows after it.
 */
export interface Field {
  kind: "text" | "amount" | "iban" | "digest" | "image" | "missing" | "reason" | "group";
  label: string;
  value: string;
  claims: string[];
}

/** Something that the person can choose with an approval: a switch, or one of several. */
export interface Choice {
  kind: "switch" | "one_of";
  key: string;
  label: string;
  options: { value: string; label: string }[];
  default: string;
}

/** A value that the person chose. */
export interface Chosen {
  key: string;
  value: string;
}

const key = word(/^[!-~]{1,128}$/);

const choice: Shape<Choice> = (value, path) => {
  const out = exactly({
    kind: known("switch", "one_of"),
    key,
    label: text,
    options: distinct(atMost(16, list(exactly({ value: key, label: text }))), (option) => option.value),
    default: string,
  })(value, path);
  const count = out.options.length;
  if (out.kind === "switch" ? count !== 0 : count < 2) throw new ShapeError(`${path}: options`);
  if (!valuesOf(out).includes(out.default)) throw new ShapeError(`${path}: default`);
  return out;
};

export const valuesOf = ({ kind, options }: Choice): string[] => (kind === "switch" ? [ON, OFF] : options.map(({ value }) => value));

const started: Shape<Started> = (value, path) => {
  const out = exactly({
    flow: known("app", "qr", "link", "backchannel"),
    browser: nullable(text),
    device: nullable(text),
    place: nullable(text),
    time: integer,
  })(value, path);
  if ((out.flow === "backchannel") !== (out.browser === null)) throw new ShapeError(`${path}: browser`);
  return out;
};

/** Where the action began. */
export interface Started {
  flow: "app" | "qr" | "link" | "backchannel";
  browser: string | null;
  device: string | null;
  place: string | null;
  time: number;
}

const viewShape = exactly({
  version,
  language: oneOf("nl", "fr", "de", "en"),
  action: id("act"),
  kind: known(...WIRE_KINDS),
  partner: exactly({ id: id("par"), name: text, domain }),
  service: word(/^[!-~]{1,64}$/),
  title: text,
  purpose: text,
  attributes,
  fields: atMost(128, list(field)),
  choices: distinct(atMost(64, list(choice)), (one) => one.key),
  started,
  warnings: distinct(atMost(16, list(known(...WARNINGS))), itself),
  level: oneOf("basic", "advanced"),
  expires: integer,
});

export type View = Of<typeof viewShape>;

/** Each claim that would be released, with the value that shows it: that of its attribute, or of the row that lists it. */
export const shownClaims = ({ attributes, fields }: Pick<View, "attributes" | "fields">): [claim: string, value: string][] => [
  ...attributes.map(({ key, value }): [string, string] => [key, value]),
  ...fields.filter(({ kind }) => kind !== "missing").flatMap(({ claims, value }) => claims.map((claim): [string, string] => [claim, value])),
];

/** The rows of what the partner asks and the person does not have. */
export const missingRows = ({ fields }: Pick<View, "fields">): Field[] => fields.filter(({ kind }) => kind === "missing");

export const defaults = ({ choices }: Pick<View, "choices">): Chosen[] => choices.map((one) => ({ key: one.key, value: one.default }));

/** Throws when the bytes are not a view that can be shown in full. */
export function parseView(bytes: Bytes): View {
  if (bytes.length > MAX_BYTES) throw new ShapeError("view: too large");
  const view = viewShape(parseJson(fromUtf8(bytes)), "");
  const claims = [...view.attributes.map(({ key }) => key), ...view.fields.flatMap(({ claims }) => claims)];
  if (new Set(claims).size !== claims.length) throw new ShapeError("view: a claim twice");
  return view;
}

const viewShapeV1 = exactly({
  version: integer,
  language: string,
  action: string,
  kind: string,
  partner: exactly({ id: string, name: text, domain }),
  service: string,
  title: text,
  purpose: text,
  attributes,
  fields: list(exactly({ kind: string, label: text, value: text })),
  started: exactly({ flow: string, browser: text, time: integer }),
  warnings: list(text),
  level: string,
  expires: integer,
});

/** What a receipt shows of its view. */
export type ShownView = Pick<View, "title" | "purpose" | "attributes" | "fields" | "choices"> & { language: string; partner: { name: string; domain: string } };

/** Reads the view of a receipt, which may have version 1. Such a view is never approved. */
export function parseShown(bytes: Bytes): ShownView {
  if (bytes.length > MAX_BYTES) throw new ShapeError("view: too large");
  const json = parseJson(fromUtf8(bytes));
  if (object({ version: integer })(json, "").version !== 1) return parseView(bytes);
  const { language, partner, title, purpose, attributes } = viewShapeV1(json, "");
  return { language, partner, title, purpose, attributes, fields: [], choices: [] };
}
