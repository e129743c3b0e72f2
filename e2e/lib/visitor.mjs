// A minimal browser: cookies, redirects and forms, no script. As in real browsers, all ports of a host share cookies.

import http from "node:http";
import { until } from "./until.mjs";

const decode = (text) => text.replaceAll("&amp;", "&").replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&#38;", "&").replaceAll("&#x27;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&#x2F;", "/").replaceAll("&#47;", "/").replaceAll("&#34;", '"');

/** Returns an attribute of the element with this id. */
export function attribute(html, id, name) {
  const element = html.match(new RegExp(`<[^>]*\\sid="${id}"[^>]*>`))?.[0];
  const value = element?.match(new RegExp(`\\s${name}="([^"]*)"`))?.[1];
  return value === undefined ? undefined : decode(value);
}

export class Page {
  constructor(url, status, headers, body) {
    Object.assign(this, { url, status, headers, body });
  }

  /** Returns an attribute of the element with this id. */
  attribute(id, name) {
    return attribute(this.body, id, name);
  }

  get openApp() {
    return this.attribute("open-app", "href");
  }

  get qr() {
    return this.attribute("qr", "data-text");
  }

  /** Returns the address and the fields of the form that contains the element with this id. */
  form(id) {
    const forms = [...this.body.matchAll(/<form[^>]*>[\s\S]*?<\/form>/g)].map(([form]) => form);
    const form = forms.find((text) => text.includes(`id="${id}"`));
    if (!form) throw new Error(`no form with ${id} in ${this.url}:\n${this.body.slice(0, 2000)}`);
    const fields = {};
    for (const [input] of form.matchAll(/<(?:input|button)[^>]*>/g)) {
      const name = input.match(/\sname="([^"]*)"/)?.[1];
      if (name && (input.startsWith("<input") || input.includes(`id="${id}"`))) fields[name] = decode(input.match(/\svalue="([^"]*)"/)?.[1] ?? "");
    }
    return { action: new URL(decode(form.match(/\saction="([^"]*)"/)?.[1] ?? this.url), this.url).href, fields };
  }
}

/** Sends a request as a navigation. `fetch` would send the headers of a script. */
function ask(url, method, headers, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers: { ...headers, ...(body === undefined ? {} : { "content-length": Buffer.byteLength(body) }) }, agent: false });
    request.on("error", reject);
    request.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => (text += chunk));
      response.on("error", reject);
      response.on("end", () => {
        const all = new Headers();
        for (const [name, values] of Object.entries(response.headersDistinct)) for (const value of values) all.append(name, value);
        resolve({ status: response.statusCode, headers: all, body: text });
      });
    });
    request.end(body);
  });
}

export class Visitor {
  #cookies = new Map();

  constructor({ language = "nl", userAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0" } = {}) {
    this.headers = { "accept-language": language, "user-agent": userAgent, accept: "text/html", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
  }

  cookie(name) {
    return this.#cookies.get(name);
  }

  cookieNames() {
    return [...this.#cookies.keys()];
  }

  /** Opens an address and follows redirects. Stops before an address for which `stop` is true. */
  async open(url, { method = "GET", form, stop = () => false } = {}) {
    let at = new URL(url).href;
    for (let hops = 0; hops < 20; hops += 1) {
      if (stop(at)) return new Page(at, 0, new Headers(), "");
      const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const response = await ask(at, method, {
        ...this.headers,
        ...(cookie ? { cookie } : {}),
        ...(method === "POST" ? { origin: new URL(at).origin, "content-type": "application/x-www-form-urlencoded" } : {}),
      }, method === "POST" ? String(new URLSearchParams(form)) : undefined);
      for (const line of response.headers.getSetCookie()) {
        const [pair, ...rest] = line.split(";");
        const [name, ...value] = pair.split("=");
        const dead = rest.some((part) => /^\s*max-age=0\s*$/i.test(part));
        if (dead) this.#cookies.delete(name.trim());
        else this.#cookies.set(name.trim(), value.join("=").trim());
      }
      const { body } = response;
      const location = response.headers.get("location");
      if (response.status < 300 || response.status > 399 || !location) return new Page(at, response.status, response.headers, body);
      at = new URL(location, at).href;
      method = "GET";
    }
    throw new Error(`too many redirects at ${at}`);
  }

  /** Presses a button of a page. */
  press(page, id, options = {}) {
    const { action, fields } = page.form(id);
    return this.open(action, { method: "POST", form: fields, ...options });
  }

  /** Reloads a waiting page, as its refresh header does, until `done` is true. */
  wait(url, done, { every = 100, ...options } = {}) {
    return until(`${new URL(url).pathname} to change`, async () => {
      const page = await this.open(url, options);
      return done(page) ? page : null;
    }, { every });
  }
}
