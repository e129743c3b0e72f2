// Listens on the public port of a party and forwards requests, so that a test can cut the power at a chosen request.

import http from "node:http";
import { once } from "node:events";

/**
 * `moment(request)` returns null or when to cut the power: `before` (the request does not arrive), `during` (it arrives, and
 * the power fails at once) or `after` (the party answers, but the answer does not arrive). `cut` cuts the power; `up` waits
 * until the party answers again.
 */
export async function startProxy({ port, to, moment, cut, up }) {
  const server = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const when = moment(request);
    const drop = () => response.socket?.destroy();
    if (when === "before") {
      await cut();
      return drop();
    }
    await up();
    const upstream = http.request({ host: "127.0.0.1", port: to, method: request.method, path: request.url, headers: request.headers, agent: false });
    upstream.on("error", drop);
    upstream.on("response", async (answer) => {
      if (when === "after") {
        for await (const _ of answer) void _;
        await cut();
        return drop();
      }
      if (when === "during") return answer.resume();
      response.writeHead(answer.statusCode, answer.rawHeaders);
      answer.on("error", drop);
      answer.pipe(response);
      return undefined;
    });
    response.on("close", () => upstream.destroy());
    upstream.end(body, async () => {
      if (when !== "during") return;
      await cut();
      drop();
    });
    return undefined;
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
