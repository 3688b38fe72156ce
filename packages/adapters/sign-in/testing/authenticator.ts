import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { cbor } from "./cbor.ts";

export type Wishes = {
  /** The page that asks, as the browser says. */
  readonly origin: string;
  readonly rpId: string;
  /** Whether the owner proved who they are (a finger, a PIN). */
  readonly userVerified?: boolean;
};

/** A passkey made by software as WebAuthn level 3 describes it: ES256, no attestation. */
export class Authenticator {
  readonly #id = randomBytes(16);
  readonly #key: KeyObject;
  readonly #publicKey: { x: Buffer; y: Buffer };
  counter = 0;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const { x = "", y = "" } = publicKey.export({ format: "jwk" });
    this.#key = privateKey;
    this.#publicKey = { x: Buffer.from(x, "base64url"), y: Buffer.from(y, "base64url") };
  }

  /** What `navigator.credentials.create` answers, through `toJSON`. */
  create(options: Readonly<Record<string, unknown>>, wishes: Wishes) {
    const key = new Map<number, number | Uint8Array>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, this.#publicKey.x],
      [-3, this.#publicKey.y],
    ]);
    const length = Buffer.from([0, this.#id.length]);
    const attested = Buffer.concat([Buffer.alloc(16), length, this.#id, cbor(key)]);
    const authData = Buffer.concat([this.#head(wishes, 0x40), attested]);
    const attestation = cbor(
      new Map<string, string | Uint8Array | Map<string, string>>([
        ["fmt", "none"],
        ["attStmt", new Map<string, string>()],
        ["authData", authData],
      ]),
    );
    return this.#answer({
      clientDataJSON: clientData("webauthn.create", options, wishes).toString("base64url"),
      attestationObject: attestation.toString("base64url"),
      transports: ["internal"],
    });
  }

  /** What `navigator.credentials.get` answers, through `toJSON`. */
  get(options: Readonly<Record<string, unknown>>, wishes: Wishes) {
    this.counter += 1;
    const authData = this.#head(wishes, 0);
    const data = clientData("webauthn.get", options, wishes);
    const signed = Buffer.concat([authData, createHash("sha256").update(data).digest()]);
    return this.#answer({
      clientDataJSON: data.toString("base64url"),
      authenticatorData: authData.toString("base64url"),
      signature: sign("sha256", signed, this.#key).toString("base64url"),
    });
  }

  #head({ rpId, userVerified = true }: Wishes, moreFlags: number): Buffer {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(this.counter);
    const flags = 0x01 | (userVerified ? 0x04 : 0) | moreFlags;
    return Buffer.concat([createHash("sha256").update(rpId).digest(), Buffer.from([flags]), count]);
  }

  #answer(response: Record<string, string | string[]>) {
    const id = this.#id.toString("base64url");
    return { id, rawId: id, type: "public-key", clientExtensionResults: {}, response };
  }
}

function clientData(type: string, { challenge }: Readonly<Record<string, unknown>>, { origin }: Wishes): Buffer {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }), "utf8");
}
