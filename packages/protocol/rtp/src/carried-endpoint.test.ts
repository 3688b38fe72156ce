import { ManualClock, SeededRandom } from "@jikimi/kernel";
import fc from "fast-check";
import { expect, test } from "vitest";
import { CarriedEndpoint } from "./carried-endpoint.ts";
import { RtpReader, serializeRtp } from "./packet.ts";
import { parseRtcp } from "./rtcp.ts";
import type { PartyAudio } from "./rtp-endpoint.ts";
import type { WideCodec } from "./wide-band.ts";

const OPUS = 111;
const WIDE_DIGITS = 110;

/** Writes the sound's own bytes behind a mark, so that a test sees them pass. */
class MarkingCodec implements WideCodec {
  readonly law = "pcmu";

  toTelephone(payload: Uint8Array): Uint8Array | null {
    return payload[0] === 0x6f ? payload.subarray(1) : null;
  }

  fromTelephone(frame: Uint8Array): Uint8Array {
    return Uint8Array.of(0x6f, ...frame);
  }
}

const agreed: PartyAudio = {
  codec: "opus",
  payloadType: OPUS,
  receive: new Map([
    [OPUS, "opus"],
    [0, "pcmu"],
    [8, "pcma"],
    [WIDE_DIGITS, "wide-digits"],
    [126, "digits"],
  ]),
  digitsPayloadType: WIDE_DIGITS,
  digitsClockHz: 48_000,
  direction: "sendrecv",
  remote: null,
  rtcpMux: true,
};

type Packet = {
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly marker: boolean;
  readonly payload: Uint8Array;
};

function stage(audio: PartyAudio | null = agreed) {
  const clock = new ManualClock();
  const carrier = {
    isOpen: true,
    closed: 0,
    rtp: [] as Packet[],
    rtcp: [] as Uint8Array[],
    sendRtp(bytes: Uint8Array) {
      carrier.rtp.push(read(bytes));
    },
    sendRtcp(bytes: Uint8Array) {
      carrier.rtcp.push(Uint8Array.from(bytes));
    },
    async [Symbol.asyncDispose]() {
      carrier.closed += 1;
    },
  };
  const heard: (Packet & { codec: string; ssrc: number })[] = [];
  const digits: { digit: string; durationMs: number }[] = [];
  let locked = 0;
  const endpoint = new CarriedEndpoint({
    carrier,
    clock,
    random: new SeededRandom(2),
    wide: () => new MarkingCodec(),
    silence: 0xff,
    listener: {
      audio: (packet, codec) => heard.push({ ...read(packet.bytes), codec, ssrc: packet.ssrc }),
      digit: (digit) => digits.push(digit),
      locked: () => {
        locked += 1;
      },
    },
  });
  if (audio !== null) endpoint.configure(audio);
  return { clock, carrier, endpoint, heard, digits, lockedTimes: () => locked };
}

function read(bytes: Uint8Array): Packet {
  const reader = new RtpReader();
  if (!reader.read(Uint8Array.from(bytes))) throw new Error("no RTP");
  const { payloadType, sequence, timestamp, marker } = reader;
  return { payloadType, sequence, timestamp, marker, payload: reader.payload() };
}

function wide(sequence: number, timestamp: number, { ssrc = 5, payloadType = OPUS, samples = 160, fill = 7 } = {}) {
  const payload = Uint8Array.of(0x6f, ...new Uint8Array(samples).fill(fill));
  return serializeRtp({ marker: false, payloadType, sequence, timestamp, ssrc }, payload);
}

/** A telephone's packet, as a leg hears it from the other one. */
function telephone(sequence: number, timestamp: number, samples: number, fill = sequence): RtpReader {
  const reader = new RtpReader();
  const header = { marker: false, payloadType: 0, sequence: sequence & 0xffff, timestamp: timestamp >>> 0, ssrc: 77 };
  reader.read(serializeRtp(header, new Uint8Array(samples).fill(fill & 0xff)));
  return reader;
}

test("what a browser says is G.711 inside, its timestamps in 8 kHz, also where they wrap", () => {
  const { endpoint, heard, lockedTimes } = stage();
  const start = 2 ** 32 - 960 * 2;
  for (let i = 0; i < 5; i++) endpoint.receiveRtp(wide(65_534 + i, (start + i * 960) >>> 0));
  expect(heard.map(({ codec, payload }) => [codec, payload.length])).toEqual(Array(5).fill(["pcmu", 160]));
  expect(heard.map(({ sequence }) => sequence)).toEqual([65_534, 65_535, 0, 1, 2]);
  const first = heard[0]?.timestamp ?? 0;
  expect(heard.map(({ timestamp }) => timestamp - first)).toEqual([0, 160, 320, 480, 640]);
  expect(lockedTimes()).toBe(1);
});

