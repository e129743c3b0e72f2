// OPAQUE (RFC 9807) on the phone's side: Ristretto255, TripleDH with SHA-512, no identifiers, empty context.

import * as b64u from "./b64u";
import type { Bytes } from "./bytes";

// One pass over 19 MiB: a blink on a phone. The sealed server secret is what protects 100,000 codes, not this.
const keyStretching = { "argon2id-custom": { iterations: 1, memory: 19456, parallelism: 1 } } as const;

/** The library is half a megabyte of WebAssembly: loaded when a code is about to be typed. */
export async function loadOpaque() {
  const library = await import("@serenity-kit/opaque");
  await library.ready;
  return library.client;
}

/** The code as it was typed, in memory only. JavaScript strings cannot be wiped, so one exists for an instant only. */
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
  /** null: the code is wrong (or the server's message is not for it). */
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
