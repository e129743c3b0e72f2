// What the app must know about a kind of action. Each kind is one file that implements `ActionKind`.
//
// The request screen shows every part of every view, whatever its kind: title, purpose, fields, attributes and warnings.
// So a kind cannot hide anything. A kind decides what the app adds to the view.

import type { Outcome } from "../protocol/approval";
import type { ApprovalRules } from "../protocol/approval";
import type { View } from "../protocol/view";
import type { IconName } from "../ui/icons";

export interface ActionKind extends ApprovalRules {
  readonly icon: IconName;
  /**
   * The one who starts an action of this kind. A partner starts it in a browser: the person compares the match code and
   * sees where it started. The person starts it in this app: there is nothing to compare.
   */
  startedBy(view: Pick<View, "started">): "partner" | "person";
  /** Whether the person may approve it while the identity is suspended. */
  readonly allowedWhileSuspended: boolean;
  /** Whether it adds what a request may lack: afterwards the person goes back to the request that waits. */
  readonly completesRequests: boolean;
  /** Whether an approval lets the person save their data on this phone. */
  opensData(view: Pick<View, "started">): boolean;
  /** Its name in the history. */
  name(): string;
  /** What happens after "Continue": one or two sentences at the end of the request. */
  next(view: View): string;
  /** The rows of the view that say again, after an approval, what was approved. */
  repeats?(view: View): View["fields"];
  /** What came of it: one sentence after the decision. */
  result(view: View, status: Outcome["status"]): string;
}