test("a hole keeps its length, a late or repeated packet is counted and left out", () => {
  const { endpoint, heard } = stage();
  for (const i of [0, 1, 5, 3, 5, 6]) endpoint.receiveRtp(wide(100 + i, i * 960));
  expect(heard.map(({ sequence }) => sequence - 100)).toEqual([0, 1, 5, 6]);
  expect(heard.map(({ timestamp }) => timestamp)).toEqual([0, 160, 800, 960]);
  expect(endpoint.stats()).toMatchObject({ packetsReceived: 6, packetsRejected: 2, packetsLost: 1 });
});

test("a new source of the browser's begins anew, and G.711 in between is heard as it is", () => {
  const { endpoint, heard } = stage();
  endpoint.receiveRtp(wide(9, 48_000));
  endpoint.receiveRtp(wide(5, 96_000, { ssrc: 6 }));
  endpoint.receiveRtp(serializeRtp({ marker: false, payloadType: 8, sequence: 6, timestamp: 3, ssrc: 6 }, new Uint8Array(80)));
  expect(heard.map(({ codec, ssrc, payload }) => [codec, ssrc, payload.length])).toEqual([
    ["pcmu", 5, 160],
    ["pcmu", 6, 160],
    ["pcma", 6, 80],
  ]);
});

test("sounds and talk leave as one source: sequence without a gap, timestamps in 48 kHz", async () => {
  const { endpoint, carrier, clock } = stage();
  for (let i = 0; i < 3; i++) {
    endpoint.sendFrame(new Uint8Array(160).fill(1), clock.monotonicMs());
    await clock.advance(20);
  }
  for (let i = 0; i < 3; i++) {
    endpoint.relay(telephone(500 + i, 16_000 + i * 160, 160), clock.monotonicMs());
    await clock.advance(20);
  }
  endpoint.sendFrame(new Uint8Array(160).fill(2), clock.monotonicMs());
  const [first] = carrier.rtp;
  expect(carrier.rtp.map(({ sequence }) => sequence - (first?.sequence ?? 0))).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(carrier.rtp.map(({ timestamp }) => (timestamp - (first?.timestamp ?? 0)) >>> 0)).toEqual(
    [0, 1, 2, 3, 4, 5, 6].map((i) => i * 960),
  );
  expect(carrier.rtp.every(({ payloadType, payload }) => payloadType === OPUS && payload[0] === 0x6f)).toBe(true);
  expect(endpoint.stats().packetsSent).toBe(7);
});

test("a lost packet of the other party is a hole for the browser too", async () => {
  const { endpoint, carrier, clock } = stage();
  for (const i of [0, 1, 4, 5]) {
    endpoint.relay(telephone(10 + i, i * 160, 160), clock.monotonicMs());
    await clock.advance(20);
  }
  const [first] = carrier.rtp;
  expect(carrier.rtp.map(({ timestamp }) => ((timestamp - (first?.timestamp ?? 0)) >>> 0) / 960)).toEqual([0, 1, 4, 5]);
  expect(carrier.rtp.map(({ sequence }) => sequence - (first?.sequence ?? 0))).toEqual([0, 1, 4, 5]);
});

test.for([{ samples: 80 }, { samples: 240 }, { samples: 320 }, { samples: 480 }])(
  "packets of $samples samples become frames of 20 ms, whole and in their place",
  async ({ samples }) => {
    const { endpoint, carrier, clock } = stage();
    const total = 4800;
    for (let i = 0; i * samples < total; i++) {
      const payload = Uint8Array.from({ length: samples }, (_, k) => Math.floor((i * samples + k) / 160));
      endpoint.relay(telephone(i, 1000 + i * samples, samples), clock.monotonicMs(), payload);
      await clock.advance(samples / 8);
    }
    expect(carrier.rtp).toHaveLength(30);
    const [first] = carrier.rtp;
    for (const [i, { payload, timestamp, sequence }] of carrier.rtp.entries()) {
      expect(payload).toEqual(Uint8Array.of(0x6f, ...new Uint8Array(160).fill(i)));
      expect((timestamp - (first?.timestamp ?? 0)) >>> 0).toBe(i * 960);
      expect(sequence - (first?.sequence ?? 0)).toBe(i);
    }
  },
);

test("cut frames keep a hole, with silence up to the frame's edge", async () => {
  const { endpoint, carrier, clock } = stage();
  for (const i of [0, 1, 3, 4]) {
    endpoint.relay(telephone(i, i * 240, 240, 9), clock.monotonicMs());
    await clock.advance(30);
  }
  const [first] = carrier.rtp;
  expect(carrier.rtp.map(({ timestamp }) => ((timestamp - (first?.timestamp ?? 0)) >>> 0) / 960)).toEqual([0, 1, 2, 4, 5, 6]);
  const edge = carrier.rtp[3]?.payload.subarray(1) ?? new Uint8Array(0);
  expect([...edge.subarray(0, 80)]).toEqual(Array(80).fill(0xff));
  expect([...edge.subarray(80)]).toEqual(Array(80).fill(9));
});

