import { SeededRandom } from "@jikimi/kernel";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseSdp } from "./description.ts";
import { type Direction, readDirection } from "./direction.ts";
import { OfferAnswer, type SdpMemory } from "./offer-answer.ts";

const OUR_ADDRESS = "198.51.100.7";

function ours(memory?: SdpMemory) {
  return new OfferAnswer({
    local: { address: OUR_ADDRESS, rtpPort: 30_000, rtcpPort: 30_001 },
    random: new SeededRandom(5),
    memory,
  });
}

function phone(address = "192.0.2.10") {
  return new OfferAnswer({ local: { address, rtpPort: 4000, rtcpPort: 4001 }, random: new SeededRandom(9) });
}

function offer({
  address = "192.0.2.10",
  formats = "0 8 101",
  lines = ["a=rtpmap:101 telephone-event/8000"],
}: {
  address?: string;
  formats?: string;
  lines?: string[];
} = {}): string {
  return [
    "v=0",
    "o=- 1 1 IN IP4 192.0.2.10",
    "s=-",
    `c=IN IP4 ${address}`,
    "t=0 0",
    `m=audio 4000 RTP/AVP ${formats}`,
    ...lines,
    "",
  ].join("\r\n");
}

function answered(offerSdp: string, side = ours(), wish = {}) {
  const answer = side.answer(offerSdp, wish);
  if (answer.kind === "unacceptable") throw new Error(answer.why);
  return answer;
}

test("an offer is answered with what both speak, in the offerer's order and numbers", () => {
  const { sdp, audio } = answered(
    offer({ formats: "9 8 96 0 97", lines: ["a=rtpmap:96 telephone-event/8000", "a=rtpmap:97 opus/48000/2"] }),
  );
  expect(sdp).toContain("m=audio 30000 RTP/AVP 8 0 96\r\n");
  expect(sdp).toContain("a=rtpmap:96 telephone-event/8000\r\na=fmtp:96 0-15\r\n");
  expect(sdp).toContain(`c=IN IP4 ${OUR_ADDRESS}\r\n`);
  expect(audio).toMatchObject({ codec: "pcma", payloadType: 8, digitsPayloadType: 96, direction: "sendrecv" });
  expect(audio.remote).toEqual({ address: "192.0.2.10", rtpPort: 4000, rtcpAddress: "192.0.2.10", rtcpPort: 4001 });
  expect([...audio.receive]).toEqual([
    [8, "pcma"],
    [0, "pcmu"],
    [96, "digits"],
  ]);
});

test("the codec that saves transcoding is preferred when it is offered", () => {
  expect(answered(offer(), ours(), { prefer: "pcma" }).audio.codec).toBe("pcma");
  expect(answered(offer({ formats: "0" }), ours(), { prefer: "pcma" }).audio.codec).toBe("pcmu");
});

test("an rtpmap decides over the static number", () => {
  const { audio } = answered(offer({ formats: "100 0", lines: ["a=rtpmap:100 PCMA/8000", "a=rtpmap:0 PCMU/8000"] }));
  expect(audio).toMatchObject({ codec: "pcma", payloadType: 100 });
});

test.for([
  [offer({ formats: "9 18" }), "neither PCMU nor PCMA is offered"],
  [offer({ formats: "0", lines: ["a=rtpmap:0 G722/16000"] }), "neither PCMU nor PCMA is offered"],
  [offer().replace("RTP/AVP", "RTP/SAVP"), "no audio over RTP/AVP is offered"],
  [offer().replace("m=audio 4000", "m=audio 0"), "no audio over RTP/AVP is offered"],
  [offer({ address: "233.252.0.1" }), "the party's address is not a usable IPv4 address"],
  [offer({ address: "255.255.255.255" }), "the party's address is not a usable IPv4 address"],
  [offer({ address: "phone.example" }), "the party's address is not a usable IPv4 address"],
  ["garbage", "the offer cannot be read: it does not begin with v=0"],
] as const)("an offer that cannot be met is refused: %#", ([offerSdp, why]) => {
  expect(ours().answer(offerSdp)).toEqual({ kind: "unacceptable", why });
});

