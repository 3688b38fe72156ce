import { SeededRandom } from "@jikimi/kernel";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readDirection } from "./direction.ts";
import { OfferAnswer, offersSecureAudio, type SdpMemory } from "./offer-answer.ts";
import type { SecureTransport } from "./secure-transport.ts";

const OUR_ADDRESS = "198.51.100.7";
const FINGERPRINT = Array.from({ length: 32 }, (_, i) => (i * 7).toString(16).padStart(2, "0").toUpperCase()).join(":");

function transportOf(ufrag: string, port: number): SecureTransport {
  return {
    ufrag,
    password: `${ufrag}passwordpasswordpassword`,
    isLite: false,
    setup: "passive",
    fingerprints: [{ algorithm: "sha-256", value: FINGERPRINT }],
    candidates: [{ address: OUR_ADDRESS, port, priority: 2_130_706_431 }],
  };
}

function side({ memory, offered = [], ufrag = "ours" }: { memory?: SdpMemory; offered?: unknown[]; ufrag?: string } = {}) {
  const secure = {
    ssrc: 4242,
    cname: "cname",
    transport: (remote: SecureTransport | null) => {
      offered.push(remote);
      return transportOf(ufrag, 40_000);
    },
  };
  return new OfferAnswer({
    local: { address: OUR_ADDRESS, rtpPort: 40_000, rtcpPort: 40_000, secure },
    random: new SeededRandom(5),
    memory,
  });
}

/** What Chromium offers, cut down to what matters: Opus, G.711 and digits at both rates; a data channel beside it. */
function chromiumOffer({ lines = [], setup = "actpass", mux = true, ice = true }: Partial<Record<string, unknown>> = {}) {
  return [
    "v=0",
    "o=- 4611731400430051336 2 IN IP4 127.0.0.1",
    "s=-",
    "t=0 0",
    "a=group:BUNDLE audio 1",
    "a=extmap-allow-mixed",
    "a=msid-semantic: WMS 7a",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126",
    "c=IN IP4 0.0.0.0",
    "a=rtcp:9 IN IP4 0.0.0.0",
    ...(ice ? ["a=ice-ufrag:Qk7+", "a=ice-pwd:/ZcmGqyLbpLmTWJpLPhlMvWt"] : []),
    "a=ice-options:trickle",
    `a=fingerprint:sha-256 ${FINGERPRINT.toLowerCase()}`,
    `a=setup:${setup}`,
    "a=mid:audio",
    "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    "a=sendrecv",
    ...(mux ? ["a=rtcp-mux"] : []),
    "a=rtpmap:111 opus/48000/2",
    "a=rtcp-fb:111 transport-cc",
    "a=fmtp:111 minptime=10;useinbandfec=1",
    "a=rtpmap:63 red/48000/2",
    "a=fmtp:63 111/111",
    "a=rtpmap:9 G722/8000",
    "a=rtpmap:0 PCMU/8000",
    "a=rtpmap:8 PCMA/8000",
    "a=rtpmap:13 CN/8000",
    "a=rtpmap:110 telephone-event/48000",
    "a=rtpmap:126 telephone-event/8000",
    "a=candidate:1467250027 1 udp 2122260223 192.0.2.33 46243 typ host generation 0",
    "a=candidate:1467250028 1 udp 2122260222 f2a1b3c4-0000-4000-8000-aaaaaaaaaaaa.local 46244 typ host",
    "a=candidate:1467250029 1 tcp 1518280447 192.0.2.33 9 typ host tcptype active",
    "a=candidate:1467250030 2 udp 2122260221 192.0.2.33 46245 typ host",
    "a=candidate:1467250031 1 UDP 1685987071 203.0.113.4 50000 typ srflx raddr 192.0.2.33 rport 46243",
    "a=candidate:1467250032 1 udp 5 239.1.1.1 5 typ host",
    "a=candidate:1467250033 1 udp 6 2001:db8::1 6 typ host",
    ...(lines as string[]),
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    "c=IN IP4 0.0.0.0",
    "a=mid:1",
    "",
  ].join("\r\n");
}

