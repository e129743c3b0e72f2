// A field for the six digits of a text message. It submits itself at the sixth digit.

import { useEffect, useState } from "preact/hooks";
import { t } from "../model/language";
import { Button, Field } from "./parts";

const LENGTH = 6;

export function SecretField({ busy, onSecret }: { busy: boolean; onSecret: (secret: string) => void }) {
  const [typed, setTyped] = useState("");
  useEffect(() => {
    document.querySelector<HTMLInputElement>("[data-testid=sim-secret]")?.focus();
  }, []);
  const input = (value: string) => {
    const digits = value.replace(/\D/g, "").slice(0, LENGTH);
    setTyped(digits);
    if (digits.length === LENGTH && digits !== typed && !busy) onSecret(digits);
  };
  return (
    <form
      class="secret"
      onSubmit={(event) => {
        event.preventDefault();
        if (typed.length === LENGTH && !busy) onSecret(typed);
      }}
    >
      <Field
        label={t("secret-label")}
        inputMode="numeric"
        autocomplete="one-time-code"
        maxLength={LENGTH + 2}
        large
        value={typed}
        onInput={input}
        testid="sim-secret"
      />
      <Button submit busy={busy} disabled={typed.length < LENGTH} testid="secret-next">
        {t("next")}
      </Button>
    </form>
  );
}
