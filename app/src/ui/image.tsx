// An image of a request. The view holds its digest; the bytes are fetched beside it and are shown only if they fit.

import { useEffect, useState } from "preact/hooks";
import { loadImage } from "../model/images";
import { t } from "../model/language";
import { asProblem } from "../protocol/problem";
import type { Problem } from "../protocol/problem";
import type { Field } from "../protocol/view";
import { Waiting } from "./parts";

interface ImageProps {
  action: string;
  field: Field;
  /** The label is beside it already. */
  labelled?: boolean;
  /** The person sees it. */
  onShown: () => void;
  /** It cannot be shown, so nothing may be approved. */
  onFailed: (problem: Problem) => void;
}

export function Image({ action, field, labelled, onShown, onFailed }: ImageProps) {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    let left = false;
    let made: string | null = null;
    loadImage(action, field.value).then(
      (blob) => {
        if (left) return;
        made = URL.createObjectURL(blob);
        setAddress(made);
      },
      (thrown: unknown) => left || onFailed(asProblem(thrown)),
    );
    return () => {
      left = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [action, field.value]);
  return (
    <figure class="view-image" data-testid="view-image">
      {!labelled && <figcaption>{field.label}</figcaption>}
      {address ? <img src={address} alt={field.label} onLoad={onShown} /> : <Waiting text={t("loading")} />}
    </figure>
  );
}
