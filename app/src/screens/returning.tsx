// The browsers that may come back to a site without asking, each with a button that ends it.

import { useEffect } from "preact/hooks";
import { api, app, refresh, refreshSoon } from "../model/app";
import { clock, t } from "../model/language";
import { useStore } from "../model/store";
import type { Returning as Browser } from "../protocol/api";
import { Button, ProblemNote, useTask } from "../ui/parts";

export function Returning() {
  const { returning } = useStore(app);
  const first = returning[0]?.until;
  // The list changes by itself when the time of a browser is over.
  useEffect(() => {
    if (first === undefined) return;
    const timer = setTimeout(refreshSoon, Math.max(first - Date.now(), 0) + 1000);
    return () => clearTimeout(timer);
  }, [first]);
  if (returning.length === 0) return null;
  return (
    <section data-testid="returning">
      <h2>{t("returning-title")}</h2>
      <p>{t("returning-why")}</p>
      <ul class="returning">
        {returning.map((browser) => (
          <One key={browser.action} browser={browser} />
        ))}
      </ul>
    </section>
  );
}

function One({ browser }: { browser: Browser }) {
  const task = useTask();
  const end = () =>
    task.run(async () => {
      await api.stopReturns(browser.action);
      await refresh();
    });
  return (
    <li>
      <p>
        <strong>
          <bdi>{browser.partner}</bdi>
        </strong>
        <br />
        {t("returning-until", { browser: browser.browser, time: clock(browser.until) })}
      </p>
      <Button look="plain" busy={task.busy} onClick={() => void end()} testid={`stop-${browser.action}`}>
        {t("returning-stop")}
      </Button>
      <ProblemNote problem={task.problem} />
    </li>
  );
}
