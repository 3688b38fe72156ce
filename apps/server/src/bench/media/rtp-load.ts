import type { Socket } from "node:dgram";
import { createServer, type Server } from "node:net";
import { encodeG711, tone } from "@jikimi/audio";
import { type Clock, holdProcess, SystemClock, SystemRandom } from "@jikimi/kernel";
import { openUdpPair, RTP_HEADER_BYTES, type UdpPair, writeRtpHeader } from "@jikimi/rtp";
import { TapDecoder } from "@jikimi/worker-messages";
import { answerRequests } from "../child.ts";
import { percentile } from "../result.ts";
import { type LoadCount, type LoadReport, LoadRequest } from "./rtp-load-messages.ts";

const host = "127.0.0.1";
const ports = { first: 50_000, last: 59_999 };
const frameSamples = 160;
const frameMs = 20;
/** The streams talk in turn, a group every 2 ms, as calls that began at different times do. */
const groups = 10;
const groupMs = frameMs / groups;
/** In the payload's first bytes: whether the packet counts, and when it left. */
const markBytes = 12;
const lastPacketsMs = 400;
/** Delays kept: every packet's would be a million numbers. */
const delayEvery = 7;

type Stream = {
  readonly pair: UdpPair;
  readonly packet: Buffer;
  readonly ssrc: number;
  target: number;
  sequence: number;
  timestamp: number;
};

/** Every telephone and every RTP tap of the bench, in one process that costs little and knows what it lost. */
class RtpLoad {
  readonly #clock: Clock;
  readonly #streams: Stream[] = [];
  readonly #sinks: UdpPair[] = [];
  readonly #payload = encodeG711("pcmu", tone({ frequencyHz: 440, durationMs: frameMs }));
  readonly #delays: number[] = [];
  #tapServer: Server | null = null;
  #talking = false;
  #measuring = false;
  #sent = 0;
  #received = 0;
  #sinkPackets = 0;
  #taps = 0;
  #tapSamples = 0;
  #worstLateMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async answer(request: LoadRequest): Promise<LoadReport> {
    switch (request.kind) {
      case "open":
        return this.#open(request);
      case "talk":
        this.#talk(request.targets);
        return { kind: "done" };
      case "measure":
        this.#measuring = true;
        return { kind: "done" };
      case "stop":
        return this.#stop();
    }
  }

  async #open({ streams, sinks }: { streams: number; sinks: number }): Promise<LoadReport> {
    const random = new SystemRandom();
    const open = () => openUdpPair({ bindAddress: host, ports, random });
    for (let i = 0; i < streams; i++) {
      const packet = Buffer.alloc(RTP_HEADER_BYTES + frameSamples);
      packet.set(this.#payload, RTP_HEADER_BYTES);
      const pair = await open();
      pair.rtp.on("message", (message) => this.#hear(message));
      const start = {
        sequence: random.integer(65_536),
        timestamp: random.integer(2 ** 32),
        ssrc: random.integer(2 ** 32),
      };
      this.#streams.push({ pair, packet, target: 0, ...start });
    }
    for (let i = 0; i < sinks; i++) {
      const pair = await open();
      pair.rtp.on("message", (message) => {
        if (isCounted(message)) this.#sinkPackets += 1;
      });
      this.#sinks.push(pair);
    }
    const tapPort = await this.#listenForTaps();
    const port = ({ rtpPort }: UdpPair) => rtpPort;
    const streamPorts = this.#streams.map(({ pair }) => port(pair));
    return { kind: "opened", streamPorts, sinkPorts: this.#sinks.map(port), tapPort };
  }

  #listenForTaps(): Promise<number> {
    const server = createServer((socket) => {
      const decoder = new TapDecoder();
      socket.on("error", () => {});
      socket.on("data", (bytes) => {
        for (const event of decoder.push(bytes)) {
          if (event.kind === "open") this.#taps += 1;
          else if (event.kind === "frame" && this.#measuring) this.#tapSamples += event.frame.pcm.length;
        }
      });
    });
    this.#tapServer = server;
    return new Promise((resolve) => {
      server.listen(0, host, () => {
        const address = server.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
  }

  #talk(targets: readonly number[]): void {
    for (const [i, stream] of this.#streams.entries()) stream.target = targets[i] ?? 0;
    this.#talking = true;
    const startMs = this.#clock.monotonicMs();
    const turn = (count: number) => {
      if (!this.#talking) return;
      const dueMs = startMs + count * groupMs;
      const lateMs = this.#clock.monotonicMs() - dueMs;
      if (this.#measuring) this.#worstLateMs = Math.max(this.#worstLateMs, lateMs);
      for (let i = count % groups; i < this.#streams.length; i += groups) this.#send(this.#streams[i] as Stream);
      const waitMs = dueMs + groupMs - this.#clock.monotonicMs();
      // Late: at once, but what has arrived is read first.
      if (waitMs <= 0) setImmediate(() => turn(count + 1));
      else this.#clock.after(waitMs, () => turn(count + 1));
    };
    turn(0);
  }

  #send(stream: Stream): void {
    // Its own bytes each time: the socket may still hold the last ones.
    const packet = Buffer.from(stream.packet);
    writeRtpHeader(packet, false, 0, stream.sequence, stream.timestamp, stream.ssrc);
    stream.sequence = (stream.sequence + 1) & 0xffff;
    stream.timestamp = (stream.timestamp + frameSamples) >>> 0;
    packet.writeUInt32BE(this.#measuring ? 1 : 0, RTP_HEADER_BYTES);
    packet.writeDoubleBE(this.#clock.monotonicMs(), RTP_HEADER_BYTES + 4);
    if (this.#measuring) this.#sent += 1;
    stream.pair.rtp.send(packet, stream.target, host);
  }

  #hear(message: Buffer): void {
    if (!isCounted(message)) return;
    this.#received += 1;
    if (this.#received % delayEvery === 0) {
      this.#delays.push(this.#clock.monotonicMs() - message.readDoubleBE(RTP_HEADER_BYTES + 4));
    }
  }

  async #stop(): Promise<LoadCount> {
    this.#talking = false;
    await this.#clock.sleep(lastPacketsMs);
    const counted: LoadCount = {
      kind: "counted",
      sent: this.#sent,
      received: this.#received,
      sinkPackets: this.#sinkPackets,
      taps: this.#taps,
      tapSamples: this.#tapSamples,
      worstLateMs: this.#worstLateMs,
      throughMs: { p50: percentile(this.#delays, 0.5) || 0, p99: percentile(this.#delays, 0.99) || 0 },
    };
    const sockets = [...this.#streams.map(({ pair }) => pair), ...this.#sinks].flatMap(({ rtp, rtcp }) => [rtp, rtcp]);
    await Promise.all(sockets.map(close));
    this.#tapServer?.close();
    return counted;
  }
}

function isCounted(message: Buffer): boolean {
  return message.length >= RTP_HEADER_BYTES + markBytes && message.readUInt32BE(RTP_HEADER_BYTES) === 1;
}

function close(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()));
}

holdProcess();
const load = new RtpLoad(new SystemClock());
answerRequests(LoadRequest, (request) => load.answer(request));
