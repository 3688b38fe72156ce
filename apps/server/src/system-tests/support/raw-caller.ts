import { randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { encodeG711, tone } from "@jikimi/audio";
import type { Clock } from "@jikimi/kernel";
import { RawSip } from "./raw-sip.ts";

const host = "127.0.0.1";
const frameSamples = 160;
const frameMs = 20;

export type Line = { readonly clock: Clock; readonly sipPort: number; readonly number: string };

/** An INVITE to the number, as a carrier would send it. */
export function inviteOf(
  sip: RawSip,
  { sipPort, number }: Line,
  { user, mediaPort = 40_000 }: { user: string; mediaPort?: number },
): string {
  const body = [
    "v=0",
    `o=raw 1 1 IN IP4 ${host}`,
    "s=-",
    `c=IN IP4 ${host}`,
    "t=0 0",
    `m=audio ${mediaPort} RTP/AVP 0`,
    "",
  ].join("\r\n");
  return sip.request("INVITE", `sip:${number}@${host}:${sipPort}`, { user, callId: `call-of-${user}`, cseq: 1, body });
}

/**
 * A citizen whose every packet the test chooses: it says a tone when told to, and nothing else, and its line can be
 * abused by others.
 */
export class RawCaller implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #sip: RawSip;
  readonly #media: Socket;
  readonly #request: (method: string, cseq: number) => string;
  /** Where Jikimi listens for this call's sound. */
  readonly serverMediaPort: number;
  readonly ssrc = randomBytes(4).readUInt32BE();
  #sequence = 1000;
  #timestamp = 50_000;
  #over = false;

  private constructor(parts: {
    clock: Clock;
    sip: RawSip;
    media: Socket;
    serverMediaPort: number;
    request: (method: string, cseq: number) => string;
  }) {
    this.#clock = parts.clock;
    this.#sip = parts.sip;
    this.#media = parts.media;
    this.serverMediaPort = parts.serverMediaPort;
    this.#request = parts.request;
  }

  /** Rings and is answered; throws when anything but 200 comes. */
  static async ring(line: Line, user: string): Promise<RawCaller> {
    const sip = await RawSip.open(line.sipPort, line.clock);
    const media = await openSocket();
    const answer = await sip.ask(inviteOf(sip, line, { user, mediaPort: media.address().port }));
    if (answer.status !== 200) throw new Error(`not answered:\n${answer.text}`);
    const find = (pattern: RegExp) => pattern.exec(answer.text)?.[1] ?? "";
    const toTag = find(/^To:.*;tag=([^;\s]+)/im);
    const contact = find(/^Contact:\s*<([^>]+)>/im);
    const to = `sip:${line.number}@${host}:${line.sipPort}`;
    const request = (method: string, cseq: number) =>
      sip
        .request(method, contact, { user, callId: `call-of-${user}`, cseq, to })
        .replace(/^(To: <[^>]+>)/m, `$1;tag=${toTag}`);
    await sip.send(request("ACK", 1));
    const serverMediaPort = Number(find(/^m=audio (\d+) /m));
    return new RawCaller({ clock: line.clock, sip, media, serverMediaPort, request });
  }

  /** Says a tone, a packet every 20 ms; `beside` is called after each, to send what an attacker would. */
  async say(
    { frequencyHz, durationMs }: { frequencyHz: number; durationMs: number },
    beside: () => void = () => {},
  ): Promise<void> {
    const payload = encodeG711("pcmu", tone({ frequencyHz, durationMs }));
    const startMs = this.#clock.monotonicMs();
    for (let at = 0; at + frameSamples <= payload.length && !this.#over; at += frameSamples) {
      const dueMs = startMs + (at / frameSamples) * frameMs;
      const earlyMs = dueMs - this.#clock.monotonicMs();
      if (earlyMs > 0) await this.#clock.sleep(earlyMs);
      this.#sequence = (this.#sequence + 1) & 0xffff;
      this.#timestamp += frameSamples;
      const header = { sequence: this.#sequence, timestamp: this.#timestamp, ssrc: this.ssrc };
      this.sendMedia(rtp(header, payload.subarray(at, at + frameSamples)));
      beside();
    }
  }

  /** What the caller's packets are at now: what somebody who could read them would go on from. */
  get next() {
    return { sequence: (this.#sequence + 1) & 0xffff, timestamp: this.#timestamp + frameSamples, ssrc: this.ssrc };
  }

  /** Any bytes from the caller's own media address. */
  sendMedia(bytes: Uint8Array): void {
    if (!this.#over) this.#media.send(bytes, this.serverMediaPort, host);
  }

  async hangUp(): Promise<void> {
    const { status } = await this.#sip.ask(this.#request("BYE", 2));
    if (status !== 200) throw new Error(`BYE was answered with ${status}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    await this.#sip[Symbol.asyncDispose]();
    await new Promise<void>((resolve) => this.#media.close(() => resolve()));
  }
}

/** One packet of PCMU, written by hand. */
export function rtp(
  { sequence, timestamp, ssrc }: { sequence: number; timestamp: number; ssrc: number },
  payload: Uint8Array,
): Uint8Array {
  const header = Buffer.alloc(12);
  header.writeUInt8(0x80, 0);
  header.writeUInt16BE(sequence, 2);
  header.writeUInt32BE(timestamp >>> 0, 4);
  header.writeUInt32BE(ssrc >>> 0, 8);
  return Buffer.concat([header, payload]);
}

export function openSocket(port = 0): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket("udp4");
    socket.once("error", reject);
    socket.bind(port, host, () => resolve(socket));
  });
}