test("every other stream is refused with port 0, in its place, and stays refused in a later offer", () => {
  const side = ours();
  const video = "m=video 5000 RTP/AVP 31\r\na=rtpmap:31 H261/90000\r\n";
  const offerSdp = `${offer().replace("m=audio", `${video}m=audio`)}m=audio 6000 RTP/AVP 0\r\n`;
  expect(answered(offerSdp, side).sdp.match(/^m=.*$/gm)).toEqual([
    "m=video 0 RTP/AVP 31",
    "m=audio 30000 RTP/AVP 0 8 101",
    "m=audio 0 RTP/AVP 0",
  ]);
  expect(side.offer().match(/^m=\w+ \d+/gm)).toEqual(["m=video 0", "m=audio 30000", "m=audio 0"]);
});

test.for<[Direction, boolean, Direction]>([
  ["sendrecv", false, "sendrecv"],
  ["sendonly", false, "recvonly"],
  ["recvonly", false, "sendonly"],
  ["inactive", false, "inactive"],
  ["sendrecv", true, "sendonly"],
  ["sendonly", true, "inactive"],
  ["recvonly", true, "sendonly"],
])("offered %s, we holding: %s, is answered %s", ([offered, hold, expected]) => {
  const { sdp, audio } = answered(offer({ lines: [`a=${offered}`] }), ours(), { hold });
  expect(audio.direction).toBe(expected);
  expect(readDirection(sdp)).toBe(expected);
});

test("hold in the old way is understood, and where to send stays unknown until it ends", () => {
  const held = offer({ address: "0.0.0.0" });
  expect(readDirection(held)).toBe("sendonly");
  const { audio } = answered(held);
  expect(audio).toMatchObject({ direction: "recvonly", remote: null });
});

test("a direction of the session holds for its media unless the media has its own", () => {
  expect(readDirection(offer().replace("t=0 0", "t=0 0\r\na=inactive"))).toBe("inactive");
  expect(readDirection(offer({ lines: ["a=sendrecv"] }).replace("t=0 0", "t=0 0\r\na=inactive"))).toBe("sendrecv");
  expect(readDirection("not sdp")).toBeNull();
});

test("RTCP goes where rtcp says, and over the RTP port when both want that", () => {
  expect(answered(offer({ lines: ["a=rtcp:53020 IN IP4 192.0.2.99"] })).audio.remote).toMatchObject({
    rtcpAddress: "192.0.2.99",
    rtcpPort: 53_020,
  });
  expect(answered(offer({ lines: ["a=rtcp:53020"] })).audio.remote).toMatchObject({
    rtcpAddress: "192.0.2.10",
    rtcpPort: 53_020,
  });
  expect(answered(offer({ lines: ["a=rtcp:5 IN IP4 224.0.0.1"] })).audio.remote?.rtcpAddress).toBe("192.0.2.10");
  const muxed = answered(offer({ lines: ["a=rtcp-mux"] }));
  expect(muxed.audio.rtcpMux).toBe(true);
  expect(muxed.sdp).toContain("a=rtcp-mux\r\n");
  expect(answered(offer()).sdp).not.toContain("rtcp");
});

test("our offer and a phone's answer agree", () => {
  const [side, party] = [ours(), phone()];
  const answer = party.answer(side.offer({ prefer: "pcma" }));
  if (answer.kind === "unacceptable") throw new Error(answer.why);
  const accepted = side.acceptAnswer(answer.sdp);
  expect(accepted).toMatchObject({
    kind: "ok",
    audio: { codec: "pcma", payloadType: 8, digitsPayloadType: 101, direction: "sendrecv" },
  });
  expect(answer.audio.remote).toMatchObject({ address: OUR_ADDRESS, rtpPort: 30_000 });
});

