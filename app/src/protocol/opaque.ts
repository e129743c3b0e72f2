// OPAQUE (RFC 9807) on the phone's side: Ristretto255, TripleDH with SHA-512, no identifiers, empty context.

import * as b64u from "./b64u";
import type { Bytes } from "./bytes";

// One pass over 19 MiB takes a moment on a phone. It is not what protects a space of 100,000 codes: the server's secret is.
const keyStretching = { "argon2id-custom": { iterations: 1, memory: 19456, parallelism: 1 } } as const;

/** Loads the library when the person is about to type a code. It is half a megabyte of WebAssembly. */
export async function loadOpaque() {
  const library = await import("@serenity-kit/opaque");
  await library.ready;
  return library.client;
}

/** The typed code, in memory only. JavaScript cannot wipe a string, so `text` is called as late as possible. */
export class TypedCode {
  private readonly digits: Uint8Array;

  constructor(digits: readonly number[]) {
    this.digits = Uint8Array.from(digits, (digit) => digit + 0x30);
  }

  text(): string {
    return String.fromCharCode(...this.digits);
  }

  wipe(): void {
    this.digits.fill(0);
  }
}

export interface Registration {
  request: string;
  finish(response: string): string;
}

export async function startRegistration(code: TypedCode): Promise<Registration> {
  const opaque = await loadOpaque();
  const started = opaque.startRegistration({ password: code.text() });
  return {
    request: started.registrationRequest,
    finish(response) {
      const password = code.text();
      const clientRegistrationState = started.clientRegistrationState;
      return opaque.finishRegistration({ password, registrationResponse: response, clientRegistrationState, keyStretching })
        .registrationRecord;
    },
  };
}

export interface Login {
  ke1: string;
  /** null: the code is wrong, or the server's message belongs to another code. */
  finish(ke2: string): { ke3: string; sessionKey: Bytes } | null;
}

export async function startLogin(code: TypedCode): Promise<Login> {
  const opaque = await loadOpaque();
  const started = opaque.startLogin({ password: code.text() });
  return {
    ke1: started.startLoginRequest,
    finish(ke2) {
      const clientLoginState = started.clientLoginState;
      const done = opaque.finishLogin({ password: code.text(), loginResponse: ke2, clientLoginState, keyStretching });
      return done ? { ke3: done.finishLoginRequest, sessionKey: b64u.decode(done.sessionKey) } : null;
    },
  };
}
