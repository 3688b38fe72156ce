import { g711Silence } from "@jikimi/audio";
import type { Clock, LegId, Log, Random } from "@jikimi/kernel";
import { CarriedEndpoint, type EndpointListener, type PacketCarrier } from "@jikimi/rtp";
import type { LocalAudio, NegotiatedAudio, SecureTransport } from "@jikimi/sdp";
import type { IceRole, LegTransport, LegTransports } from "@jikimi/webrtc";
import { TelephoneOpus } from "./telephone-opus.ts";

export type BrowserLineOptions = {
  readonly legId: LegId;
  readonly transports: LegTransports;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

type Heard = { endpoint: CarriedEndpoint | null };

/** A browser at the end of a leg: its transport, the endpoint that speaks over it, and what a description says of both. */
export class BrowserLine {
  readonly #options: BrowserLineOptions;
  readonly #transport: LegTransport;
  readonly #heard: Heard;
  #remote: SecureTransport | null = null;

  private constructor(transport: LegTransport, heard: Heard, options: BrowserLineOptions) {
    this.#transport = transport;
    this.#heard = heard;
    this.#options = options;
  }

  /** Rejects with `WebrtcError` when no port can be had. */
  static async open(options: BrowserLineOptions): Promise<BrowserLine> {
    const heard: Heard = { endpoint: null };
    const transport = await options.transports.open({
      rtp: (packet) => heard.endpoint?.receiveRtp(packet),
      rtcp: (packet) => heard.endpoint?.receiveRtcp(packet),
      state: (state, why) => options.log.info({ legId: options.legId, state, why }, "a browser's line"),
    });
    return new BrowserLine(transport, heard, options);
  }

  /** Once; the transport is closed with it. */
  endpointFor(listener: EndpointListener): CarriedEndpoint {
    const { clock, random } = this.#options;
    const endpoint = new CarriedEndpoint({
      carrier: carrierOf(this.#transport),
      clock,
      random,
      listener,
      wide: () => new TelephoneOpus(),
      silence: g711Silence("pcmu"),
    });
    this.#heard.endpoint = endpoint;
    return endpoint;
  }

  localOf({ sender, cname }: CarriedEndpoint): LocalAudio {
    const [candidate] = this.#transport.local.candidates;
    const { address = "0.0.0.0", port = 9 } = candidate ?? {};
    const secure = {
      ssrc: sender.ssrc,
      cname,
      transport: (offered: SecureTransport | null) => this.#describe(offered),
    };
    return { address, rtpPort: port, rtcpPort: port, secure };
  }

  /** Takes what was agreed on; `role` by who offered it. */
  connect({ secure }: NegotiatedAudio, role: IceRole): void {
    if (secure === null) return;
    this.#remote = secure;
    this.#transport.connect(secure, role);
  }

  /** A party that offers other credentials than before restarts ICE, and hears other ones of ours (RFC 8839 §4.4.1.1.1). */
  #describe(offered: SecureTransport | null): SecureTransport {
    const before = this.#remote;
    if (
      offered !== null &&
      before !== null &&
      (offered.ufrag !== before.ufrag || offered.password !== before.password)
    ) {
      this.#transport.restart();
    }
    return this.#transport.local;
  }
}

function carrierOf(transport: LegTransport): PacketCarrier {
  return {
    get isOpen() {
      return transport.state === "connected" || transport.state === "disconnected";
    },
    sendRtp: (packet) => transport.sendRtp(packet),
    sendRtcp: (packet) => transport.sendRtcp(packet),
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}
