import { expect, test } from "vitest";
import { parseMessage } from "./parse.ts";
import { sdpOf } from "./sdp-body.ts";

function withBody(contentType: string | null, body: string) {
  const type = contentType === null ? "" : `Content-Type: ${contentType}\r\n`;
  const head =
    "INVITE sip:a@b.example SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:b@b>\r\n";
  const result = parseMessage(Buffer.from(`${head}Call-ID: 1\r\nCSeq: 1 INVITE\r\n${type}\r\n${body}`));
  if (result.kind !== "message") throw new Error(result.why);
  return sdpOf(result.message);
}

const MULTIPART =
  "--b1\r\nContent-Type: application/isup\r\n\r\nxx\r\n--b1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\ns=-\r\n--b1--\r\n";

test.for([
  { what: "its own type", type: "application/sdp", body: "v=0\r\n", expected: "v=0\r\n" },
  {
    what: "its type in other letters with parameters",
    type: "Application/SDP;charset=utf-8",
    body: "v=0\r\n",
    expected: "v=0\r\n",
  },
  { what: "no type at all", type: null, body: "v=0\r\n", expected: "v=0\r\n" },
  { what: "a part of several", type: 'multipart/mixed;boundary="b1"', body: MULTIPART, expected: "v=0\r\ns=-\r\n" },
  { what: "no such part", type: "multipart/mixed;boundary=other", body: MULTIPART, expected: null },
  { what: "another type", type: "application/dtmf-relay", body: "Signal=1", expected: null },
  { what: "no body", type: "application/sdp", body: "", expected: null },
])("a session description is found by $what", ({ type, body, expected }) => {
  expect(withBody(type, body)?.trimEnd() ?? null).toBe(expected?.trimEnd() ?? null);
});
