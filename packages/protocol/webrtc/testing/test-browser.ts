import type { Socket } from "node:dgram";
import { type Clock, type Random, SystemClock } from "@jikimi/kernel";
import { openUdpSocket } from "@jikimi/rtp";
import type { SecureTransport } from "@jikimi/sdp";
import { DtlsClient, HashAlgorithm, SignatureAlgorithm } from "werift";
import type { IceRole } from "../src/api.ts";
import { createCertificate, type LegCertificate } from "../src/dtls/certificate.ts";
import { IceAgent } from "../src/ice/ice-agent.ts";
import { looksLikeStun } from "../src/ice/stun.ts";
import { AEAD_AES_128_GCM, AES128_CM_SHA1_80, keyLengths, type SrtpProfile } from "../src/srtp/protection.ts";
import { SrtpReceiver, SrtpSender } from "../src/srtp/srtp.ts";

const HOST = "127.0.0.1";

export type TestBrowserOptions = {
  readonly clock?: Clock;
  readonly random: Random;
  readonly profiles?: readonly SrtpProfile[];
  /** Shows this certificate, and signs with the key of its own: an impostor. */
  readonly stolen?: LegCertificate;
};

/**
 * The other end of a leg as a browser would be, on a real socket: it checks, begins the handshake as soon as there is a
 * way, and keeps what it hears. The packets are the test's.
 */
export class TestBrowser implements AsyncDisposable {
  readonly rtp: Buffer[] = [];
  readonly rtcp: Buffer[] = [];
  /** Called with each RTP packet. */
  onRtp: (packet: Buffer) => void = () => {};
  readonly certificate: LegCertificate;
  readonly #socket: Socket;
  readonly #ice: IceAgent;
  readonly #options: TestBrowserOptions;
  #client: DtlsClient | null = null;
  #wire: { onData: (data: Buffer, address: [string, number]) => void } = { onData: () => {} };
  #sender: SrtpSender | null = null;
  #receiver: SrtpReceiver | null = null;
  #isClosed = false;

  private constructor(socket: Socket, certificate: LegCertificate, options: TestBrowserOptions) {
    this.#socket = socket;
    this.certificate = certificate;
    this.#options = options;
    this.#ice = new IceAgent({
      clock: options.clock ?? new SystemClock(),
      random: options.random,
      send: (bytes, port, address) => this.#send(bytes, port, address),
      onState: (state) => {
        if (state === "connected" && this.#client === null) this.#shakeHands();
      },
    });
    socket.on("message", (bytes, from) => {
      const first = bytes[0] ?? 0;
      if (looksLikeStun(bytes)) this.#ice.receive(bytes, from.address, from.port);
      else if (first < 64) this.#wire.onData(bytes, ["", 0]);
      else this.#hear(bytes);
    });
  }

  static async open(options: TestBrowserOptions): Promise<TestBrowser> {
    const ports = { first: 50_000, last: 54_999 };
    const socket = await openUdpSocket({ bindAddress: HOST, ports, random: options.random });
    return new TestBrowser(socket, await createCertificate(), options);
  }

  get local(): SecureTransport {
    const { port } = this.#socket.address();
    return {
      ...this.#ice.local,
      isLite: false,
      setup: "active",
      fingerprints: [(this.#options.stolen ?? this.certificate).fingerprint],
      candidates: [{ address: HOST, port, priority: 2_130_706_431 }],
    };
  }

  /** The handshake is done, seen from here. */
  get isOpen(): boolean {
    return this.#sender !== null;
  }

  connect(remote: SecureTransport, role: IceRole): void {
    this.#ice.start(remote, role);
  }

  restart(): void {
    this.#ice.restart();
  }

  /** A new handshake with the next way that is found, as after a new description with another fingerprint. */
  forgetHandshake(): void {
    this.#client = null;
    this.#sender = null;
    this.#receiver = null;
  }

  sendRtp(packet: Buffer): void {
    const bytes = this.#sender?.rtp(packet) ?? null;
    if (bytes !== null) this.sendRaw(bytes);
  }

  sendRtcp(packet: Buffer): void {
    const bytes = this.#sender?.rtcp(packet) ?? null;
    if (bytes !== null) this.sendRaw(bytes);
  }

  /** As it is, to where the leg is. */
  sendRaw(bytes: Buffer): void {
    const to = this.#ice.selected;
    if (to !== null) this.#send(bytes, to.port, to.address);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#ice.close();
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  #send(bytes: Buffer, port: number, address: string): void {
    if (!this.#isClosed) this.#socket.send(bytes, port, address);
  }

  #shakeHands(): void {
    const { stolen, profiles = [AEAD_AES_128_GCM, AES128_CM_SHA1_80] } = this.#options;
    const wire = {
      type: "udp",
      closed: false,
      address: { address: "", family: "IPv4", port: 0 },
      onData: () => {},
      send: async (datagram: Buffer) => this.sendRaw(datagram),
      close: async () => {},
    };
    this.#wire = wire;
    const client = new DtlsClient({
      cert: (stolen ?? this.certificate).certificatePem,
      key: this.certificate.keyPem,
      signatureHash: { signature: SignatureAlgorithm.ecdsa_3, hash: HashAlgorithm.sha256_4 },
      transport: wire,
      srtpProfiles: [...profiles],
      extendedMasterSecret: true,
    });
    this.#client = client;
    client.onConnect.once(() => {
      const profile = client.srtp.srtpProfile;
      if (profile === undefined || client !== this.#client) return;
      const { key, salt } = keyLengths(profile);
      const { localKey, localSalt, remoteKey, remoteSalt } = client.extractSessionKeys(key, salt);
      this.#sender = new SrtpSender(profile, { key: localKey, salt: localSalt });
      this.#receiver = new SrtpReceiver(profile, { key: remoteKey, salt: remoteSalt });
    });
    client.onError.subscribe(() => {});
    void client.connect().catch(() => {});
  }

  #hear(bytes: Buffer): void {
    const type = bytes[1] ?? 0;
    const isRtcp = type >= 192 && type <= 223;
    const packet = (isRtcp ? this.#receiver?.rtcp(bytes) : this.#receiver?.rtp(bytes)) ?? null;
    if (packet === null) return;
    (isRtcp ? this.rtcp : this.rtp).push(packet);
    if (!isRtcp) this.onRtp(packet);
  }
}
