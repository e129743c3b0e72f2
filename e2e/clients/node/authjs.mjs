// A site with Auth.js: node authjs.mjs FOLDER PORT

import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { Auth } from "@auth/core";

const [, , , port] = process.argv;
const config = {
  secret: crypto.randomUUID(),
  trustHost: true,
  basePath: "/auth",
  providers: [
    {
      id: "ipse",
      name: "Ipse",
      type: "oidc",
      issuer: process.env.IPSE_ISSUER,
      clientId: process.env.IPSE_CLIENT_ID,
      clientSecret: process.env.IPSE_CLIENT_SECRET,
    },
  ],
  callbacks: {
    // Auth.js has an id of its own in `token.sub`.
    jwt: ({ token, profile }) => (profile ? { ...token, sub: profile.sub } : token),
    session: ({ session, token }) => ({ ...session, user: { ...session.user, id: token.sub } }),
  },
};

createServer(async (incoming, outgoing) => {
  const url = new URL(incoming.url, `http://localhost:${port}`);
  const body = incoming.method === "POST" ? await text(incoming) : undefined;
  const ask = (address, init) => Auth(new Request(address, { headers: new Headers(incoming.headers), ...init }), config);
  if (url.pathname !== "/me") {
    const answer = await ask(url, { method: incoming.method, body });
    answer.headers.forEach((value, name) => name !== "set-cookie" && outgoing.setHeader(name, value));
    outgoing.setHeader("set-cookie", answer.headers.getSetCookie());
    outgoing.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
    return;
  }
  const session = await (await ask(new URL("/auth/session", url), { method: "GET" })).json();
  const person = session && { sub: session.user.id, name: session.user.name, email: session.user.email };
  outgoing.writeHead(person ? 200 : 401, { "content-type": "application/json" }).end(JSON.stringify(person ?? { error: "nobody is logged in" }));
}).listen(Number(port), "localhost");
