// What the person can choose in a request: switches, and one of several. An approval covers the values.

import { useState } from "preact/hooks";
import type { Approval } from "../protocol/approval";
import { OFF, ON } from "../protocol/view";
import type { Choice } from "../protocol/view";

export function Choices({ approval, choices, disabled }: { approval: Approval; choices: Choice[]; disabled: boolean }) {
  const [, setRound] = useState(0);
  const choose = (key: string, value: string) => {
    approval.choose(key, value);
    setRound((round) => round + 1);
  };
  return (
    <section class="choices" data-testid="choices">
      {choices.map((choice) => {
        const props = { choice, value: approval.valueOf(choice.key) ?? choice.default, disabled, onChoose: (value: string) => choose(choice.key, value) };
        return choice.kind === "switch" ? <Switch key={choice.key} {...props} /> : <OneOf key={choice.key} {...props} />;
      })}
    </section>
  );
}

interface ChoiceProps {
  choice: Choice;
  value: string;
  disabled: boolean;
  onChoose: (value: string) => void;
}

function Switch({ choice, value, disabled, onChoose }: ChoiceProps) {
  return (
    <label class={value === ON ? "option option-on" : "option"}>
      <input
        type="checkbox"
        role="switch"
        checked={value === ON}
        disabled={disabled}
        onChange={(event) => onChoose(event.currentTarget.checked ? ON : OFF)}
        data-testid={`choice-${choice.key}`}
      />
      <span>{choice.label}</span>
    </label>
  );
}

function OneOf({ choice, value, disabled, onChoose }: ChoiceProps) {
  return (
    <fieldset>
      <legend>{choice.label}</legend>
      {choice.options.map((option) => (
        <label key={option.value} class={option.value === value ? "option option-on" : "option"}>
          <input
            type="radio"
            name={`choice-${choice.key}`}
            value={option.value}
            checked={option.value === value}
            disabled={disabled}
            onChange={() => onChoose(option.value)}
            data-testid={`choice-${choice.key}-${option.value}`}
          />
          <span>{option.label}</span>
        </label>
      ))}
    </fieldset>
  );
}
