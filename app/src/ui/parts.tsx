// The components that the screens use.

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { app } from "../model/app";
import { t } from "../model/language";
import { replace } from "../model/route";
import { useStore } from "../model/store";
import { updateApp } from "../model/worker";
import { asProblem } from "../protocol/problem";
import type { Problem } from "../protocol/problem";
import { Icon, Mark } from "./icons";
import type { IconName } from "./icons";

interface ScreenProps {
  id: string;
  title: string;
  /** Shown above the title, such as "Step 2 of 5". */
  over?: ComponentChildren;
  back?: (() => void) | undefined;
  /** Shown at the end of the top bar. */
  corner?: ComponentChildren;
  /** Shown at the bottom, within reach of the thumb. */
  actions?: ComponentChildren;
  children?: ComponentChildren;
}

/** One screen asks one question. It moves the focus to its title, so that a screen reader starts there. */
export function Screen({ id, title, over, back, corner, actions, children }: ScreenProps) {
  const { config } = useStore(app);
  const heading = useRef<HTMLHeadingElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
    if (scroller.current) scroller.current.scrollTop = 0;
  }, [id]);
  useEffect(() => {
    document.title = `${title} · Ipse`;
  }, [title]);
  return (
    <>
      <header class="bar">
        {back ? (
          <button type="button" class="back" onClick={back} data-testid="back">
            <Icon name="back" />
            <span>{t("back")}</span>
          </button>
        ) : (
          <span class="brand">
            <Mark size={28} />
            <span>Ipse</span>
          </span>
        )}
        <span class="bar-end">
          {corner}
          {config !== null && config.profile !== "production" && <span class="tag">{t("demo")}</span>}
          {back && <Mark size={24} />}
        </span>
      </header>
      <main class="screen" id="main" data-screen={id} data-testid={`screen-${id}`}>
        <div class="screen-scroll" ref={scroller}>
          <div class="screen-head">
            {over && <div class="over">{over}</div>}
            <h1 ref={heading} tabIndex={-1}>
              {title}
            </h1>
          </div>
          <div class="screen-body">{children}</div>
        </div>
        {actions && <div class="screen-actions">{actions}</div>}
      </main>
    </>
  );
}

interface ButtonProps {
  children: ComponentChildren;
  onClick?: () => void;
  look?: "main" | "equal" | "plain" | "stop";
  icon?: IconName;
  busy?: boolean;
  disabled?: boolean;
  submit?: boolean;
  testid?: string;
}

export function Button({ children, onClick, look = "main", icon, busy, disabled, submit, testid }: ButtonProps) {
  return (
    <button
      type={submit ? "submit" : "button"}
      class={`button button-${look}`}
      // The button stays focusable while it is busy, so that the focus is not lost.
      aria-disabled={busy || disabled ? "true" : undefined}
      aria-busy={busy ? "true" : undefined}
      onClick={(event) => {
        if (busy || disabled) event.preventDefault();
        else onClick?.();
      }}
      data-testid={testid}
    >
      {icon && <Icon name={icon} />}
      <span>{children}</span>
      {busy && <span class="spinner" aria-hidden="true" />}
    </button>
  );
}

/** A row that opens another screen. */
export function Row(props: {
  href?: string;
  onClick?: () => void;
  icon?: IconName;
  title: ComponentChildren;
  note?: ComponentChildren;
  end?: ComponentChildren;
  testid?: string;
}) {
  const inside = (
    <>
      {props.icon && <Icon name={props.icon} />}
      <span class="row-text">
        <span class="row-line">
          <span class="row-title">{props.title}</span>
          {props.end && <span class="row-end">{props.end}</span>}
        </span>
        {props.note && <span class="row-note">{props.note}</span>}
      </span>
      <Icon name="next" size={20} />
    </>
  );
  return props.href ? (
    <a class="row" href={props.href} data-testid={props.testid}>
      {inside}
    </a>
  ) : (
    <button type="button" class="row" onClick={props.onClick} data-testid={props.testid}>
      {inside}
    </button>
  );
}

export function Note({ kind, icon, children, testid }: { kind: "calm" | "caution" | "stop" | "good"; icon?: IconName; children: ComponentChildren; testid?: string }) {
  const drawn = icon ?? ({ calm: "info", caution: "warning", stop: "warning", good: "tick" } as const)[kind];
  return (
    <div class={`note note-${kind}`} data-testid={testid}>
      <Icon name={drawn} />
      <div class="note-text">{children}</div>
    </div>
  );
}

interface FactsProps {
  facts: readonly { label: string; value: string }[];
  /** For values by which a person decides: beside the label, and larger. */
  large?: boolean;
  /** The value is beside its label, to save space. */
  beside?: boolean;
}

