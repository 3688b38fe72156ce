import type { SecureFingerprint } from "@jikimi/sdp";
import { DtlsServer as WeriftDtlsServer, HashAlgorithm, SignatureAlgorithm } from "werift";
import { AEAD_AES_128_GCM, AES128_CM_SHA1_80, keyLengths, type SrtpKeys, type SrtpProfile } from "../srtp/protection.ts";
import { isTold, type LegCertificate } from "./certificate.ts";
import { verifyClient } from "./transcript.ts";

export type DtlsOutcome =
  | { readonly kind: "done"; readonly profile: SrtpProfile; readonly local: SrtpKeys; readonly remote: SrtpKeys }
  | { readonly kind: "failed"; readonly why: string };

const HANDSHAKE = 22;
const CHANGE_CIPHER_SPEC = 20;
const RECORD_HEADER_BYTES = 13;
/** A handshake is a dozen, sent again a dozen times at the worst; fragments of more are not collected. */
const MOST_DATAGRAMS = 500;

/**
 * One DTLS-SRTP handshake (RFC 5764) with us as the server, by werift: descriptions of ours say so, and every browser
 * agrees. werift does the protocol, and this what it leaves out: the client's proofs are checked, records that break it
 * are dropped, and after the handshake only a repeated last flight is listened to.
 */
export class DtlsHandshake {
  readonly #socket: WeriftDtlsServer;
  readonly #fingerprints: readonly SecureFingerprint[];
  readonly #onOutcome: (outcome: DtlsOutcome) => void;
  readonly #wire: { onData: (data: Buffer, address: [string, number]) => void };
  #datagrams = 0;
  #isSettled = false;
  #isClosed = false;

  constructor(options: {
    readonly certificate: LegCertificate;
    /** What the party's description says of its certificate. */
    readonly fingerprints: readonly SecureFingerprint[];
    readonly send: (datagram: Buffer) => void;
    /** Once. */
    readonly onOutcome: (outcome: DtlsOutcome) => void;
  }) {
    const { certificate, send } = options;
    this.#fingerprints = options.fingerprints;
    this.#onOutcome = options.onOutcome;
    const wire = {
      type: "udp",
      closed: false,
      address: { address: "", family: "IPv4", port: 0 },
      onData: () => {},
      send: async (datagram: Buffer) => {
        if (!this.#isClosed) send(datagram);
      },
      close: async () => {},
    };
    this.#wire = wire;
    this.#socket = new WeriftDtlsServer({
      cert: certificate.certificatePem,
      key: certificate.keyPem,
      signatureHash: { signature: SignatureAlgorithm.ecdsa_3, hash: HashAlgorithm.sha256_4 },
      transport: wire,
      srtpProfiles: [AEAD_AES_128_GCM, AES128_CM_SHA1_80],
      extendedMasterSecret: true,
      certificateRequest: true,
    });
    this.#socket.onConnect.once(() => this.#settle(this.#conclude()));
    // A flight that came half is told as an error too: the browser sends it again, or gives up.
    this.#socket.onError.subscribe(() => {});
  }

  /** A datagram with DTLS records from the party's address. Never throws. */
  receive(datagram: Buffer): void {
    this.#datagrams += 1;
    if (this.#isClosed || this.#datagrams > MOST_DATAGRAMS) return;
    const records = handshakeRecords(datagram);
    // After the handshake nobody can begin another in its place: only what is encrypted is heard, a repeated last flight.
    const heard = this.#isSettled ? records.filter(isEncrypted) : records;
    try {
      for (const record of heard) this.#wire.onData(record, ["", 0]);
    } catch {
      // Malformed: as good as lost.
    }
  }

  close(): void {
    this.#isClosed = true;
  }

  #settle(outcome: DtlsOutcome): void {
    if (this.#isSettled || this.#isClosed) return;
    this.#isSettled = true;
    if (outcome.kind === "failed") this.close();
    this.#onOutcome(outcome);
  }

  #conclude(): DtlsOutcome {
    const { dtls, cipher, srtp, remoteCertificate } = this.#socket;
    const profile = srtp.srtpProfile;
    if (remoteCertificate === undefined) return failed("the browser showed no certificate");
    if (!isTold(remoteCertificate, this.#fingerprints)) {
      return failed("the browser's certificate is not the one that its description tells of");
    }
    const messages = dtls.sortedHandshakeCache.map((message) => ({
      type: message.msg_type,
      bytes: message.serialize(),
      body: message.fragment,
    }));
    const wrong = verifyClient(messages, remoteCertificate, cipher.masterSecret);
    if (wrong !== null) return failed(wrong);
    if (profile === undefined) return failed("no SRTP profile was agreed on");
    const { key, salt } = keyLengths(profile);
    const material = this.#socket.exportKeyingMaterial("EXTRACTOR-dtls_srtp", 2 * (key + salt));
    const at = (from: number, bytes: number) => Buffer.from(material.subarray(from, from + bytes));
    return {
      kind: "done",
      profile,
      remote: { key: at(0, key), salt: at(2 * key, salt) },
      local: { key: at(key, key), salt: at(2 * key + salt, salt) },
    };
  }
}

/**
 * The datagram's records of a handshake, whole ones only. Alerts are left out: they can be forged, and whether the party is
 * there ICE knows better.
 */
function handshakeRecords(datagram: Buffer): Buffer[] {
  const records: Buffer[] = [];
  let at = 0;
  while (at + RECORD_HEADER_BYTES <= datagram.length) {
    const end = at + RECORD_HEADER_BYTES + datagram.readUInt16BE(at + 11);
    if (end > datagram.length) break;
    const type = datagram[at];
    if (type === HANDSHAKE || type === CHANGE_CIPHER_SPEC) records.push(datagram.subarray(at, end));
    at = end;
  }
  return records;
}

function isEncrypted(record: Buffer): boolean {
  return record.readUInt16BE(3) > 0;
}

function failed(why: string): DtlsOutcome {
  return { kind: "failed", why };
}
