// One step of OPAQUE with the phone app's own library: JSON in on stdin, JSON out on stdout.
import { pathToFileURL } from "node:url";
import { readFileSync } from "node:fs";

const opaque = await import(pathToFileURL(process.env.OPAQUE_PACKAGE));
await opaque.ready;
const { client } = opaque;
const keyStretching = { "argon2id-custom": { iterations: 1, memory: 19456, parallelism: 1 } };
const { step, code: password, state, response, ke2 } = JSON.parse(readFileSync(0, "utf8"));

const steps = {
  register() {
    const started = client.startRegistration({ password });
    return { state: started.clientRegistrationState, request: started.registrationRequest };
  },
  record() {
    const clientRegistrationState = state;
    const finished = client.finishRegistration({ password, clientRegistrationState, registrationResponse: response, keyStretching });
    return { record: finished.registrationRecord };
  },
  login() {
    const started = client.startLogin({ password });
    return { state: started.clientLoginState, ke1: started.startLoginRequest };
  },
  finish() {
    const finished = client.finishLogin({ password, clientLoginState: state, loginResponse: ke2, keyStretching });
    return finished ? { ke3: finished.finishLoginRequest, session_key: finished.sessionKey } : { ke3: null };
  },
};
process.stdout.write(JSON.stringify(steps[step]()));
