// Texts: one Fluent file of texts/ for each language, loaded when needed.

import { FluentBundle, FluentResource } from "@fluent/bundle";
import type { FluentVariable } from "@fluent/bundle";
import { LANGUAGES } from "../protocol/api";
import type { Language } from "../protocol/api";

const files = import.meta.glob<string>("../../texts/*.ftl", { query: "?raw", import: "default" });
const STORAGE_KEY = "ipse.language";

let current: Language = "en";
let bundle: FluentBundle | null = null;

const isLanguage = (tag: string | null): tag is Language => (LANGUAGES as readonly string[]).includes(tag ?? "");

/** The language that the person chose earlier, or else the first supported one of the browser. */
export function preferredLanguage(): Language {
  const saved = localStorage.getItem(STORAGE_KEY);
  if (isLanguage(saved)) return saved;
  return navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? "en";
}

export async function loadLanguage(language: Language): Promise<void> {
  const load = files[`../../texts/${language}.ftl`];
  const next = new FluentBundle(language, { useIsolating: false });
  next.addResource(new FluentResource((await load?.()) ?? ""));
  bundle = next;
  current = language;
  document.documentElement.lang = language;
}

export function saveLanguage(language: Language): void {
  localStorage.setItem(STORAGE_KEY, language);
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

// Belgian formats for each language. English uses the Irish ones: day before month, 24 hours.
const LOCALES: Record<Language, string> = { nl: "nl-BE", fr: "fr-BE", de: "de-BE", en: "en-IE" };
const format = (time: number, options: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat(LOCALES[current], options).format(time);

export const dayAndTime = (time: number): string =>
  format(time, { day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

export const shortDayAndTime = (time: number): string => format(time, { dateStyle: "medium", timeStyle: "short" });

export const clock = (time: number): string => format(time, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

export const day = (isoDate: string): string => {
  const time = Date.parse(`${isoDate}T12:00:00Z`);
  // Demo people have impossible dates. Show such a date unchanged.
  return Number.isNaN(time) ? isoDate : format(time, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
};

/** The day, with the year if it is another one than now. */
export const shortDay = (time: number): string => {
  const now = new Date().getFullYear() === new Date(time).getFullYear();
  return format(time, { day: "numeric", month: "short", ...(now ? {} : { year: "numeric" }) });
};

export const longDay = (time: number): string => format(time, { day: "numeric", month: "long", year: "numeric" });

export const isToday = (time: number): boolean => new Date(time).toDateString() === new Date().toDateString();
