// Readers for parsed JSON. A Shape turns a value into its type or throws ShapeError with the path.

import type { Json } from "./json";

export class ShapeError extends Error {}

export type Shape<T> = (value: Json | undefined, path: string) => T;
export type Of<S> = S extends Shape<infer T> ? T : never;

const fail = (path: string, wanted: string): never => {
  throw new ShapeError(`${path || "value"}: expected ${wanted}`);
};

export const string: Shape<string> = (value, path) =>
  typeof value === "string" ? value : fail(path, "a string");

export const boolean: Shape<boolean> = (value, path) =>
  typeof value === "boolean" ? value : fail(path, "true or false");

/** An integer from 0 to 2^53 - 1. */
export const integer: Shape<number> = (value, path) =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0)
    ? value
    : fail(path, "an integer");

export const oneOf =
  <const T extends string>(...words: T[]): Shape<T> =>
  (value, path) =>
    typeof value === "string" && (words as string[]).includes(value) ? (value as T) : fail(path, words.join(" or "));

export const nullable =
  <T>(shape: Shape<T>): Shape<T | null> =>
  (value, path) =>
    value === null ? null : shape(value, path);

/** For a member that may be missing. */
export const optional =
  <T>(shape: Shape<T>): Shape<T | null> =>
  (value, path) =>
    value === null || value === undefined ? null : shape(value, path);

export const list =
  <T>(shape: Shape<T>): Shape<T[]> =>
  (value, path) =>
    Array.isArray(value) ? value.map((item, index) => shape(item, `${path}[${index}]`)) : fail(path, "a list");

type Members = Record<string, Shape<unknown>>;
type Read<M extends Members> = { [name in keyof M]: Of<M[name]> };

function read<M extends Members>(value: Json | undefined, path: string, members: M): Read<M> {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return fail(path, "an object");
  const object = value;
  return Object.fromEntries(
    Object.entries(members).map(([name, shape]) => [name, shape(object[name], path ? `${path}.${name}` : name)]),
  ) as Read<M>;
}

/** Ignores unknown members: a later version of the scheme may add some. */
export const object =
  <M extends Members>(members: M): Shape<Read<M>> =>
  (value, path) =>
    read(value, path, members);

/** Refuses unknown members: for texts that are signed or that command something. */
export const exactly =
  <M extends Members>(members: M): Shape<Read<M>> =>
  (value, path) => {
    const out = read(value, path, members);
    for (const name of Object.keys(value as object)) if (!(name in members)) fail(`${path}.${name}`, "no such member");
    return out;
  };
