// Debian's Apache with mod_auth_openidc, in the foreground, with a separate configuration.

import { chmod, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { start, stop } from "./processes.mjs";
import { until } from "./until.mjs";

const MODULES = "/usr/lib/apache2/modules";

/** Serves one protected page on `port`. Returns a function that stops it. */
export async function startApache({ folder, port, issuer, partner }) {
  const home = path.join(folder, "apache");
  await mkdir(path.join(home, "pages"), { recursive: true });
  await writeFile(path.join(home, "pages/index.html"), "<!doctype html><title>Members</title><p>The members' page.");
  const config = `
ServerRoot ${home}
ServerName localhost
Listen 127.0.0.1:${port}
PidFile ${home}/pid
DefaultRuntimeDir ${home}
Mutex file:${home} default
ErrorLog ${home}/error.log
LogLevel warn
${["mpm_event", "authn_core", "authz_core", "authz_user", "dir", "headers", "mime", "auth_openidc"].map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`).join("\n")}
TypesConfig /etc/mime.types
User www-data
Group www-data
DocumentRoot ${home}/pages
StartServers 1
ServerLimit 1
ThreadsPerChild 8
MaxRequestWorkers 8
OIDCProviderMetadataURL ${issuer}/.well-known/openid-configuration
OIDCClientID ${partner.client_id}
OIDCClientSecret ${partner.client_secret}
OIDCProviderTokenEndpointAuth client_secret_basic
OIDCRedirectURI ${partner.redirect_uris[0]}
OIDCCryptoPassphrase ${crypto.randomUUID()}
OIDCScope "openid profile"
OIDCResponseType code
OIDCPKCEMethod S256
OIDCIDTokenSignedResponseAlg ${partner.id_token_signed_response_alg}
OIDCProviderAuthRequestMethod GET
OIDCAuthRequestParams acr_values=advanced
OIDCRemoteUserClaim sub
<Location />
  AuthType openid-connect
  Require valid-user
  Header always set X-Person "%{OIDC_CLAIM_given_name}e %{OIDC_CLAIM_family_name}e"
  Header always set X-Sub "%{OIDC_CLAIM_sub}e"
  Header always set X-Acr "%{OIDC_CLAIM_acr}e"
</Location>
`;
  await writeFile(path.join(home, "apache.conf"), config);
  // The workers run as another user than the process that starts them.
  for (const each of [path.dirname(folder), folder, home, path.join(home, "pages")]) await chmod(each, 0o755);
  const child = start("/usr/sbin/apache2", ["-f", path.join(home, "apache.conf"), "-DFOREGROUND"], { stdin: "ignore" });
  let ended = false;
  void child.ended.then(() => (ended = true));
  await until("Apache to answer", async () => {
    if (ended) throw new Error(child.said);
    return (await fetch(`http://localhost:${port}/`, { redirect: "manual" })).status;
  });
  return { child, stop: () => stop(child), log: path.join(home, "error.log") };
}
