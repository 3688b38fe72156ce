import { createSocket, type Socket } from "node:dgram";
import type { Clock, Random } from "@jikimi/kernel";
import { type Bencoded, decodeBencode, encodeBencode } from "./bencode.ts";

const host = "127.0.0.1";
const resendMs = 500;
const tries = 8;

export type NgReply = { readonly [key: string]: Bencoded };

/** rtpengine's `ng` protocol: one datagram `COOKIE BENCODE` there and one back (rtpengine's docs/ng_control_protocol.md). */
export class NgClient implements Disposable {
  readonly #socket: Socket = createSocket("udp4");
  readonly #port: number;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #waiting = new Map<string, (reply: NgReply) => void>();

  constructor({ port, clock, random }: { port: number; clock: Clock; random: Random }) {
    this.#port = port;
    this.#clock = clock;
    this.#random = random;
    this.#socket.on("message", (message) => this.#hear(message));
    this.#socket.on("error", () => {});
  }

  /** The same cookie each time it is sent again, so that rtpengine does it once. Rejects when refused or unanswered. */
  async request(command: string, fields: { readonly [key: string]: Bencoded } = {}): Promise<NgReply> {
    const cookie = this.#random.hex(8);
    const datagram = Buffer.from(`${cookie} ${encodeBencode({ command, ...fields })}`);
    try {
      for (let attempt = 0; attempt < tries; attempt++) {
        const reply = await this.#once(cookie, datagram);
        if (reply === null) continue;
        if (reply.result === "error") throw new Error(`rtpengine refused ${command}: ${textOf(reply, "error-reason")}`);
        return reply;
      }
    } finally {
      this.#waiting.delete(cookie);
    }
    throw new Error(`rtpengine does not answer ${command}`);
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }

  #once(cookie: string, datagram: Buffer): Promise<NgReply | null> {
    return new Promise((resolve) => {
      const patience = this.#clock.after(resendMs, () => resolve(null));
      this.#waiting.set(cookie, (reply) => {
        patience.cancel();
        resolve(reply);
      });
      this.#socket.send(datagram, this.#port, host);
    });
  }

  #hear(message: Buffer): void {
    const space = message.indexOf(" ");
    const reply = decodeBencode(message.subarray(space + 1));
    if (reply === null || typeof reply !== "object" || Array.isArray(reply)) return;
    this.#waiting.get(message.toString("latin1", 0, space))?.(reply as NgReply);
  }
}

/** A field that must be text; rejects a reply without it. */
export function textOf(reply: NgReply, field: string): string {
  const value = reply[field];
  if (typeof value !== "string") throw new Error(`rtpengine answered without ${field}`);
  return value;
}
