import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { serialize } from "./build.ts";
import type { SipMessage } from "./message.ts";
import { PARSE_LIMITS, parseMessage } from "./parse.ts";

const bytes = (...lines: string[]) => Buffer.from(lines.join("\r\n"), "utf8");

const INVITE = bytes(
  "INVITE sip:bob@biloxi.example SIP/2.0",
  'Via: SIP/2.0/UDP pc33.atlanta.example:5066;branch=z9hG4bK776;rport, SIP/2.0/TCP far.example;branch="z9hG4bKfar"',
  "Max-Forwards: 70",
  'From: "김철수, \\"상담\\" <팀>" <sip:kim@atlanta.example;x=1>;tag=1928301774',
  "To: Bob <sip:bob@biloxi.example>",
  "Call-ID: a84b4c76e66710",
  "CSeq: 314159 INVITE",
  "Contact: <sip:kim@pc33.atlanta.example>",
  "Content-Type: application/sdp",
  "Content-Length: 7",
  "",
  "v=0 한",
);

function parsed(message: Buffer): SipMessage {
  const result = parseMessage(message);
  if (result.kind !== "message") throw new Error(`${result.kind}: ${result.why}`);
  return result.message;
}

test("a request is read to the parts that every layer needs", () => {
  const message = parsed(INVITE);
  expect(message).toMatchObject({
    kind: "request",
    method: "INVITE",
    uri: "sip:bob@biloxi.example",
    callId: "a84b4c76e66710",
    cseq: { number: 314159, method: "INVITE" },
    via: { transport: "UDP", host: "pc33.atlanta.example", port: 5066, branch: "z9hG4bK776" },
    from: { displayName: '김철수, "상담" <팀>', uri: "sip:kim@atlanta.example;x=1" },
    to: { displayName: "Bob", uri: "sip:bob@biloxi.example" },
    body: "v=0 한",
  });
  expect(message.from.params.get("tag")).toBe("1928301774");
  expect(message.via.params.get("rport")).toBeNull();
  expect(message.headers.values("via")).toHaveLength(2);
});

test("what is written is read back the same", () => {
  const once = parsed(INVITE);
  const twice = parsed(serialize(once));
  expect({ ...twice, headers: [...twice.headers] }).toEqual({ ...once, headers: [...once.headers] });
});

test("a message cut off anywhere is never taken for a whole one", () => {
  for (let length = 0; length < INVITE.length; length += 1) {
    expect(parseMessage(INVITE.subarray(0, length)).kind, `cut at ${length}`).not.toBe("message");
  }
});

test("no bytes make the parser throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), (random) => {
      expect(["message", "bad-request", "malformed"]).toContain(parseMessage(Buffer.from(random)).kind);
    }),
    { numRuns: 2_000 },
  );
});

