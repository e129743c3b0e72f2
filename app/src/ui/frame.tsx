// The frame of every screen: the tabs, and in the demo the handset's messages.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { app } from "../model/app";
import { clock, t } from "../model/language";
import { showPhoneNumber } from "../model/phone-number";
import { useStore } from "../model/store";
import { parse } from "../protocol/json";
import { integer, list, object, string } from "../protocol/shape";
import type { Of } from "../protocol/shape";
import { Icon } from "./icons";
import type { IconName } from "./icons";

export function Frame({ children }: { children: ComponentChildren }) {
  const { config, record, me, route, phase } = useStore(app);
  const demo = config !== null && config.handsets.length > 0;
  return (
    <div class={demo ? "frame frame-demo" : "frame"}>
      <a class="skip" href="#main" onClick={skipToMain}>
        {t("skip")}
      </a>
      <div class="phone">
        {children}
        {me && phase === "ready" && TABS.some(({ at }) => at === route.at) && <Tabs />}
      </div>
      {demo && record && <Handset phoneNumber={record.phoneNumber} urls={config.handsets.map(({ url }) => url)} mailbox={config.mailbox} />}
    </div>
  );
}

/** A plain link to `#main` would change the route. */
function skipToMain(event: Event) {
  event.preventDefault();
  document.querySelector<HTMLElement>("#main h1")?.focus();
}

const TABS: { at: string; href: string; icon: IconName; label: string }[] = [
  { at: "home", href: "#", icon: "home", label: "tab-home" },
  { at: "scan", href: "#/scan", icon: "scan", label: "tab-scan" },
  { at: "history", href: "#/history", icon: "history", label: "tab-history" },
  { at: "settings", href: "#/settings", icon: "person", label: "tab-settings" },
];

function Tabs() {
  const { route, open } = useStore(app);
  return (
    <nav class="tabs" aria-label={t("tabs")}>
      {TABS.map(({ at, href, icon, label }) => (
        <a key={at} href={href} class="tab" aria-current={route.at === at ? "page" : undefined} data-testid={`tab-${at}`}>
          <Icon name={icon} />
          <span>{t(label)}</span>
          {at === "home" && open.length > 0 && (
            <span class="count">
              {open.length}
              <span class="visually-hidden"> {t("open-requests")}</span>
            </span>
          )}
        </a>
      ))}
    </nav>
  );
}

const mailsShape = object({ messages: list(object({ time: integer, from: string, subject: string, text: string })) });
const messagesShape = object({ messages: list(object({ time: integer, from: string, text: string })) });
type Message = Of<typeof messagesShape>["messages"][number];
const POLL_MS = 1500;

/** Demo only: the text messages to this phone number, from the operators' demo pages, and the mails to the person's address. */
function Handset({ phoneNumber, urls, mailbox }: { phoneNumber: string; urls: string[]; mailbox: string | null }) {
  const { me, mailedTo } = useStore(app);
  const [messages, setMessages] = useState<Message[]>([]);
  const addresses = [...new Set([me?.email, mailedTo])].filter((address) => address != null);
  useEffect(() => {
    const stop = new AbortController();
    const poll = async () => {
      while (!stop.signal.aborted) {
        if (document.visibilityState === "visible") {
          const mails = mailbox === null ? [] : addresses.map((address) => fetchMails(mailbox, address, stop.signal));
          const found = await Promise.all([...urls.map((url) => fetchMessages(url, phoneNumber, stop.signal)), ...mails]);
          if (!stop.signal.aborted) setMessages(found.flat().sort((a, b) => b.time - a.time));
        }
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    };
    void poll();
    return () => stop.abort();
  }, [phoneNumber, urls.join(), mailbox, addresses.join()]);
  return (
    // Many messages scroll, so the keyboard must reach them.
    <aside class="handset" aria-label={t("handset-title")} tabIndex={messages.length > 0 ? 0 : undefined} data-testid="handset">
      <h2>
        <Icon name="message" />
        {t("handset-title")}
      </h2>
      <p class="hint">{t("handset-note", { number: showPhoneNumber(phoneNumber) })}</p>
      {messages.length === 0 && <p class="handset-empty">{t("handset-empty")}</p>}
      <ul>
        {messages.map((message) => (
          <li key={`${message.time}${message.text}`} class="bubble" data-testid="handset-message">
            <p class="bubble-head">
              {message.from} · {clock(message.time)}
            </p>
            <p>{message.text}</p>
          </li>
        ))}
      </ul>
    </aside>
  );
}

async function fetchMessages(url: string, phoneNumber: string, signal: AbortSignal): Promise<Message[]> {
  try {
    const query = `${url}/handset/messages?number=${encodeURIComponent(phoneNumber)}`;
    const response = await fetch(query, { signal, credentials: "omit", cache: "no-store" });
    return messagesShape(parse(await response.text()), "messages").messages;
  } catch {
    return [];
  }
}

async function fetchMails(url: string, address: string, signal: AbortSignal): Promise<Message[]> {
  try {
    const response = await fetch(`${url}/messages?to=${encodeURIComponent(address)}`, { signal, credentials: "omit", cache: "no-store" });
    const { messages } = mailsShape(parse(await response.text()), "mails");
    return messages.map(({ time, from, subject, text }) => ({ time, from, text: `${subject}\n\n${text.trim()}` }));
  } catch {
    return [];
  }
}
