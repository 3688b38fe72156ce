import fc from "fast-check";
import { expect, test } from "vitest";
import { type FramerEvent, StreamFramer } from "./stream-framer.ts";

const message = (body: string, length = Buffer.byteLength(body)) =>
  `OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP h\r\nContent-Length: ${length}\r\n\r\n${body}`;

const texts = (events: FramerEvent[]) =>
  events.map((event) => (event.kind === "message" ? event.bytes.toString("utf8") : event.kind));

test("messages come out whole however the stream was cut", () => {
  const stream = Buffer.from(`${message("v=0 한글")}\r\n\r\n${message("")}\r\n${message("x\r\n\r\ny")}`);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: stream.length }), { maxLength: 20 }), (cuts) => {
      const framer = new StreamFramer();
      const edges = [...new Set([0, ...cuts, stream.length])].sort((a, b) => a - b);
      const events = edges.flatMap((edge, at) => framer.push(stream.subarray(edge, edges[at + 1] ?? stream.length)));
      expect(texts(events)).toEqual([message("v=0 한글"), "ping", message(""), message("x\r\n\r\ny")]);
    }),
  );
});

test("byte by byte is a cut like any other", () => {
  const framer = new StreamFramer();
  const stream = Buffer.from(message("hello"));
  const events = [...stream].flatMap((byte) => framer.push(Buffer.from([byte])));
  expect(texts(events)).toEqual([message("hello")]);
});

test("the compact name counts, and no Content-Length means no body", () => {
  const compact = "BYE sip:a SIP/2.0\r\nl :  2 \r\n\r\nhi";
  const none = "BYE sip:a SIP/2.0\r\nVia: x\r\n\r\n";
  expect(texts(new StreamFramer().push(Buffer.from(compact + none)))).toEqual([compact, none]);
});

test.for([
  { what: "headers that never end", stream: "a".repeat(17_000) },
  { what: "a Content-Length that is no number", stream: "BYE sip:a SIP/2.0\r\nContent-Length: x\r\n\r\n" },
  { what: "two that differ", stream: "BYE sip:a SIP/2.0\r\nContent-Length: 1\r\nl: 2\r\n\r\n" },
  { what: "a body too long", stream: "BYE sip:a SIP/2.0\r\nContent-Length: 70000\r\n\r\n" },
])("after $what the stream is given up", ({ stream }) => {
  const framer = new StreamFramer();
  expect(texts(framer.push(Buffer.from(stream)))).toEqual(["garbage"]);
  expect(framer.push(Buffer.from(message("")))).toEqual([]);
});

test("no bytes make it throw, and it never holds more than one message", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), (chunks) => {
      const framer = new StreamFramer({ maxHeaderBytes: 200, maxMessageBytes: 400 });
      for (const chunk of chunks) framer.push(Buffer.from(chunk));
    }),
  );
});