test("no damage to a good message makes the parser throw, and what it accepts can be written and read again", () => {
  const damage = fc.array(fc.tuple(fc.nat(INVITE.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(damage, (changes) => {
      const copy = Buffer.from(INVITE);
      for (const [at, byte] of changes) copy[at] = byte;
      const result = parseMessage(copy);
      if (result.kind !== "message") return;
      expect(parseMessage(serialize(result.message)).kind).toBe("message");
    }),
    { numRuns: 5_000 },
  );
});

test("header text of ours cannot smuggle in another header", () => {
  const message = parsed(INVITE);
  message.headers.append("Subject", "hello\r\nX-Evil: 1\r\n\r\nbody");
  const again = parsed(serialize(message));
  expect(again.headers.has("x-evil")).toBe(false);
  expect(again.headers.get("subject")).toBe("hello X-Evil: 1 body");
});

describe("torture (ideas of RFC 4475)", () => {
  const request = (
    changes: Record<string, string | null>,
    start = "OPTIONS sip:user@example.com SIP/2.0",
    body = "",
  ) => {
    const headers: Record<string, string> = {
      Via: "SIP/2.0/UDP host.example.com;branch=z9hG4bKx",
      From: "<sip:a@example.com>;tag=1",
      To: "<sip:b@example.com>",
      "Call-ID": "x@host",
      CSeq: "1 OPTIONS",
      "Max-Forwards": "70",
      "Content-Length": "0",
    };
    const lines = Object.entries({ ...headers, ...changes }).flatMap(([name, value]) =>
      value === null ? [] : [`${name}: ${value}`],
    );
    return bytes(start, ...lines, "", body);
  };

  test("a short tortuous INVITE: folds, compact names, odd spacing, escapes, unknown headers", () => {
    const message = parsed(
      bytes(
        "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0",
        "TO :",
        " sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n",
        'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>',
        "  ;",
        "  tag = 98asjd8",
        "MaX-fOrWaRdS: 0068",
        "Call-ID: wsinv.ndaksdj@192.0.2.1",
        "Content-Length   : 3",
        "cseq: 0009",
        "  INVITE",
        "Via  : SIP  /   2.0",
        " /UDP",
        "    192.0.2.2;branch=390skdjuw",
        "s :",
        "NewFangledHeader:   newfangled value",
        " continued newfangled value",
        "UnknownHeaderWithUnusualValue: ;;,,;;,;",
        "Content-Type: application/sdp",
        "Route:",
        " <sip:services.example.com;lr;unknownwith=value;unknown-no-value>",
        "v:  SIP  / 2.0  / TCP     spindle.example.com   ;",
        "  branch  =   z9hG4bK9ikj8  ,",
        " SIP  /    2.0   / UDP  192.168.255.111   ; branch=",
        " z9hG4bK30239",
        'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =',
        "      newvalue ;",
        "  secondparam ; q = 0.33",
        "",
        "v=0",
      ),
    );
    expect(message.cseq).toEqual({ number: 9, method: "INVITE" });
    expect(message.to.params.get("tag")).toBe("1918181833n");
    expect(message.from.params.get("tag")).toBe("98asjd8");
    expect(message.from.displayName).toBe('J Rosenberg \\"');
    expect(message.via).toMatchObject({ transport: "UDP", host: "192.0.2.2", branch: "390skdjuw" });
    expect(message.headers.values("via")).toHaveLength(3);
    expect(message.headers.get("newfangledheader")).toBe("newfangled value continued newfangled value");
    expect(message.headers.values("contact")).toHaveLength(1);
    expect(message.body).toBe("v=0");
  });

  test("methods may use every token character", () => {
    const method = "!interesting-Method0123456789_*+`.%indeed'~";
    const message = parsed(request({ CSeq: `1 ${method}` }, `${method} sip:a@b.example SIP/2.0`));
    expect(message).toMatchObject({ method });
  });

  test.for([
    { what: "an unterminated quote in To", changes: { To: '"Mr. J. User <sip:j.user@example.com>' } },
    { what: "no URI in From", changes: { From: "Nobody" } },
    { what: "a negative Content-Length", changes: { "Content-Length": "-999" } },
    { what: "a Content-Length beyond the body", changes: { "Content-Length": "9999" } },
    { what: "a CSeq number beyond 31 bits", changes: { CSeq: "36893488147419103232 OPTIONS" } },
    { what: "a CSeq of another method", changes: { CSeq: "8 INVITE" } },
    { what: "a CSeq without a method", changes: { CSeq: "8" } },
    { what: "an empty Call-ID", changes: { "Call-ID": "" } },
    { what: "Call-ID twice", changes: { "Call-ID": "x@host", i: "y@host" } },
  ])("$what is a bad request that can be answered", ({ changes }) => {
    expect(parseMessage(request(changes as Record<string, string>))).toMatchObject({
      kind: "bad-request",
      status: 400,
    });
  });

  test.for([
    { what: "no Via to answer to", changes: { Via: null } },
    { what: "a Via that is none", changes: { Via: "SIP/3.0/UDP" } },
    { what: "no From", changes: { From: null } },
    { what: "no Call-ID", changes: { "Call-ID": null } },
  ])("$what leaves nothing to answer", ({ changes }) => {
    expect(parseMessage(request(changes as Record<string, string>)).kind).toBe("malformed");
  });

  test.for([
    { what: "a Request-URI in brackets", start: "OPTIONS <sip:user@example.com> SIP/2.0", status: 400 },
    { what: "a Request-URI with spaces", start: "OPTIONS sip:user@example.com; lr SIP/2.0", status: 400 },
    { what: "two spaces in the request line", start: "OPTIONS  sip:user@example.com SIP/2.0", status: 400 },
    { what: "another version", start: "OPTIONS sip:user@example.com SIP/7.0", status: 505 },
  ])("$what is refused with $status", ({ start, status }) => {
    expect(parseMessage(request({}, start))).toMatchObject({ kind: "bad-request", status });
  });

  test("a damaged ACK is never answered", () => {
    const ack = request({ CSeq: "1 INVITE" }, "ACK sip:user@example.com SIP/2.0");
    expect(parseMessage(ack).kind).toBe("malformed");
  });

  test("a status code out of range is no response", () => {
    for (const line of ["SIP/2.0 4294967301 better not", "SIP/2.0 99 Low", "SIP/2.0 700 High", "SIP/2.0 2OO OK"]) {
      expect(parseMessage(request({}, line)).kind).toBe("malformed");
    }
  });

  test("a response without a reason phrase is fine", () => {
    expect(parsed(request({}, "SIP/2.0 100 "))).toMatchObject({ status: 100, reason: "" });
    expect(parsed(request({}, "SIP/2.0 200"))).toMatchObject({ status: 200, reason: "" });
  });

  test("bytes after the body that Content-Length promises are left out", () => {
    const message = parsed(request({ "Content-Length": "5" }, undefined, "helloBYE sip:other SIP/2.0"));
    expect(message.body).toBe("hello");
  });

  test("line ends may be LF alone, and empty lines may come first", () => {
    const text = request({}).toString().replaceAll("\r\n", "\n");
    expect(parsed(Buffer.from(`\r\n\r\n${text}`)).callId).toBe("x@host");
  });

  test("lines without a colon are passed over", () => {
    const text = request({}).toString().replace("Max-Forwards", "garbage line\r\nMax-Forwards");
    expect(parsed(Buffer.from(text)).headers.get("max-forwards")).toBe("70");
  });

  test("a long tail of values, lines or characters is bounded", () => {
    const many = Array.from({ length: PARSE_LIMITS.maxHeaderLines + 1 }, (_, at) => `X-${at}: 1`).join("\r\n");
    const long = `X-Long: ${"a".repeat(PARSE_LIMITS.maxLineLength)}`;
    const folded = `X-Folded: a${"\r\n a".repeat(PARSE_LIMITS.maxHeaderLines)}`;
    for (const lines of [many, long, folded]) {
      const text = request({}).toString().replace("Max-Forwards", `${lines}\r\nMax-Forwards`);
      expect(parseMessage(Buffer.from(text)).kind).toBe("malformed");
    }
    expect(parseMessage(Buffer.alloc(PARSE_LIMITS.maxMessageBytes + 1, "a")).kind).toBe("malformed");
  });
});
