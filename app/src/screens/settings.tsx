// The person's own data and settings: language, devices, and what the app is.

import { useEffect, useState } from "preact/hooks";
import { api, app, chooseLanguage } from "../model/app";
import { shortDayAndTime, t } from "../model/language";
import { install, installApp } from "../model/install";
import { showPhoneNumber } from "../model/phone-number";
import { go } from "../model/route";
import { useStore } from "../model/store";
import { LANGUAGES } from "../protocol/api";
import type { Device } from "../protocol/api";
import { Facts, Row, Screen, ProblemNote, useTask } from "../ui/parts";
import { Icon, Mark } from "../ui/icons";

// Each language has its own name.
const NAMES = { nl: "Nederlands", fr: "Français", de: "Deutsch", en: "English" } as const;

export function LanguageChoice() {
  const { language } = useStore(app);
  return (
    <fieldset class="languages">
      <legend>
        <Icon name="globe" size={20} /> {t("language")}
      </legend>
      <div class="languages-list">
        {LANGUAGES.map((code) => (
          <label key={code} class={code === language ? "language language-on" : "language"} lang={code}>
            <input
              type="radio"
              name="language"
              value={code}
              checked={code === language}
              onChange={() => void chooseLanguage(code)}
              data-testid={`language-${code}`}
            />
            <span>{NAMES[code]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** The small form of `LanguageChoice`, for the welcome screen. */
export function LanguageMenu() {
  const { language } = useStore(app);
  return (
    <label class="language-menu">
      <Icon name="globe" size={20} />
      <span class="visually-hidden">{t("language")}</span>
      <select
        value={language}
        onChange={(event) => {
          const chosen = LANGUAGES.find((code) => code === event.currentTarget.value);
          if (chosen) void chooseLanguage(chosen);
        }}
        data-testid="language"
      >
        {LANGUAGES.map((code) => (
          <option key={code} value={code} lang={code}>
            {NAMES[code]}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Settings() {
  const { me, config } = useStore(app);
  const { offer } = useStore(install);
  if (!me) return null;
  return (
    <Screen id="settings" title={t("settings-title")}>
      <Facts
        facts={[
          { label: t("settings-name"), value: `${me.given_name} ${me.family_name}` },
          { label: t("number-label"), value: showPhoneNumber(me.phone_number) },
          ...(me.email || config?.email ? [{ label: t("settings-email"), value: me.email ?? t("email-none") }] : []),
          { label: t("settings-sim"), value: t(`sim-now-${me.sim.state}`, { operator: me.sim.operator ?? "" }) },
          { label: t("level"), value: t(`level-short-${me.level}`) },
          { label: t("settings-biometric"), value: t(me.unlock ? "biometric-now-on" : "biometric-now-off") },
        ]}
      />
      <ul class="rows">
        <li>
          <Row icon="phone" title={t("devices-title")} onClick={() => go("devices")} testid="to-devices" />
        </li>
        <li>
          <Row
            icon="shield"
            title={t(me.status === "active" ? "block-title" : "block-blocked-title")}
            note={t(me.status === "active" ? "block-note" : "status-blocked-note")}
            onClick={() => go("block")}
            testid="to-block"
          />
        </li>
        <li>
          <Row icon="key" title={t("change-code-title")} onClick={() => go("change-code")} testid="to-change-code" />
        </li>
        <li>
          <Row icon="bank" title={t("forgot-code")} onClick={() => go("recover")} testid="to-forgot-code" />
        </li>
        <li>
          <Row icon="finger" title={t("settings-biometric")} onClick={() => go("fingerprint")} testid="to-fingerprint" />
        </li>
        {(me.email || config?.email) && (
          <li>
            <Row icon="mail" title={t("settings-email")} onClick={() => go("email")} testid="to-email" />
          </li>
        )}
        <li>
          <Row icon="receipt" title={t("export-title")} onClick={() => go("export")} testid="to-export" />
        </li>
        <li>
          <Row icon="sim" title={t("new-sim-title")} onClick={() => go("new-sim")} testid="to-new-sim" />
        </li>
        {offer && (
          <li>
            <Row icon="home" title={t("install-title")} onClick={() => void installApp()} testid="install" />
          </li>
        )}
        <li>
          <Row icon="info" title={t("about-title")} onClick={() => go("about")} testid="to-about" />
        </li>
      </ul>
      <LanguageChoice />
    </Screen>
  );
}

/** The states of a device that have a text. */
const STATES = ["suspended", "replaced", "removed"];

export function Devices() {
  const [devices, setDevices] = useState<Device[] | null>(null);
  const task = useTask();
  useEffect(() => void task.run(async () => setDevices(await api.devices())), []);
  return (
    <Screen id="devices" title={t("devices-title")} back={() => go("settings")}>
      <p>{t("devices-why")}</p>
      <ProblemNote problem={task.problem} />
      <ul class="cards" data-testid="devices">
        {(devices ?? []).map((device) => (
          <li key={device.device} class="card" data-testid="device">
            <Icon name="phone" />
            <div>
              <p class="row-title">
                <bdi>{device.name}</bdi> {device.this && <span class="tag">{t("device-this")}</span>}
              </p>
              <p class="row-note">{t("device-since", { time: shortDayAndTime(device.since) })}</p>
              {device.last_used !== null && <p class="row-note">{t("device-used", { time: shortDayAndTime(device.last_used) })}</p>}
              {device.status !== "active" && <p class="row-note">{t(`device-${STATES.find((state) => state === device.status) ?? "suspended"}`)}</p>}
            </div>
          </li>
        ))}
      </ul>
    </Screen>
  );
}

export function About() {
  const { config, record } = useStore(app);
  return (
    <Screen id="about" title={t("about-title")} back={() => go("settings")}>
      <div class="hero" aria-hidden="true">
        <Mark size={64} />
      </div>
      <p>{t("about-what")}</p>
      <p>{t("about-code")}</p>
      <Facts
        facts={[
          { label: t("about-scheme"), value: record?.issuer ?? "" },
          { label: t("about-profile"), value: config?.profile ?? "" },
          { label: t("about-terms"), value: config?.terms_version ?? "" },
          { label: t("about-device"), value: record?.device ?? "" },
        ]}
      />
      <p class="hint">{t("about-font")}</p>
    </Screen>
  );
}