function ok<Result extends { kind: string }>(result: Result): Extract<Result, { kind: "ok" }> {
  if (result.kind !== "ok") throw new Error(JSON.stringify(result));
  return result as Extract<Result, { kind: "ok" }>;
}

test("a browser's offer is answered with Opus first, what we are reached by, and the rest refused", () => {
  const offered: unknown[] = [];
  const { sdp, audio } = ok(side({ offered }).answer(chromiumOffer(), { prefer: "pcma" }));
  expect(sdp).toContain("a=group:BUNDLE audio\r\n");
  expect(sdp).toContain("m=audio 40000 UDP/TLS/RTP/SAVPF 111 0 8 110 126\r\n");
  expect(sdp).toContain("a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=20;useinbandfec=1;");
  for (const line of ["rtcp-mux", "setup:passive", "mid:audio", "ice-ufrag:ours", "end-of-candidates", "sendrecv"]) {
    expect(sdp).toContain(`a=${line}\r\n`);
  }
  expect(sdp).toContain(`a=candidate:1 1 udp 2130706431 ${OUR_ADDRESS} 40000 typ host\r\n`);
  expect(sdp).toContain(`a=fingerprint:sha-256 ${FINGERPRINT}\r\n`);
  expect(sdp).toContain("a=ssrc:4242 cname:cname\r\n");
  expect(sdp).toMatch(/m=application 0 UDP\/DTLS\/SCTP webrtc-datachannel\r\n$/);
  expect(audio).toMatchObject({
    codec: "opus",
    payloadType: 111,
    digitsPayloadType: 110,
    digitsClockHz: 48_000,
    direction: "sendrecv",
    remote: null,
    rtcpMux: true,
  });
  expect(Object.fromEntries(audio.receive)).toEqual({ 111: "opus", 0: "pcmu", 8: "pcma", 110: "wide-digits", 126: "digits" });
  expect(audio.secure).toEqual({
    ufrag: "Qk7+",
    password: "/ZcmGqyLbpLmTWJpLPhlMvWt",
    isLite: false,
    setup: "actpass",
    fingerprints: [{ algorithm: "sha-256", value: FINGERPRINT }],
    candidates: [
      { address: "192.0.2.33", port: 46_243, priority: 2_122_260_223 },
      { address: "203.0.113.4", port: 50_000, priority: 1_685_987_071 },
    ],
  });
  expect(offered).toEqual([audio.secure]);
});

test("what stands before the first m-line counts for a line that says nothing of its own", () => {
  const lines = ["a=ice-ufrag:Qk7+", "a=ice-pwd:/ZcmGqyLbpLmTWJpLPhlMvWt"];
  const moved = chromiumOffer({ ice: false }).replace("t=0 0\r\n", `t=0 0\r\n${lines.join("\r\n")}\r\n`);
  expect(ok(side().answer(moved)).audio.secure).toMatchObject({ ufrag: "Qk7+" });
});

test("with G.711 only, digits are those of 8 kHz", () => {
  const offer = chromiumOffer().replace("SAVPF 111 63 9 0 8 13", "SAVPF 8 0");
  expect(ok(side().answer(offer)).audio).toMatchObject({ codec: "pcma", digitsPayloadType: 126, digitsClockHz: 8000 });
});

test.for([
  { why: "no ICE", offer: chromiumOffer({ ice: false }), says: /no ICE credentials/ },
  { why: "no fingerprint", offer: chromiumOffer().replace(/a=fingerprint.*\r\n/, ""), says: /no fingerprint/ },
  { why: "no mux", offer: chromiumOffer({ mux: false }), says: /a port of its own for RTCP/ },
  { why: "setup:passive", offer: chromiumOffer({ setup: "passive" }), says: /wants us to begin/ },
  { why: "setup:holdconn", offer: chromiumOffer({ setup: "holdconn" }), says: /who begins/ },
  { why: "plain RTP", offer: chromiumOffer().replace("UDP/TLS/RTP/SAVPF", "RTP/AVP"), says: /DTLS-SRTP is offered/ },
  { why: "no codec of ours", offer: chromiumOffer().replace("SAVPF 111 63 9 0 8", "SAVPF 63 9"), says: /PCMU nor PCMA/ },
])("an offer with $why is refused, and says so", ({ offer, says }) => {
  expect(side().answer(offer)).toMatchObject({ kind: "unacceptable", why: expect.stringMatching(says) });
});

