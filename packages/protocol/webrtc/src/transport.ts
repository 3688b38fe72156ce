import type { Socket } from "node:dgram";
import type { Clock, Random } from "@jikimi/kernel";
import type { SecureTransport } from "@jikimi/sdp";
import type { IceRole, LegTransport, TransportListener, TransportState } from "./api.ts";
import type { LegCertificate } from "./dtls/certificate.ts";
import { DtlsHandshake, type DtlsOutcome } from "./dtls/dtls-server.ts";
import { IceAgent, type IceState } from "./ice/ice-agent.ts";
import { looksLikeStun } from "./ice/stun.ts";
import { SrtpReceiver, SrtpSender } from "./srtp/srtp.ts";

/** RFC 8445 §5.1.2.1: a host candidate, the only one, of the only component. */
const HOST_PRIORITY = 126 * 2 ** 24 + 65_535 * 2 ** 8 + 255;
const HANDSHAKE_GIVE_UP_MS = 20_000;

export type SocketTransportOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly certificate: LegCertificate;
  /** The address that the party is told. */
  readonly advertisedAddress: string;
  readonly listener: TransportListener;
};

/**
 * A browser's leg on one UDP socket: STUN, DTLS and SRTP told apart by their first byte (RFC 7983). What does not come from
 * where the party has proved to be is dropped before anything is made of it.
 */
export class SocketTransport implements LegTransport {
  readonly #options: SocketTransportOptions;
  readonly #socket: Socket;
  readonly #port: number;
  readonly #ice: IceAgent;
  #handshake: DtlsHandshake | null = null;
  #fingerprints = "";
  #sender: SrtpSender | null = null;
  #receiver: SrtpReceiver | null = null;
  #state: TransportState = "new";

  /** Takes the bound socket over. */
  constructor(socket: Socket, options: SocketTransportOptions) {
    const { clock, random } = options;
    this.#options = options;
    this.#socket = socket;
    this.#port = socket.address().port;
    this.#ice = new IceAgent({
      clock,
      random,
      send: (bytes, port, address) => this.#socket.send(bytes, port, address),
      onState: (state, why) => this.#iceIs(state, why),
    });
    socket.on("message", (bytes, from) => this.#receive(bytes, from.address, from.port));
    socket.on("error", () => {});
  }

  get local(): SecureTransport {
    const { advertisedAddress: address, certificate } = this.#options;
    return {
      ...this.#ice.local,
      isLite: false,
      setup: "passive",
      fingerprints: [certificate.fingerprint],
      candidates: [{ address, port: this.#port, priority: HOST_PRIORITY }],
    };
  }

  get state(): TransportState {
    return this.#state;
  }

  connect(remote: SecureTransport, role: IceRole): void {
    if (this.#state === "closed") return;
    const fingerprints = JSON.stringify(remote.fingerprints);
    if (fingerprints !== this.#fingerprints) {
      this.#fingerprints = fingerprints;
      this.#beginHandshake(remote);
    }
    const known = this.#ice.remote;
    if (known?.ufrag === remote.ufrag && known.password === remote.password) return;
    this.#ice.start(remote, role);
  }

  restart(): void {
    this.#ice.restart();
  }

  sendRtp(packet: Uint8Array): void {
    const to = this.#ice.selected;
    if (to === null || this.#sender === null) return;
    const bytes = this.#sender.rtp(packet);
    if (bytes !== null) this.#socket.send(bytes, to.port, to.address);
  }

  sendRtcp(packet: Uint8Array): void {
    const to = this.#ice.selected;
    if (to === null || this.#sender === null) return;
    const bytes = this.#sender.rtcp(packet);
    if (bytes !== null) this.#socket.send(bytes, to.port, to.address);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state === "closed") return;
    this.#enter("closed", "closed");
    this.#ice.close();
    this.#handshake?.close();
    this.#sender = null;
    this.#receiver = null;
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  #receive(bytes: Buffer, address: string, port: number): void {
    const first = bytes[0];
    if (first === undefined || this.#state === "closed") return;
    if (first >= 128 && first < 192) {
      if (this.#receiver !== null && this.#ice.isProven(address, port)) this.#receiveMedia(bytes, this.#receiver);
    } else if (looksLikeStun(bytes)) {
      this.#ice.receive(bytes, address, port);
    } else if (first >= 20 && first < 64) {
      if (this.#ice.isProven(address, port)) this.#handshake?.receive(bytes);
    }
  }

  #receiveMedia(bytes: Buffer, receiver: SrtpReceiver): void {
    const { listener } = this.#options;
    const type = bytes[1] ?? 0;
    // RFC 5761 §4.
    if (type >= 192 && type <= 223) {
      const packet = receiver.rtcp(bytes);
      if (packet !== null) listener.rtcp(packet);
      return;
    }
    const packet = receiver.rtp(bytes);
    if (packet !== null) listener.rtp(packet);
  }

  #beginHandshake(remote: SecureTransport): void {
    const { certificate, clock } = this.#options;
    this.#handshake?.close();
    const handshake = new DtlsHandshake({
      certificate,
      fingerprints: remote.fingerprints,
      send: (datagram) => {
        const to = this.#ice.selected;
        if (to !== null) this.#socket.send(datagram, to.port, to.address);
      },
      onOutcome: (outcome) => this.#handshakeEnded(outcome),
    });
    this.#handshake = handshake;
    if (this.#state !== "connected") this.#enter("connecting", "the party's description came");
    clock.after(HANDSHAKE_GIVE_UP_MS, () => {
      if (this.#handshake === handshake && this.#state === "connecting") this.#enter("failed", "no handshake came about");
    });
  }

  #handshakeEnded(outcome: DtlsOutcome): void {
    if (this.#state === "closed") return;
    if (outcome.kind === "failed") {
      this.#enter("failed", outcome.why);
      return;
    }
    this.#sender = new SrtpSender(outcome.profile, outcome.local);
    this.#receiver = new SrtpReceiver(outcome.profile, outcome.remote);
    this.#iceIs(this.#ice.state, "the handshake is done");
  }

  #iceIs(state: IceState, why: string): void {
    switch (state) {
      case "connected":
        if (this.#sender !== null) this.#enter("connected", why);
        return;
      case "disconnected":
      case "failed":
        if (this.#sender !== null || state === "failed") this.#enter(state, why);
        return;
      case "checking":
        if (this.#state === "failed") this.#enter("connecting", why);
        return;
      case "new":
      case "closed":
        return;
    }
  }

  #enter(state: TransportState, why: string): void {
    if (this.#state === state || this.#state === "closed") return;
    this.#state = state;
    this.#options.listener.state(state, why);
  }
}
