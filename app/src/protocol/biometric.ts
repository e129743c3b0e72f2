// Fingerprint or face: a platform WebAuthn credential with user verification (Web Authentication Level 3).

import * as b64u from "./b64u";
import { concat, sha256, utf8 } from "./bytes";
import type { Bytes } from "./bytes";
import type { BiometricRegistration } from "./api";
import { Problem } from "./problem";

const ES256 = -7;

export async function biometricAvailable(): Promise<boolean> {
  if (typeof PublicKeyCredential === "undefined") return false;
  return PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable().catch(() => false);
}

export interface CreationOptions {
  challenge: string;
  rp_id: string;
  user_id: string;
  user_name: string;
}

export async function registerBiometric(options: CreationOptions): Promise<BiometricRegistration> {
  const credential = await requestCredential(() =>
    navigator.credentials.create({
      publicKey: {
        challenge: b64u.decode(options.challenge),
        rp: { id: options.rp_id, name: "Ipse" },
        user: { id: b64u.decode(options.user_id), name: options.user_name, displayName: options.user_name },
        pubKeyCredParams: [{ type: "public-key", alg: ES256 }],
        authenticatorSelection: { authenticatorAttachment: "platform", userVerification: "required", residentKey: "discouraged" },
        attestation: "none",
        timeout: 60_000,
      },
    }),
  );
  const response = credential.response as AuthenticatorAttestationResponse;
  return { client_data: encode(response.clientDataJSON), attestation_object: encode(response.attestationObject) };
}

export interface Assertion {
  authenticator_data: string;
  client_data: string;
  signature: string;
}

/** Signs the transcript with the credential of this phone, after a fingerprint or a face. Also gives the proof hash. */
export async function assertBiometric(
  rpId: string,
  credentialId: string,
  transcript: Bytes,
): Promise<{ assertion: Assertion; proofHash: Bytes }> {
  const challenge = await sha256(concat(utf8("ipse/uv/1"), transcript));
  const credential = await requestCredential(() =>
    navigator.credentials.get({
      publicKey: {
        challenge,
        rpId,
        allowCredentials: [{ type: "public-key", id: b64u.decode(credentialId), transports: ["internal"] }],
        userVerification: "required",
        timeout: 60_000,
      },
    }),
  );
  const response = credential.response as AuthenticatorAssertionResponse;
  const parts = [response.authenticatorData, response.clientDataJSON, response.signature].map((part) => new Uint8Array(part));
  return {
    assertion: {
      authenticator_data: encode(response.authenticatorData),
      client_data: encode(response.clientDataJSON),
      signature: encode(response.signature),
    },
    proofHash: await sha256(concat(...parts)),
  };
}

const encode = (buffer: ArrayBuffer): string => b64u.encode(new Uint8Array(buffer));

async function requestCredential(request: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await request();
    if (credential instanceof PublicKeyCredential) return credential;
  } catch (cause) {
    throw new Problem("unlock_cancelled", 0, {}, cause);
  }
  throw new Problem("unlock_unavailable");
}
