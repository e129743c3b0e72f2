// Free ports.

import { createServer } from "node:net";

/** Whether a port is free. */
export async function free(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** Returns the first of `count` consecutive free ports, below the range of ephemeral ports. */
export async function freePorts(count) {
  for (let tries = 0; tries < 200; tries += 1) {
    const base = 10_000 + Math.floor(Math.random() * 20_000);
    let all = true;
    for (let n = 0; n < count && all; n += 1) all = await free(base + n);
    if (all) return base;
  }
  throw new Error(`no ${count} free ports in a row`);
}
