import type { Clock, Random, Timer } from "@jikimi/kernel";
import type { ReceiverStatistics } from "./receiver-statistics.ts";
import { middleNtp, ntpTime, parseRtcp, type ReceptionReport, serializeRtcp } from "./rtcp.ts";
import type { RtpSender } from "./rtp-sender.ts";

const INTERVAL_MS = 5000;

/**
 * RTCP of one leg: a report every 5 s, give or take half of it (RFC 3550 §6.2), and goodbye at the end. It goes where it
 * was announced, or to the port the party's own RTCP comes from.
 */
export class RtcpSession {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #sender: RtpSender;
  readonly #statistics: ReceiverStatistics;
  readonly #send: (bytes: Buffer, port: number, address: string) => void;
  readonly #cname: string;
  /** Ticks of the wire's clock in one of 8 kHz. */
  readonly #clockRatio: () => number;
  #address = "";
  #port = 0;
  #timer: Timer | null = null;
  #reportedPackets = 0;
  #lastReport: { middleNtp: number; atMs: number } | null = null;
  #roundTripMs: number | null = null;

  constructor({
    clock,
    random,
    sender,
    statistics,
    send,
    cname = random.hex(12),
    clockRatio = () => 1,
  }: {
    clock: Clock;
    random: Random;
    sender: RtpSender;
    statistics: ReceiverStatistics;
    send: (bytes: Buffer, port: number, address: string) => void;
    cname?: string;
    clockRatio?: () => number;
  }) {
    this.#clock = clock;
    this.#random = random;
    this.#sender = sender;
    this.#statistics = statistics;
    this.#send = send;
    this.#cname = cname;
    this.#clockRatio = clockRatio;
  }

  get roundTripMs(): number | null {
    return this.#roundTripMs;
  }

  announce(address: string, port: number): void {
    this.#address = address;
    this.#port = port;
    if (this.#timer === null) this.#wait();
  }

  /** False when it is no RTCP. The sender of `bytes` has been checked to be the party's address. */
  receive(bytes: Uint8Array, fromPort: number): boolean {
    const packets = parseRtcp(bytes);
    if (packets === null) return false;
    this.#port = fromPort;
    for (const packet of packets) {
      if (packet.kind === "goodbye") continue;
      if (packet.kind === "sender-report" && packet.ssrc === this.#statistics.ssrc) {
        this.#lastReport = { middleNtp: middleNtp(packet.info), atMs: this.#clock.monotonicMs() };
      }
      for (const report of packet.reports) if (report.ssrc === this.#sender.ssrc) this.#measure(report);
    }
    return true;
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
    if (this.#port !== 0) this.#report(true);
  }

  #wait(): void {
    const delayMs = INTERVAL_MS * 0.5 + this.#random.integer(INTERVAL_MS);
    this.#timer = this.#clock.after(delayMs, () => {
      this.#report(false);
      this.#wait();
    });
  }

  #report(goodbye: boolean): void {
    const nowMs = this.#clock.monotonicMs();
    const { packets, octets } = this.#sender;
    const ratio = this.#clockRatio();
    const sent = packets > this.#reportedPackets;
    this.#reportedPackets = packets;
    const info = sent
      ? { ...ntpTime(this.#clock.nowMs()), rtpTimestamp: Math.imul(this.#sender.timestampAt(nowMs), ratio) >>> 0, packets, octets }
      : null;
    const { ssrc } = this.#statistics;
    const { jitterTicks, ...counts } = this.#statistics.report();
    const last = this.#lastReport;
    const reports: ReceptionReport[] =
      ssrc === null
        ? []
        : [
            {
              ssrc,
              ...counts,
              jitterTicks: jitterTicks * ratio,
              lastSenderReport: last?.middleNtp ?? 0,
              delaySinceLastSenderReport: last === null ? 0 : Math.round(((nowMs - last.atMs) * 65_536) / 1000),
            },
          ];
    const bytes = serializeRtcp({ ssrc: this.#sender.ssrc, cname: this.#cname, info, reports, goodbye });
    this.#send(bytes, this.#port, this.#address);
  }

  /** RFC 3550 §6.4.1: now, less when we sent the report, less how long the party kept it. */
  #measure(report: ReceptionReport): void {
    if (report.lastSenderReport === 0) return;
    const now = middleNtp(ntpTime(this.#clock.nowMs()));
    const units = (now - report.lastSenderReport - report.delaySinceLastSenderReport) | 0;
    if (units >= 0 && units < 65_536 * 10) this.#roundTripMs = (units * 1000) / 65_536;
  }
}
