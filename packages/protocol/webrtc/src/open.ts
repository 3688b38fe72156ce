import type { Clock, Random } from "@jikimi/kernel";
import { openUdpSocket, type PortRange, RtpError } from "@jikimi/rtp";
import type { LegTransport, TransportListener } from "./api.ts";
import { createCertificate, type LegCertificate } from "./dtls/certificate.ts";
import { WebrtcError } from "./errors.ts";
import { SocketTransport } from "./transport.ts";

export type LegTransportsOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly bindAddress: string;
  /** The only address that the parties are told. */
  readonly advertisedAddress: string;
  readonly ports: PortRange;
};

/** Opens the transports of one process, which share a certificate made at the first. */
export class LegTransports {
  readonly #options: LegTransportsOptions;
  #certificate: Promise<LegCertificate> | null = null;

  constructor(options: LegTransportsOptions) {
    this.#options = options;
  }

  /** Rejects with `WebrtcError` when no port can be had. */
  async open(listener: TransportListener): Promise<LegTransport> {
    const { clock, random, bindAddress, advertisedAddress, ports } = this.#options;
    this.#certificate ??= createCertificate();
    const certificate = await this.#certificate;
    try {
      const socket = await openUdpSocket({ bindAddress, ports, random });
      return new SocketTransport(socket, { clock, random, certificate, advertisedAddress, listener });
    } catch (cause) {
      if (!(cause instanceof RtpError)) throw cause;
      const code = cause.code === "no-free-ports" ? "no-free-ports" : "address-unusable";
      throw new WebrtcError(code, cause.message, { cause });
    }
  }
}
