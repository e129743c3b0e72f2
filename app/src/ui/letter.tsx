// A text that the person can copy, to send it to somebody.

import { useId, useRef, useState } from "preact/hooks";
import { t } from "../model/language";
import { Button } from "./parts";

export function Letter({ label, text }: { label: string; text: string }) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const [copied, setCopied] = useState<boolean | null>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      // The browser does not permit it. The person copies the selected text.
      area.current?.select();
      setCopied(false);
    }
  };
  return (
    <div class="field letter">
      <label for={id}>{label}</label>
      <textarea id={id} ref={area} readOnly rows={10} value={text} data-testid="letter" />
      <Button look="plain" icon="copy" onClick={() => void copy()} testid="copy">
        {t("letter-copy")}
      </Button>
      <p class="hint" role="status" data-testid="copied">
        {copied !== null && t(copied ? "letter-copied" : "letter-selected")}
      </p>
    </div>
  );
}
