// A bank on the npm package `oidc-provider`: PAR, PKCE, private_key_jwt, signed and encrypted userinfo, verified claims.

import { once } from "node:events";
import { exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";

const NATIONAL_NUMBER = "https://ipse.example/claims/be_national_number";

/** Starts the bank. `customer` signs in; a test may change `customer.verification` between two sign-ins. */
export async function startIndependentBank({ port, client, customer }) {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const key = { ...(await exportJWK(privateKey)), use: "sig", alg: "ES256", kid: "independent-1" };
  const issuer = `http://localhost:${port}`;
  const errors = [];
  const provider = new Provider(issuer, {
    jwks: { keys: [key] },
    clients: [
      {
        ...client,
        response_types: ["code"],
        grant_types: ["authorization_code"],
        token_endpoint_auth_method: "private_key_jwt",
        token_endpoint_auth_signing_alg: "ES256",
        id_token_signed_response_alg: "ES256",
        userinfo_signed_response_alg: "ES256",
        userinfo_encrypted_response_alg: "ECDH-ES",
        userinfo_encrypted_response_enc: "A256GCM",
        require_pushed_authorization_requests: true,
        require_auth_time: true,
      },
    ],
    clientAuthMethods: ["private_key_jwt"],
    claims: { openid: ["sub"], verified_claims: ["verified_claims"] },
    acrValues: ["urn:example:strong"],
    enabledJWA: {
      idTokenSigningAlgValues: ["ES256", "RS256"],
      userinfoSigningAlgValues: ["ES256"],
      userinfoEncryptionAlgValues: ["ECDH-ES"],
      userinfoEncryptionEncValues: ["A256GCM"],
      clientAuthSigningAlgValues: ["ES256"],
    },
    features: {
      devInteractions: { enabled: false },
      encryption: { enabled: true },
      jwtUserinfo: { enabled: true },
      claimsParameter: { enabled: true },
      pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
    },
    pkce: { required: () => true },
    cookies: { keys: [crypto.randomUUID()], names: { session: "independent_session", interaction: "independent_interaction", resume: "independent_resume" } },
    ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 300, IdToken: 300 },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_ctx, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        verified_claims: {
          verification: {
            trust_framework: "be_eid_demo",
            assurance_level: "high",
            time: "2026-03-01T10:00:00Z",
            evidence: [{ type: "document", document_details: { type: "idcard", document_number: "599000000123", issuer: { country_code: "BE" } } }],
            ...customer.verification,
          },
          claims: {
            given_name: customer.given_name,
            family_name: customer.family_name,
            birthdate: customer.birthdate,
            nationalities: customer.nationalities,
            [NATIONAL_NUMBER]: customer.national_number,
          },
        },
      }),
    }),
  });
  for (const event of ["authorization.error", "grant.error", "userinfo.error", "pushed_authorization_request.error", "server_error"]) {
    provider.on(event, (_ctx, error) => errors.push(`${event}: ${error.message}: ${error.error_description ?? ""} ${error.error_detail ?? ""}`));
  }
  // The customer signs in with one button and no password.
  provider.use(async (ctx, next) => {
    const uid = ctx.path.match(/^\/interaction\/([\w-]+)$/)?.[1];
    if (!uid) return next();
    const { prompt, params, session, grantId } = await provider.interactionDetails(ctx.req, ctx.res);
    if (ctx.method === "GET") {
      ctx.type = "html";
      ctx.body = `<!doctype html><html lang="en"><title>Independent bank</title><main><h1>Independent bank</h1><form id="${prompt.name}" method="post"><button>Go on</button></form></main>`;
      return undefined;
    }
    if (prompt.name === "login") {
      await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: customer.id, acr: "urn:example:strong", amr: ["pop"] } }, { mergeWithLastSubmission: false });
    } else {
      const grant = grantId ? await provider.Grant.find(grantId) : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
      if (prompt.details.missingOIDCScope) grant.addOIDCScope(prompt.details.missingOIDCScope.join(" "));
      if (prompt.details.missingOIDCClaims) grant.addOIDCClaims(prompt.details.missingOIDCClaims);
      await provider.interactionFinished(ctx.req, ctx.res, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
    }
    ctx.respond = false;
    return undefined;
  });
  const server = provider.listen(port, "127.0.0.1");
  await once(server, "listening");
  const { d: _d, ...jwk } = key;
  return {
    issuer,
    jwk,
    errors,
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
