// Makes peer.json: tokens and keys of npm `jose`, an implementation that we did not write.
// Run in a folder where it is installed: node make.mjs > peer.json
import * as jose from "jose";

const bytes = new TextEncoder();
const out = { jws: [], jwe: [] };
for (const alg of ["ES256", "PS256", "RS256"]) {
  const { publicKey, privateKey } = await jose.generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await jose.exportJWK(privateKey)), alg };
  const kid = await jose.calculateJwkThumbprint(jwk);
  const payload = `{"sub":"peer","alg":"${alg}"}`;
  const token = await new jose.CompactSign(bytes.encode(payload)).setProtectedHeader({ alg, typ: "peer+jwt", kid }).sign(privateKey);
  out.jws.push({ private: jwk, public: await jose.exportJWK(publicKey), kid, payload, token });
}
for (const alg of ["ECDH-ES", "RSA-OAEP-256"]) {
  const { publicKey, privateKey } = await jose.generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await jose.exportJWK(privateKey)), alg };
  for (const enc of ["A256GCM", "A128CBC-HS256"]) {
    for (const plain of ["", "sixteen bytes...", "a text from elsewhere: één, twee"]) {
      const make = new jose.CompactEncrypt(bytes.encode(plain)).setProtectedHeader({ alg, enc, cty: "JWT", kid: "peer" });
      if (alg === "ECDH-ES" && plain.length > 20) make.setKeyManagementParameters({ apu: bytes.encode("Alice"), apv: bytes.encode("Bob") });
      out.jwe.push({ private: jwk, enc, plain, token: await make.encrypt(publicKey) });
    }
  }
}
console.log(JSON.stringify(out, null, 1));
