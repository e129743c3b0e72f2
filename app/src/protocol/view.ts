// The view: exactly what the person is shown (protocol §5). The app hashes the bytes that arrived, reads them strictly and
// shows all of them.

import { fromUtf8 } from "./bytes";
import type { Bytes } from "./bytes";
import { parse as parseJson } from "./json";
import { exactly, integer, list, oneOf, ShapeError, string } from "./shape";
import type { Of, Shape } from "./shape";
import { isId } from "./ids";
import type { Prefix } from "./ids";
import { isSafe } from "./text";

const MAX_BYTES = 48 * 1024;

/** The view has a version or a kind that a newer app knows. */
export class UnsupportedView extends ShapeError {}

/** The protocol's closed list of kinds. The kinds that this app can show are in `src/kinds`. */
const WIRE_KINDS = ["login", "share", "confirm", "sign", "sim", "unblock", "device", "code"] as const;
export type WireKind = (typeof WIRE_KINDS)[number];

const kind: Shape<WireKind> = (value, path) => {
  const name = string(value, path);
  const known = WIRE_KINDS.find((wire) => wire === name);
  if (!known) throw new UnsupportedView(`${path}: unknown kind`);
  return known;
};

const text: Shape<string> = (value, path) => {
  const out = string(value, path);
  if (!isSafe(out)) throw new ShapeError(`${path}: misleading text`);
  return out;
};

const version: Shape<1> = (value, path) => {
  if (integer(value, path) !== 1) throw new UnsupportedView(`${path}: unknown version`);
  return 1;
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

const viewShape = exactly({
  version,
  language: oneOf("nl", "fr", "de", "en"),
  action: id("act"),
  kind,
  partner: exactly({ id: id("par"), name: text, domain }),
  service: word(/^[!-~]{1,64}$/),
  title: text,
  purpose: text,
  attributes,
  fields: atMost(64, list(exactly({ kind: oneOf("text", "amount", "iban", "digest"), label: text, value: text }))),
  started: exactly({ flow: oneOf("app", "qr", "link"), browser: text, time: integer }),
  warnings: atMost(16, list(text)),
  level: oneOf("basic", "advanced"),
  expires: integer,
});

export type View = Of<typeof viewShape>;

/** Throws when the bytes are not a view that can be shown in full. */
export function parseView(bytes: Bytes): View {
  if (bytes.length > MAX_BYTES) throw new ShapeError("view: too large");
  return viewShape(parseJson(fromUtf8(bytes)), "");
}
