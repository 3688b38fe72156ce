import fc from "fast-check";
import { expect, test } from "vitest";
import { formatNameAddr, parseCSeq, parseNameAddr, parseVia } from "./fields.ts";
import { SipHeaders, splitValues } from "./headers.ts";
import { parseReasons } from "./reason-header.ts";
import { formatSipUri, parseSipUri, sipUri } from "./uri.ts";

test.for([
  { text: "sip:alice@atlanta.example", user: "alice", host: "atlanta.example", port: null },
  { text: "SIP:alice:secret@atlanta.example:5070;transport=tcp", user: "alice", host: "atlanta.example", port: 5070 },
  { text: "sips:+82212345678@[2001:db8::10]:5061", user: "+82212345678", host: "[2001:db8::10]", port: 5061 },
  { text: "sip:192.0.2.4", user: null, host: "192.0.2.4", port: null },
  { text: "sip:%ED%99%8D@a.example", user: "홍", host: "a.example", port: null },
  { text: "sip:bad%zz@a.example", user: "bad%zz", host: "a.example", port: null },
  { text: "sip:1;phone-context=x@a.example?Subject=hi", user: "1;phone-context=x", host: "a.example", port: null },
  { text: "tel:+82-2-1234-5678;phone-context=kr", user: "+82-2-1234-5678", host: "", port: null },
])("$text is read", ({ text, user, host, port }) => {
  expect(parseSipUri(text)).toMatchObject({ user, host, port });
});

test.for([
  "",
  "sip:",
  "http://a.example",
  "sip:@a.example",
  "sip:a@",
  "sip:a@b:0",
  "sip:a@b:99999",
  "sip:a@b c",
  "tel:홍",
])("%s is no URI of ours", (text) => {
  expect(parseSipUri(text)).toBeNull();
});

test("any user part survives being written and read", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", minLength: 1 }).filter((user) => !/\p{Surrogate}/u.test(user)),
      (user) => {
        const text = formatSipUri(sipUri({ user, host: "a.example", port: 5060 }));
        expect(/[\s<>"]/.test(text)).toBe(false);
        expect(parseSipUri(text)).toMatchObject({ user, host: "a.example", port: 5060 });
      },
    ),
  );
});

test("any display name survives being written and read", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", minLength: 1 }).filter((name) => name.trim() !== "" && !/[\r\n]/.test(name)),
      (displayName) => {
        const read = parseNameAddr(formatNameAddr({ displayName, uri: "sip:a@b.example" }, "t1"));
        expect(read).toMatchObject({ displayName, uri: "sip:a@b.example" });
        expect(read?.params.get("tag")).toBe("t1");
      },
    ),
  );
});

test("without angle brackets the parameters belong to the header", () => {
  expect(parseNameAddr("sip:a@b.example;tag=x")).toEqual({
    displayName: null,
    uri: "sip:a@b.example",
    params: new Map([["tag", "x"]]),
  });
});

test("no text makes a field parser throw", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      parseNameAddr(text);
      parseVia(text);
      parseCSeq(text);
      parseSipUri(`sip:${text}`);
      splitValues(text);
      parseReasons(new SipHeaders([["Reason", text]]));
    }),
    { numRuns: 3_000 },
  );
});

test("values are split only at commas outside quotes and brackets", () => {
  expect(splitValues('"a,b" <sip:x,y@h>;q=1 , <sip:z@h>,, c')).toEqual(['"a,b" <sip:x,y@h>;q=1', "<sip:z@h>", "c"]);
});

test("reasons carry protocol, cause and text", () => {
  const headers = new SipHeaders([["Reason", 'SIP;cause=200;text="Call completed elsewhere", Q.850;cause=26']]);
  expect(parseReasons(headers)).toEqual([
    { protocol: "SIP", cause: 200, text: "Call completed elsewhere" },
    { protocol: "Q.850", cause: 26, text: null },
  ]);
});