test("an answer with a number of its own for digits is followed, and both numbers are understood", () => {
  const side = ours();
  side.offer();
  const accepted = side.acceptAnswer(offer({ formats: "0 96", lines: ["a=rtpmap:96 telephone-event/8000"] }));
  if (accepted.kind === "unacceptable") throw new Error(accepted.why);
  expect(accepted.audio.digitsPayloadType).toBe(96);
  expect(accepted.audio.receive.get(96)).toBe("digits");
  expect(accepted.audio.receive.get(101)).toBe("digits");
});

test.for([
  [offer().replace("m=audio 4000", "m=audio 0"), "the party refused the audio"],
  ["v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n", "the party refused the audio"],
  [offer({ formats: "9" }), "the party answered with no codec that was offered"],
  ["", "the answer cannot be read: it does not begin with v=0"],
])("an answer that cannot be used is told: %#", ([answerSdp = "", why]) => {
  const side = ours();
  side.offer();
  expect(side.acceptAnswer(answerSdp)).toEqual({ kind: "unacceptable", why });
});

test("an answer to nothing is told; early media and the final answer both count", () => {
  const side = ours();
  expect(side.acceptAnswer(offer())).toMatchObject({ kind: "unacceptable" });
  side.offer();
  expect(side.acceptAnswer(offer())).toMatchObject({ kind: "ok" });
  expect(side.acceptAnswer(offer({ address: "192.0.2.11" }))).toMatchObject({
    kind: "ok",
    audio: { remote: { address: "192.0.2.11" } },
  });
});

test("the session id stays and the version counts only changes, also where the leg moved to another machine", () => {
  const side = ours();
  const origin = (sdp: string) => {
    const parsed = parseSdp(sdp);
    if (parsed.kind === "malformed") throw new Error(parsed.why);
    return parsed.description.origin;
  };
  const first = origin(answered(offer(), side).sdp);
  expect(origin(answered(offer(), side).sdp)).toEqual(first);
  const held = origin(answered(offer({ lines: ["a=sendonly"] }), side).sdp);
  expect(held).toEqual({ ...first, version: String(Number(first.version) + 1) });
  const moved = new OfferAnswer({
    local: { address: OUR_ADDRESS, rtpPort: 31_000, rtcpPort: 31_001 },
    random: new SeededRandom(77),
    memory: JSON.parse(JSON.stringify(side.memory)),
  });
  expect(origin(moved.offer())).toEqual({ ...first, version: String(Number(first.version) + 2) });
});

test("no address but the advertised one leaves, whatever the party wrote", () => {
  const line = fc.constantFrom(
    "a=rtcp:9 IN IP4 10.0.0.5",
    "a=candidate:1 1 UDP 1 10.0.0.5 5 typ host",
    "c=IN IP4 10.0.0.5",
    "a=sendonly",
    "a=rtcp-mux",
    "m=video 7 RTP/AVP 31",
    "c=IN IP4 10.0.0.6",
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      const side = ours();
      const answer = side.answer(offer({ address: "10.0.0.4", lines }));
      const texts = [side.offer(), ...(answer.kind === "ok" ? [answer.sdp] : [])];
      for (const text of texts) {
        expect(text.match(/\d+\.\d+\.\d+\.\d+/g)?.every((address) => address === OUR_ADDRESS)).toBe(true);
      }
    }),
  );
});

test("whatever comes as offer or answer, nothing throws and a good answer can be read back", () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 0, max: 200 }), (noise, at) => {
      const text = offer();
      const damaged = text.slice(0, at) + noise + text.slice(at);
      const side = ours();
      const answer = side.answer(damaged);
      if (answer.kind === "ok") expect(parseSdp(answer.sdp).kind).toBe("ok");
      side.offer();
      expect(["ok", "unacceptable"]).toContain(side.acceptAnswer(damaged).kind);
    }),
  );
});
