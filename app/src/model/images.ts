// Images of requests: fetched beside the view, and compared with the digest in it.

import * as b64u from "../protocol/b64u";
import { equal, sha256 } from "../protocol/bytes";
import type { Bytes } from "../protocol/bytes";
import { Problem } from "../protocol/problem";
import { api } from "./app";

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const JPEG = [0xff, 0xd8, 0xff];

const startsWith = (bytes: Bytes, start: readonly number[]): boolean => start.every((byte, at) => bytes[at] === byte);

/** Throws view_unreadable for other bytes than those of the digest, and for what is neither PNG nor JPEG. */
export async function loadImage(action: string, digest: string): Promise<Blob> {
  const bytes = b64u.decode((await api.image(action, digest)).bytes);
  const type = startsWith(bytes, PNG) ? "image/png" : startsWith(bytes, JPEG) ? "image/jpeg" : null;
  if (type === null || !equal(await sha256(bytes), b64u.decode(digest))) throw new Problem("view_unreadable");
  return new Blob([bytes], { type });
}
