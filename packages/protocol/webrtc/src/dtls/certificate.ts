import { createHash, X509Certificate } from "node:crypto";
import type { SecureFingerprint } from "@jikimi/sdp";
import { CipherContext, HashAlgorithm, NamedCurveAlgorithm, SignatureAlgorithm } from "werift";

/** What we show in the handshake, and what is told of it in a description (RFC 8122). */
export type LegCertificate = {
  readonly certificatePem: string;
  readonly keyPem: string;
  readonly fingerprint: SecureFingerprint;
};

/** Self-signed, P-256: a browser trusts the fingerprint that it was told, and nothing else. */
export async function createCertificate(): Promise<LegCertificate> {
  const { certPem, keyPem } = await CipherContext.createSelfSignedCertificateWithKey(
    { signature: SignatureAlgorithm.ecdsa_3, hash: HashAlgorithm.sha256_4 },
    NamedCurveAlgorithm.secp256r1_23,
  );
  return { certificatePem: certPem, keyPem, fingerprint: fingerprintOf("sha-256", new X509Certificate(certPem).raw) };
}

const HASHES: ReadonlyMap<string, string> = new Map([
  ["sha-256", "sha256"],
  ["sha-384", "sha384"],
  ["sha-512", "sha512"],
]);

/** Whether the certificate is one that was told; a hash that is not of the SHA-2 family proves nothing. */
export function isTold(certificate: Uint8Array, fingerprints: readonly SecureFingerprint[]): boolean {
  return fingerprints.some(({ algorithm, value }) => {
    if (!HASHES.has(algorithm)) return false;
    return fingerprintOf(algorithm, certificate).value === value.toUpperCase();
  });
}

function fingerprintOf(algorithm: string, certificate: Uint8Array): SecureFingerprint {
  const hex = createHash(HASHES.get(algorithm) ?? "sha256")
    .update(certificate)
    .digest("hex")
    .toUpperCase();
  return { algorithm, value: hex.match(/../g)?.join(":") ?? "" };
}
