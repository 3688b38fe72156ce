import fc from "fast-check";
import { expect, test } from "vitest";
import { parseSdp, type SessionDescription, serializeSdp } from "./description.ts";

/** A phone behind an exchange, with video that nobody wants and lines that we do not keep. */
const FROM_A_PHONE = [
  "v=0",
  "o=alice 2890844526 2890844526 IN IP4 192.0.2.10",
  "s=call",
  "i=of no use here",
  "c=IN IP4 192.0.2.10",
  "b=AS:64",
  "t=0 0",
  "a=sendrecv",
  "m=audio 49170 RTP/AVP 0 8 101",
  "a=rtpmap:0 PCMU/8000",
  "a=rtpmap:101 telephone-event/8000",
  "a=ptime:20",
  "m=video 51372/2 RTP/AVP 31",
  "c=IN IP4 233.252.0.1/127/3",
  "",
].join("\r\n");

function parsed(text: string): SessionDescription {
  const result = parseSdp(text);
  if (result.kind === "malformed") throw new Error(result.why);
  return result.description;
}

test("a phone's offer is read", () => {
  expect(parsed(FROM_A_PHONE)).toEqual({
    origin: { username: "alice", sessionId: "2890844526", version: "2890844526", address: "192.0.2.10" },
    sessionName: "call",
    connection: "192.0.2.10",
    attributes: [{ name: "sendrecv", value: null }],
    media: [
      {
        media: "audio",
        port: 49170,
        protocol: "RTP/AVP",
        formats: ["0", "8", "101"],
        connection: null,
        attributes: [
          { name: "rtpmap", value: "0 PCMU/8000" },
          { name: "rtpmap", value: "101 telephone-event/8000" },
          { name: "ptime", value: "20" },
        ],
      },
      {
        media: "video",
        port: 51372,
        protocol: "RTP/AVP",
        formats: ["31"],
        connection: "233.252.0.1",
        attributes: [],
      },
    ],
  });
});

test("bare line feeds and a missing last line end are read as well", () => {
  expect(parsed(FROM_A_PHONE.replaceAll("\r\n", "\n").trimEnd())).toEqual(parsed(FROM_A_PHONE));
});

const ORIGIN = "o=- 1 1 IN IP4 192.0.2.1\r\n";

test.for([
  { why: "it does not begin with v=0", text: "" },
  { why: "it does not begin with v=0", text: "v=1\r\n" },
  { why: "no o= line", text: "v=0\r\ns=-\r\n" },
  { why: "line 2: an o= of the wrong shape", text: "v=0\r\no=- 1 1 IN IP4\r\n" },
  { why: "line 3: a c= of the wrong shape", text: `v=0\r\n${ORIGIN}c=IP4\r\n` },
  { why: "line 3: an m= of the wrong shape", text: `v=0\r\n${ORIGIN}m=audio\r\n` },
  { why: "line 3: an m= of the wrong shape", text: `v=0\r\n${ORIGIN}m=audio 65536 RTP/AVP 0\r\n` },
  { why: 'line 2 is not "letter=value"', text: "v=0\r\nnonsense\r\n" },
  { why: "more than 2000 lines", text: `v=0\r\n${"a=x\r\n".repeat(2_001)}` },
  { why: "more than 32 m= lines", text: `v=0\r\n${ORIGIN}${"m=audio 0 RTP/AVP 0\r\n".repeat(33)}` },
  { why: "longer than 65536 characters", text: "v".repeat(70_000) },
])("refused: $why", ({ text, why }) => {
  expect(parseSdp(text)).toEqual({ kind: "malformed", why });
});

test("cut off anywhere, a description is read or refused and never throws", () => {
  for (let end = 0; end <= FROM_A_PHONE.length; end++) {
    expect(["ok", "malformed"]).toContain(parseSdp(FROM_A_PHONE.slice(0, end)).kind);
  }
});

test("whatever comes, parsing never throws", () => {
  const line = fc.tuple(fc.constantFrom("v", "o", "s", "c", "a", "m", "t", "?"), fc.string());
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const text = `v=0\r\n${lines.map(([letter, value]) => `${letter}=${value}`).join("\r\n")}`;
      expect(["ok", "malformed"]).toContain(parseSdp(text).kind);
    }),
  );
});

const token = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`{|}~-]{1,12}$/);
const lowerToken = fc.stringMatching(/^[a-z][a-z0-9-]{0,11}$/);
const address = fc.ipV4();
const attribute = fc.record({
  name: lowerToken,
  value: fc.option(
    fc.stringMatching(/^[ -~]{0,30}$/).map((value) => value.trim()),
    { nil: null },
  ),
});
const media = fc.record({
  media: lowerToken,
  port: fc.integer({ min: 0, max: 65_535 }),
  protocol: token,
  formats: fc.array(token, { minLength: 1, maxLength: 5 }),
  connection: fc.option(address, { nil: null }),
  attributes: fc.array(attribute, { maxLength: 5 }),
});

test("what is written is read back the same", () => {
  const description = fc.record({
    origin: fc.record({ username: token, sessionId: token, version: token, address }),
    sessionName: token,
    connection: fc.option(address, { nil: null }),
    attributes: fc.array(attribute, { maxLength: 5 }),
    media: fc.array(media, { maxLength: 4 }),
  });
  fc.assert(
    fc.property(description, (given) => {
      expect(parsed(serializeSdp(given))).toEqual(given);
    }),
  );
});
