// Getting a request: with the camera, from a picture of the QR code, from its text, or through a link.

import { useEffect, useRef, useState } from "preact/hooks";
import { claim } from "../model/actions";
import { app, dropLink, storeLink } from "../model/app";
import { t } from "../model/language";
import { go, replace } from "../model/route";
import { useStore } from "../model/store";
import { parseLink } from "../protocol/link";
import type { Link, Obtained } from "../protocol/link";
import { asProblem, Problem } from "../protocol/problem";
import { Icon } from "../ui/icons";
import { Button, ProblemActions, ProblemScreen, Screen, ProblemNote, useTask, Waiting } from "../ui/parts";
import { readPicture, watchCamera } from "../ui/qr";

export function Scan() {
  const { config } = useStore(app);
  const video = useRef<HTMLVideoElement>(null);
  const [camera, setCamera] = useState<"starting" | "on" | "off">("starting");
  const [pasted, setPasted] = useState("");
  const task = useTask();

  const open = async (text: string, obtained: Obtained) => {
    const link = parseLink(text, config?.audience ?? location.origin);
    if (!link) throw new Problem("link_invalid");
    const id = await claim(link.text, obtained);
    go(`action/${id}`);
  };

  useEffect(() => {
    const stop = new AbortController();
    if (video.current) {
      void watchCamera(video.current, (text) => task.run(() => open(text, "camera")), stop.signal).then(
        () => setCamera("on"),
        () => setCamera("off"),
      );
    }
    return () => stop.abort();
  }, []);

  const paste = (text: string) => {
    setPasted(text);
    if (text.trim() !== "") void task.run(() => open(text, "paste"));
  };
  const fromClipboard = async () => {
    const text = await navigator.clipboard.readText().catch(() => "");
    if (text) paste(text);
  };
  const picture = (files: FileList | null) => {
    const file = files?.[0];
    if (file) void task.run(async () => open(await readPicture(file), "picture"));
  };

  return (
    <Screen id="scan" title={t("scan-title")}>
      <p>{t("scan-how")}</p>
      <div class={`viewfinder viewfinder-${camera}`} data-camera={camera}>
        <video ref={video} playsInline muted aria-label={t("scan-camera")} />
        {camera === "off" && (
          <p>
            <Icon name="scan" size={32} />
            {t("scan-no-camera")}
          </p>
        )}
        {task.busy && <Waiting text={t("claiming")} />}
      </div>
      <ProblemNote problem={task.problem} />
      <section>
        <h2>{t("scan-otherwise")}</h2>
        <label class="button button-plain file">
          <Icon name="image" />
          <span>{t("scan-picture")}</span>
          <input
            type="file"
            accept="image/*"
            class="visually-hidden"
            data-testid="qr-file"
            onChange={(event) => {
              picture(event.currentTarget.files);
              event.currentTarget.value = "";
            }}
          />
        </label>
        <div class="field">
          <label for="qr-text">{t("scan-text")}</label>
          <textarea
            id="qr-text"
            rows={2}
            spellcheck={false}
            autocomplete="off"
            value={pasted}
            data-testid="qr-text"
            onInput={(event) => paste(event.currentTarget.value)}
          />
        </div>
        {"clipboard" in navigator && "readText" in navigator.clipboard && (
          <Button look="plain" icon="paste" onClick={() => void fromClipboard()} testid="qr-paste">
            {t("scan-paste")}
          </Button>
        )}
      </section>
    </Screen>
  );
}

/** The problems of a link that has waited too long. */
const TOO_LATE = ["action_expired", "action_closed", "link_stale"];

/** The screen for a page that a link opened: `/app/#q.…` or `/app/#a.…`. */
export function OpenLink({ link }: { link: Link | null }) {
  const [problem, setProblem] = useState<Problem | null>(link ? null : new Problem("link_invalid"));
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (!link) return;
    setProblem(null);
    if (!app.get().me) {
      void storeLink(link);
      return;
    }
    const waited = app.get().waitingLink?.text === link.text;
    claim(link.text, "navigation").then(
      (id) => {
        dropLink();
        replace(`action/${id}`);
      },
      (thrown: unknown) => {
        const found = asProblem(thrown);
        if (!waited || !TOO_LATE.includes(found.code)) return setProblem(found);
        // The link waited too long. The person has not opened it just now, so show no problem.
        dropLink();
        replace("");
      },
    );
  }, [link?.text, round]);
  if (!problem) {
    return (
      <Screen id="claiming" title={t("claiming")}>
        <Waiting text={t("claiming-note")} />
      </Screen>
    );
  }
  return (
    <ProblemScreen
      problem={problem}
      actions={<ProblemActions problem={problem} retry={() => setRound(round + 1)} home={() => (dropLink(), replace(""))} />}
    />
  );
}