test("our offer and a browser's answer: who offers says actpass, who answers begins the handshake", () => {
  const us = side();
  const offer = us.offer();
  expect(offer).toContain("m=audio 40000 UDP/TLS/RTP/SAVPF 111 0 8 110 101\r\n");
  expect(offer).toContain("a=setup:actpass\r\n");
  expect(offer).toContain("a=group:BUNDLE 0\r\n");
  expect(offersSecureAudio(offer)).toBe(true);
  const answer = chromiumOffer({ setup: "active" })
    .replace(/m=application[\s\S]*$/, "")
    .replace("a=mid:audio", "a=mid:0");
  expect(ok(us.acceptAnswer(answer)).audio).toMatchObject({ codec: "opus", payloadType: 111, rtcpMux: true });
  expect(us.acceptAnswer(answer.replace("setup:active", "setup:passive"))).toMatchObject({ kind: "unacceptable" });
  expect(us.acceptAnswer(answer.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP"))).toMatchObject({ kind: "unacceptable" });
});

test("an address of 0.0.0.0 is no hold for a browser, and a=sendonly is", () => {
  expect(readDirection(chromiumOffer())).toBe("sendrecv");
  expect(readDirection(chromiumOffer().replace("a=sendrecv", "a=sendonly"))).toBe("sendonly");
  const us = side();
  ok(us.answer(chromiumOffer()));
  const held = ok(us.answer(chromiumOffer().replace("a=sendrecv", "a=sendonly")));
  expect(held.audio.direction).toBe("recvonly");
  expect(held.sdp).toContain("a=recvonly\r\n");
});

test("a leg goes on elsewhere with the browser's numbers, its mid, and the next version", () => {
  const first = side();
  ok(first.answer(chromiumOffer().replace(/\b111\b/g, "96").replace(/\b110\b/g, "97")));
  const memory = JSON.parse(JSON.stringify(first.memory)) as SdpMemory;
  const offer = side({ memory, ufrag: "moved" }).offer();
  expect(offer).toContain("SAVPF 96 0 8 97 126\r\n");
  expect(offer).toContain("a=mid:audio\r\n");
  expect(offer).toContain("a=ice-ufrag:moved\r\n");
  expect(/^o=jikimi (\d+) (\d+)/m.exec(offer)?.slice(1)).toEqual([memory.sessionId, String(memory.version + 1)]);
});

test("which lines are a browser's is told by the first that we can use", () => {
  expect(offersSecureAudio(chromiumOffer())).toBe(true);
  const plain = chromiumOffer().replace("UDP/TLS/RTP/SAVPF", "RTP/AVP");
  expect(offersSecureAudio(plain)).toBe(false);
  expect(offersSecureAudio(`${chromiumOffer()}m=audio 4000 RTP/AVP 0\r\n`)).toBe(false);
  expect(offersSecureAudio("nonsense")).toBe(false);
});

test("cut anywhere or changed anywhere, an offer is answered or refused, and nothing throws", () => {
  const offer = chromiumOffer();
  for (let length = 0; length <= offer.length; length++) side().answer(offer.slice(0, length));
  fc.assert(
    fc.property(fc.integer({ min: 0, max: offer.length }), fc.string({ maxLength: 12 }), (at, text) => {
      const changed = offer.slice(0, at) + text + offer.slice(at + text.length);
      const answer = side().answer(changed);
      if (answer.kind === "ok") expect(answer.sdp).not.toMatch(/\r\n[^a-z\r]/);
    }),
  );
});

test("a name of JavaScript's is no codec and no mid", () => {
  const offer = chromiumOffer({ lines: ["a=rtpmap:96 constructor", "a=mid:__proto__ x"] }).replace("SAVPF 111", "SAVPF 96 111");
  expect(ok(side().answer(offer)).sdp).toContain("SAVPF 111 0 8 110 126\r\n");
});
