// One action: loads it and shows the screen for its state.

import { useEffect, useRef, useState } from "preact/hooks";
import { findKind } from "../kinds";
import { dropAction, loadAction } from "../model/actions";
import { app, openUrl } from "../model/app";
import { t } from "../model/language";
import { replace } from "../model/route";
import { useStore } from "../model/store";
import type { Summary } from "../protocol/api";
import type { Approval, Outcome } from "../protocol/approval";
import { asProblem, Problem } from "../protocol/problem";
import { ProblemActions, ProblemScreen, Screen, Waiting } from "../ui/parts";
import { Confirm } from "./confirm";
import { isOpen } from "./history";
import { OutcomeScreen, PastAction } from "./outcome";
import { Request } from "./request";
import { Unsupported } from "./unsupported";

type State =
  | { is: "loading" }
  | { is: "problem"; problem: Problem }
  | { is: "open"; approval: Approval }
  | { is: "past"; summary: Summary }
  | { is: "decided"; approval: Approval; outcome: Outcome };

export function ActionScreen({ id, stage }: { id: string; stage: "read" | "confirm" }) {
  const { me, open, past } = useStore(app);
  const [state, setState] = useState<State>({ is: "loading" });
  // The answer may arrive after the person has left this screen, or twice if they came back. It must then open nothing.
  const waiting = useRef(true);
  useEffect(() => () => void (waiting.current = false), []);
  const load = () => {
    setState({ is: "loading" });
    loadAction(id).then(
      (loaded) => {
        if (!("approval" in loaded)) return setState({ is: "past", summary: loaded.summary });
        const { approval } = loaded;
        setState({ is: "open", approval });
        approval.running?.then((outcome) => decided(approval, outcome), () => undefined);
      },
      (thrown: unknown) => setState({ is: "problem", problem: asProblem(thrown) }),
    );
  };
  useEffect(load, [id]);

  // Somebody cancelled it in the browser, it expired, or another screen decided it.
  const listed = past.find((action) => action.id === id) ?? open.find((action) => action.id === id);
  useEffect(() => {
    if (state.is !== "open" || !listed || isOpen(listed)) return;
    if (state.approval.deciding) return;
    // If a block closed the action, say that.
    if (me && me.status !== "active") setState({ is: "problem", problem: new Problem("identity_blocked") });
    else setState({ is: "past", summary: listed });
  }, [listed?.status, state.is]);

  const decided = (approval: Approval, outcome: Outcome) => {
    dropAction(id);
    if (!waiting.current) return;
    waiting.current = false;
    setState({ is: "decided", approval, outcome });
    replace(`action/${id}`);
    // A request from this device: the browser that started it continues at the one-time address.
    if (outcome.return_url) openUrl(outcome.return_url);
  };

  const failed = (problem: Problem) => {
    dropAction(id);
    if (!waiting.current) return;
    // If the action is closed, show its outcome.
    if (problem.code === "action_closed") load();
    else setState({ is: "problem", problem });
  };

  switch (state.is) {
    case "loading":
      return (
        <Screen id="loading" title={t("loading")}>
          <Waiting text={t("loading-note")} />
        </Screen>
      );
    case "problem":
      return (
        <ProblemScreen
          problem={state.problem}
          actions={<ProblemActions problem={state.problem} retry={load} home={() => replace("")} />}
        />
      );
    case "past":
      return <PastAction summary={state.summary} />;
    case "decided":
      return <OutcomeScreen view={state.approval.opened.view} chosen={state.approval.choices} outcome={state.outcome} />;
    case "open": {
      const { approval } = state;
      const kind = findKind(approval.opened.view.kind);
      const props = { approval, onDecided: (outcome: Outcome) => decided(approval, outcome), onFailed: failed };
      if (!kind) return <Unsupported {...props} />;
      return stage === "confirm" ? <Confirm {...props} /> : <Request kind={kind} {...props} />;
    }
  }
}
