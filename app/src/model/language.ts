// Texts: Fluent files of texts/, one a language, loaded when needed.

import { FluentBundle, FluentResource } from "@fluent/bundle";
import type { FluentVariable } from "@fluent/bundle";
import { LANGUAGES } from "../protocol/api";
import type { Language } from "../protocol/api";

const files = import.meta.glob<string>("../../texts/*.ftl", { query: "?raw", import: "default" });
const KEPT = "ipse.language";

let current: Language = "en";
let bundle: FluentBundle | null = null;

const isLanguage = (word: string | null): word is Language => (LANGUAGES as readonly string[]).includes(word ?? "");

/** The one chosen here before, else the first of the browser's that we speak. */
export function preferredLanguage(): Language {
  const kept = localStorage.getItem(KEPT);
  if (isLanguage(kept)) return kept;
  return navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? "en";
}

export async function speak(language: Language): Promise<void> {
  const load = files[`../../texts/${language}.ftl`];
  const next = new FluentBundle(language, { useIsolating: false });
  next.addResource(new FluentResource((await load?.()) ?? ""));
  bundle = next;
  current = language;
  document.documentElement.lang = language;
}

export function keepLanguage(language: Language): void {
  localStorage.setItem(KEPT, language);
}

export const language = (): Language => current;

export type Args = Record<string, FluentVariable>;

/** The text with this id; `id.attribute` names an attribute of a message. */
export function t(id: string, args: Args = {}): string {
  const [name = "", attribute] = id.split(".");
  const message = bundle?.getMessage(name);
  const pattern = attribute ? message?.attributes[attribute] : message?.value;
  return bundle && pattern ? bundle.formatPattern(pattern, args) : id;
}

export const has = (id: string): boolean => bundle?.hasMessage(id) ?? false;

// The formats of the language as it is spoken in Belgium; English as in Ireland (day before month, 24 hours).
const LOCALES: Record<Language, string> = { nl: "nl-BE", fr: "fr-BE", de: "de-BE", en: "en-IE" };
const format = (time: number, options: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat(LOCALES[current], options).format(time);

export const dayAndTime = (time: number): string =>
  format(time, { day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

export const shortDayAndTime = (time: number): string => format(time, { dateStyle: "medium", timeStyle: "short" });

export const clock = (time: number): string => format(time, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

export const day = (isoDate: string): string => {
  const time = Date.parse(`${isoDate}T12:00:00Z`);
  // An impossible date (a demo person's) is shown as it stands.
  return Number.isNaN(time) ? isoDate : format(time, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
};

export const shortDay = (time: number): string => format(time, { day: "numeric", month: "short" });

export const isToday = (time: number): boolean => new Date(time).toDateString() === new Date().toDateString();