test("digits are heard at either clock, with their length, and sent in Opus's", async () => {
  const { endpoint, carrier, digits, clock } = stage();
  const event = (payloadType: number, sequence: number, timestamp: number, ticks: number, end: boolean) =>
    endpoint.receiveRtp(
      serializeRtp(
        { marker: false, payloadType, sequence, timestamp, ssrc: 5 },
        Uint8Array.of(payloadType === WIDE_DIGITS ? 1 : 11, (end ? 0x80 : 0) | 10, ticks >> 8, ticks),
      ),
    );
  event(WIDE_DIGITS, 1, 48_000, 960, false);
  event(WIDE_DIGITS, 2, 48_000, 4800, true);
  event(WIDE_DIGITS, 3, 48_000, 4800, true);
  event(126, 4, 90_000, 1600, true);
  expect(digits).toEqual([
    { digit: "1", durationMs: 100 },
    { digit: "#", durationMs: 200 },
  ]);

  expect(endpoint.queueDigits("5")).toBe(true);
  for (let i = 0; endpoint.digitsBusy && i < 20; i++) {
    endpoint.stepDigits(clock.monotonicMs());
    await clock.advance(20);
  }
  const sent = carrier.rtp.filter(({ payloadType }) => payloadType === WIDE_DIGITS);
  const lengths = sent.map(({ payload }) => ((payload[2] ?? 0) << 8) | (payload[3] ?? 0));
  expect(lengths).toEqual([960, 1920, 2880, 3840, 4800, 4800, 4800]);
  expect(new Set(sent.map(({ timestamp }) => timestamp)).size).toBe(1);
});

test("a digit's end that got lost is told all the same", async () => {
  const { endpoint, digits, clock } = stage();
  const payload = Uint8Array.of(3, 10, 960 >> 8, 960 & 255);
  endpoint.receiveRtp(serializeRtp({ marker: true, payloadType: WIDE_DIGITS, sequence: 1, timestamp: 0, ssrc: 5 }, payload));
  await clock.advance(500);
  expect(digits).toEqual([{ digit: "3", durationMs: 20 }]);
});

test("nothing leaves while there is no way, nor on hold; what was not to be heard is no loss", async () => {
  const { endpoint, carrier, clock } = stage();
  carrier.isOpen = false;
  expect(endpoint.canSend).toBe(false);
  endpoint.sendFrame(new Uint8Array(160), 0);
  carrier.isOpen = true;
  let i = 0;
  const talk = async (packets: number) => {
    for (const end = i + packets; i < end; i++) {
      endpoint.relay(telephone(i, i * 160, 160), clock.monotonicMs());
      await clock.advance(20);
    }
  };
  await talk(3);
  endpoint.configure({ ...agreed, direction: "recvonly" });
  await talk(10);
  endpoint.configure(agreed);
  await talk(2);
  const [first] = carrier.rtp;
  expect(carrier.rtp.map(({ sequence }) => sequence - (first?.sequence ?? 0))).toEqual([0, 1, 2, 3, 4]);
  expect(carrier.rtp.map(({ timestamp }) => ((timestamp - (first?.timestamp ?? 0)) >>> 0) / 960)).toEqual([0, 1, 2, 13, 14]);
});

test("on hold towards us the browser is counted and not heard", () => {
  const { endpoint, heard } = stage({ ...agreed, direction: "sendonly" });
  endpoint.receiveRtp(wide(1, 0));
  expect(heard).toEqual([]);
  expect(endpoint.stats().packetsReceived).toBe(1);
});

test("RTCP goes out in the wire's clock, and goodbye at the end; the carrier goes with the endpoint", async () => {
  const { endpoint, carrier, clock } = stage();
  endpoint.receiveRtp(wide(1, 0));
  endpoint.sendFrame(new Uint8Array(160), clock.monotonicMs());
  await clock.advance(8000);
  const [report] = carrier.rtcp.flatMap((bytes) => parseRtcp(bytes) ?? []);
  if (report?.kind !== "sender-report") throw new Error("no sender report");
  const elapsed = (report.info.rtpTimestamp - (carrier.rtp[0]?.timestamp ?? 0)) >>> 0;
  expect(elapsed / 48).toBeGreaterThan(2400);
  expect(elapsed / 48).toBeLessThan(8000);
  await endpoint[Symbol.asyncDispose]();
  await endpoint[Symbol.asyncDispose]();
  expect(carrier.closed).toBe(1);
  expect(parseRtcp(carrier.rtcp.at(-1) ?? new Uint8Array(0))?.some(({ kind }) => kind === "goodbye")).toBe(true);
  expect(clock.pendingTimers).toBe(0);
});

test("whatever comes over the carrier, nothing throws", () => {
  const { endpoint } = stage();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.constantFrom(0x80, 0x90, 0xb1), fc.constantFrom(111, 110, 0, 126, 77), (noise, first, type) => {
      endpoint.receiveRtp(noise);
      endpoint.receiveRtcp(noise);
      endpoint.receiveRtp(Uint8Array.of(first, type, ...noise));
    }),
  );
  const { endpoint: unready } = stage(null);
  unready.receiveRtp(wide(1, 0));
  expect(unready.stats()).toMatchObject({ packetsReceived: 0, packetsRejected: 1 });
  expect(unready.canSend).toBe(false);
});
