// The kinds of action. To add one: write its file, and replace its `null` here.

import { t } from "../model/language";
import type { WireKind } from "../protocol/view";
import type { ActionKind } from "./kind";
import { code } from "./code";
import { confirm } from "./confirm";
import { email } from "./email";
import { exportData } from "./export";
import { fingerprint } from "./fingerprint";
import { login } from "./login";
import { share } from "./share";
import { sim } from "./sim";
import { unblock } from "./unblock";

export type { ActionKind } from "./kind";

/** Each kind of the protocol's closed list. The app can receive a kind with `null`, but cannot show it yet. */
export type KindTable = Readonly<Record<WireKind, ActionKind | null>>;

export const KINDS: KindTable = {
  login,
  share,
  confirm,
  sign: null,
  sim,
  unblock,
  device: null,
  code,
  fingerprint,
  email,
  export: exportData,
};

/** `null` for a kind that this app cannot show. It must never be shown as another kind. */
export const findKind = (name: string): ActionKind | null => (Object.hasOwn(KINDS, name) ? KINDS[name as WireKind] : null);

/** The name in the history. A kind that this app cannot show gets a general name. */
export const kindName = (name: string): string => findKind(name)?.name() ?? t("kind-unknown");
