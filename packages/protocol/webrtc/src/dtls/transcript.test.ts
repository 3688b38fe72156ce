import { createHash, createPrivateKey, sign, X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { createCertificate } from "./certificate.ts";
import { type HandshakeMessage, prf, verifyClient } from "./transcript.ts";

const masterSecret = Buffer.alloc(48, 7);

function message(type: number, body: Buffer): HandshakeMessage {
  return { type, body, bytes: Buffer.concat([Buffer.of(type, 0, 0, body.length), Buffer.alloc(8), body]) };
}

/** A handshake as it should be, as far as the client's proofs go. */
async function handshake() {
  const own = await createCertificate();
  const certificate = new X509Certificate(own.certificatePem).raw;
  const before = [
    message(1, Buffer.from("hello")),
    message(11, Buffer.from("certificate")),
    message(16, Buffer.from("key")),
  ];
  const all = (messages: readonly HandshakeMessage[]) => Buffer.concat(messages.map(({ bytes }) => bytes));
  const signature = sign("sha256", all(before), createPrivateKey(own.keyPem));
  const proof = (scheme: number, signed = signature) =>
    message(15, Buffer.concat([Buffer.of(scheme >> 8, scheme & 255, 0, signed.length), signed]));
  const finish = (messages: readonly HandshakeMessage[]) => {
    const digest = createHash("sha256").update(all(messages)).digest();
    return message(20, prf(masterSecret, "client finished", digest, 12));
  };
  const whole = [...before, proof(0x0403)];
  return { certificate, before, proof, finish, signature, whole: [...whole, finish(whole)] };
}

test("the PRF is TLS 1.2's, as implementers hold it against each other", () => {
  const secret = Buffer.from("9bbe436ba940f017b17652849a71db35", "hex");
  const seed = Buffer.from("a0ba9f936cda311827a6f796ffd5198c", "hex");
  expect(prf(secret, "test label", seed, 100).toString("hex")).toMatch(
    /^e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a/,
  );
});

test("a client that proves its key and saw what we saw is believed", async () => {
  const { certificate, whole } = await handshake();
  expect(verifyClient(whole, certificate, masterSecret)).toBeNull();
});

test("a proof that is missing, of something else, or by another key is told", async () => {
  const { certificate, before, proof, finish, signature, whole } = await handshake();
  const verify = (messages: readonly HandshakeMessage[]) => verifyClient(messages, certificate, masterSecret);
  expect(verify([...before, finish(before)])).toMatch(/did not prove/);
  expect(verify(whole.slice(0, -1))).toMatch(/did not finish/);
  const changed = [message(1, Buffer.from("hallo")), ...whole.slice(1)];
  expect(verify(changed)).toMatch(/does not hold/);
  expect(verify([...before, proof(0x0201), finish([...before, proof(0x0201)])])).toMatch(/a way that is not known/);
  const other = await handshake();
  const foreign = [...before, proof(0x0403, other.signature)];
  expect(verify([...foreign, finish(foreign)])).toMatch(/does not hold/);
  expect(verify([...whole.slice(0, -1), message(20, Buffer.alloc(12))])).toMatch(/another handshake/);
  expect(verify([...whole.slice(0, -1), message(20, Buffer.alloc(3))])).toMatch(/another handshake/);
  expect(verifyClient(whole, Buffer.from("no certificate"), masterSecret)).toMatch(/cannot be read/);
  expect(verifyClient(whole, certificate, Buffer.alloc(48, 8))).toMatch(/another handshake/);
  expect(signature.length).toBeGreaterThan(60);
});

test("a proof cut anywhere is no proof, and nothing throws", async () => {
  const { certificate, before, proof, finish } = await handshake();
  const { body } = proof(0x0403);
  for (let length = 0; length < body.length; length++) {
    const cut = [...before, message(15, body.subarray(0, length))];
    expect(verifyClient([...cut, finish(cut)], certificate, masterSecret), `cut at ${length}`).not.toBeNull();
  }
});
