// Stands at a party's public port and passes on what comes, so that a test can cut the power at a chosen request.

import http from "node:http";
import { once } from "node:events";

/**
 * `moment(request)` is asked for each request and answers null, or what to do: `before` (it never arrives), `during`
 * (it arrives, and the power goes at once) or `after` (it was answered, but the answer never arrives). `cut` cuts the
 * power; `up` waits until the party answers again.
 */
export async function startProxy({ port, to, moment, cut, up }) {
  const server = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const when = moment(request);
    const gone = () => response.socket?.destroy();
    if (when === "before") {
      await cut();
      return gone();
    }
    await up();
    const upstream = http.request({ host: "127.0.0.1", port: to, method: request.method, path: request.url, headers: request.headers, agent: false });
    upstream.on("error", gone);
    upstream.on("response", async (answer) => {
      if (when === "after") {
        for await (const _ of answer) void _;
        await cut();
        return gone();
      }
      if (when === "during") return answer.resume();
      response.writeHead(answer.statusCode, answer.rawHeaders);
      answer.on("error", gone);
      answer.pipe(response);
      return undefined;
    });
    response.on("close", () => upstream.destroy());
    upstream.end(body, async () => {
      if (when !== "during") return;
      await cut();
      gone();
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
