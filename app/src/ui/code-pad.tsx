// The code pad: large keys, and dots instead of digits. A keyboard works too. The digits never enter the document.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { t } from "../model/language";
import { CODE_LENGTH } from "../protocol/code";
import { TypedCode } from "../protocol/opaque";
import { Icon } from "./icons";

interface CodePadProps {
  label: string;
  busy?: boolean;
  onCode: (code: TypedCode) => void;
  /** Shown left of the zero. */
  beside?: ComponentChildren;
}

export function CodePad({ label, busy = false, onCode, beside }: CodePadProps) {
  const digits = useRef<number[]>([]);
  const [count, setCount] = useState(0);

  const clear = () => {
    digits.current.fill(0);
    digits.current = [];
  };
  const type = (digit: number) => {
    if (busy || digits.current.length >= CODE_LENGTH) return;
    digits.current.push(digit);
    setCount(digits.current.length);
    if (digits.current.length < CODE_LENGTH) return;
    const code = new TypedCode(digits.current);
    clear();
    // Show the fifth dot for a moment before the screen changes.
    setTimeout(() => {
      setCount(0);
      onCode(code);
    }, 120);
  };
  const erase = () => {
    if (busy) return;
    digits.current.pop();
    setCount(digits.current.length);
  };

  // Listen before the first paint, so that no key is lost if the person types at once.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLInputElement) return;
      if (/^[0-9]$/.test(event.key)) type(Number(event.key));
      else if (event.key === "Backspace") erase();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
  useEffect(() => {
    // If the person leaves the app, remove the typed digits: somebody else may open it next.
    const onHide = () => {
      if (document.visibilityState !== "hidden") return;
      clear();
      setCount(0);
    };
    document.addEventListener("visibilitychange", onHide);
    return () => {
      document.removeEventListener("visibilitychange", onHide);
      clear();
    };
  }, []);

  return (
    <div class="pad" role="group" aria-label={label} aria-busy={busy} data-testid="code-pad">
      <div class="dots" aria-hidden="true">
        {Array.from({ length: CODE_LENGTH }, (_, index) => (
          <span key={index} class={index < count ? "dot dot-on" : "dot"} />
        ))}
      </div>
      <p class="visually-hidden" role="status">
        {t("pad-count", { count, of: CODE_LENGTH })}
      </p>
      <div class="keys">
        {[1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) => (
          <Key key={digit} digit={digit} onPress={type} />
        ))}
        {beside || <span />}
        <Key digit={0} onPress={type} />
        <button type="button" class="key key-bare" onClick={erase} aria-label={t("pad-erase")} data-testid="key-erase">
          <Icon name="erase" size={28} />
        </button>
      </div>
    </div>
  );
}

function Key({ digit, onPress }: { digit: number; onPress: (digit: number) => void }) {
  return (
    <button type="button" class="key" onClick={() => onPress(digit)} data-testid={`key-${digit}`}>
      {digit}
    </button>
  );
}
