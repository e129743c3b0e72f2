// Starts Debian's Chromium, to draw icons and to take screenshots.
import { chromium } from "playwright-core";

/** `text`: the size of the browser's text in percent, as the person sets it. */
export const launch = ({ text = 100 } = {}) =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
      ...(text === 100 ? [] : [`--blink-settings=defaultFontSize=${(16 * text) / 100}`]),
    ],
  });