export function Facts({ facts, large, beside }: FactsProps) {
  return (
    <dl class={`facts${large || beside ? " facts-beside" : ""}${large ? " facts-large" : ""}`}>
      {facts.map(({ label, value }, at) => (
        // An order has several rows with one label.
        <div class="fact" key={at}>
          <dt>{label}</dt>
          <dd>
            <bdi>{value}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}

interface FieldProps {
  label: string;
  hint?: string;
  error?: string | null;
  value: string;
  onInput: (value: string) => void;
  type?: "text" | "tel";
  inputMode?: "numeric" | "tel" | "email" | "text";
  autocomplete?: string;
  maxLength?: number;
  large?: boolean;
  testid?: string;
}

export function Field(props: FieldProps) {
  const id = useId();
  const described = [props.hint && `${id}-hint`, props.error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return (
    <div class={props.large ? "field field-large" : "field"}>
      <label for={id}>{props.label}</label>
      {props.hint && (
        <p class="hint" id={`${id}-hint`}>
          {props.hint}
        </p>
      )}
      <input
        id={id}
        // Not the type `email`: the browser would check the address, and change it.
        {...(props.type === "tel" ? { type: "tel" as const } : { type: "text" as const })}
        autocapitalize={props.inputMode === "email" ? "off" : undefined}
        inputMode={props.inputMode}
        autocomplete={props.autocomplete ?? "off"}
        maxLength={props.maxLength}
        spellcheck={false}
        value={props.value}
        aria-describedby={described}
        aria-invalid={props.error ? "true" : undefined}
        onInput={(event) => props.onInput(event.currentTarget.value)}
        data-testid={props.testid}
      />
      <p class="field-error" id={`${id}-error`} role="alert">
        {props.error}
      </p>
    </div>
  );
}

/** The texts of a problem: what happened, and what the person can do. */
export function problemTexts(problem: Problem): { happened: string; advice: string } {
  const seconds = Math.ceil((problem.number("retry_after_ms") ?? 5000) / 1000);
  const args = {
    left: problem.number("wrong_codes_left") ?? problem.number("tries_left") ?? 0,
    seconds,
    hours: seconds < 3600 ? 0 : Math.ceil(seconds / 3600),
  };
  // The reason `line` means that the operator has blocked the line. The SIM itself is connected.
  const line = problem.code === "sim_not_ready" && problem.members["reason"] === "line";
  const id = `problem-${line ? "sim_line" : problem.code}`;
  return { happened: t(id, args), advice: t(`${id}.do`, args) };
}

/** A problem, shown on the screen where it happened. */
export function ProblemNote({ problem }: { problem: Problem | null }) {
  return (
    <div role="alert" data-testid="trouble" data-code={problem?.code}>
      {problem && (
        <Note kind="caution">
          <ProblemText problem={problem} />
        </Note>
      )}
    </div>
  );
}

export function ProblemText({ problem }: { problem: Problem }) {
  const { happened, advice } = problemTexts(problem);
  return (
    <>
      <p>
        <strong>{happened}</strong> {advice}
      </p>
      <p class="small-print">{t("problem-code", { code: problem.code })}</p>
    </>
  );
}

/** Some problems are no danger: too late is a clock, and blocked is protected. */
function problemIcon({ code, members, final }: Problem): IconName {
  if (code === "offline") return "globe";
  if (code === "app_outdated") return "update";
  if (["action_expired", "link_stale"].includes(code)) return "clock";
  return final || code === "identity_blocked" || members["blocked"] === true ? "shield" : "warning";
}

/** A problem that fills the whole screen. */
export function ProblemScreen({ problem, actions, back }: { problem: Problem; actions: ComponentChildren; back?: () => void }) {
  const { happened, advice } = problemTexts(problem);
  return (
    <Screen id="problem" title={happened} back={back} actions={actions}>
      <div class="figure" aria-hidden="true">
        <Icon name={problemIcon(problem)} size={40} />
      </div>
      <p class="lead" role="status" data-testid="problem" data-code={problem.code}>
        {advice}
      </p>
      <p class="small-print">{t("problem-code", { code: problem.code })}</p>
    </Screen>
  );
}

/**
 * The buttons below a problem that ended a request: the one that helps, and the way home. Without another that helps, the
 * way home is the main button.
 */
export function ProblemActions({ problem, retry, home }: { problem: Problem; retry: () => void; home: () => void }) {
  const outdated = problem.code === "app_outdated";
  const stale = problem.code === "link_stale" || problem.code === "scan_required";
  return (
    <>
      {outdated && <UpdateButton />}
      {stale && (
        <Button icon="scan" onClick={() => replace("scan")} testid="scan">
          {t("home-scan")}
        </Button>
      )}
      {problem.temporary && (
        <Button onClick={retry} testid="try-again">
          {t("try-again")}
        </Button>
      )}
      <Button look={outdated || stale || problem.temporary ? "plain" : "main"} onClick={home} testid="go-home">
        {t("go-home")}
      </Button>
    </>
  );
}

export function UpdateButton({ look = "main", disabled }: { look?: "main" | "equal"; disabled?: boolean }) {
  return (
    <Button look={look} icon="update" disabled={disabled} onClick={updateApp} testid="update">
      {t("update-app")}
    </Button>
  );
}

/** Runs the work of a screen: busy while it runs, with a problem if it failed. A second call does nothing while it is busy. */
export function useTask() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const running = useRef(false);
  const run = async (work: () => Promise<void>): Promise<boolean> => {
    if (running.current) return false;
    running.current = true;
    setBusy(true);
    setProblem(null);
    try {
      await work();
      return true;
    } catch (thrown) {
      const found = asProblem(thrown);
      // An unexpected error is a bug in the app. Log it for developers.
      if (found.code === "unexpected") console.error(found.cause);
      setProblem(found);
      return false;
    } finally {
      running.current = false;
      setBusy(false);
    }
  };
  return { busy, problem, run, clear: () => setProblem(null) };
}

/** The current time, updated again and again. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

export function Waiting({ text, testid }: { text: string; testid?: string }) {
  return (
    <div class="waiting" role="status" data-testid={testid}>
      <span class="spinner spinner-large" aria-hidden="true" />
      <p>{text}</p>
    </div>
  );
}
