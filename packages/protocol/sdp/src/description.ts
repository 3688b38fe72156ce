/** `name` or `name:value` of an `a=` line. */
export type SdpAttribute = { readonly name: string; readonly value: string | null };

/** One `m=` section. Lines that offer/answer for audio has no use for (i, b, k …) are not kept. */
export type MediaDescription = {
  readonly media: string;
  /** 0 refuses the stream (RFC 3264 §6). */
  readonly port: number;
  readonly protocol: string;
  readonly formats: readonly string[];
  /** The address of this section's own `c=` line. */
  readonly connection: string | null;
  readonly attributes: readonly SdpAttribute[];
};

/** A session description (RFC 8866), as far as offer/answer needs it. */
export type SessionDescription = {
  readonly origin: SdpOrigin;
  readonly sessionName: string;
  /** The address of the session's `c=` line. */
  readonly connection: string | null;
  readonly attributes: readonly SdpAttribute[];
  readonly media: readonly MediaDescription[];
};

/** The `o=` line. `sessionId` and `version` stay text: they may exceed what a number holds. */
export type SdpOrigin = {
  readonly username: string;
  readonly sessionId: string;
  readonly version: string;
  readonly address: string;
};

export type SdpParse =
  | { readonly kind: "ok"; readonly description: SessionDescription }
  | { readonly kind: "malformed"; readonly why: string };

const MAX_CHARS = 65_536;
const MAX_LINES = 2_000;
const MAX_MEDIA = 32;

type Section = { connection: string | null; readonly attributes: SdpAttribute[] };
type OpenMedia = Section & Omit<MediaDescription, "connection" | "attributes">;

/** Reads a session description from the network: bounded, tolerant of a bare line feed, never throws. */
export function parseSdp(text: string): SdpParse {
  if (text.length > MAX_CHARS) return malformed(`longer than ${MAX_CHARS} characters`);
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.length > MAX_LINES) return malformed(`more than ${MAX_LINES} lines`);
  if (lines[0]?.trimEnd() !== "v=0") return malformed("it does not begin with v=0");
  let origin: SdpOrigin | null = null;
  let sessionName = "-";
  const session: Section = { connection: null, attributes: [] };
  const media: OpenMedia[] = [];

  for (const [index, line] of lines.entries()) {
    if (index === 0 || line === "") continue;
    const where = `line ${index + 1}`;
    if (!/^[a-z]=/.test(line)) return malformed(`${where} is not "letter=value"`);
    const value = line.slice(2);
    const section = media.at(-1) ?? session;
    switch (line[0]) {
      case "o":
        origin = parseOrigin(value);
        if (origin === null) return malformed(`${where}: an o= of the wrong shape`);
        break;
      case "s":
        sessionName = value;
        break;
      case "c": {
        const address = /^IN IP[46] (\S+?)(?:\/\d+)*\s*$/i.exec(value)?.[1];
        if (address === undefined) return malformed(`${where}: a c= of the wrong shape`);
        section.connection = address;
        break;
      }
      case "a":
        section.attributes.push(parseAttribute(value));
        break;
      case "m": {
        const opened = parseMedia(value);
        if (opened === null) return malformed(`${where}: an m= of the wrong shape`);
        if (media.length >= MAX_MEDIA) return malformed(`more than ${MAX_MEDIA} m= lines`);
        media.push(opened);
        break;
      }
      default:
        break;
    }
  }
  if (origin === null) return malformed("no o= line");
  return { kind: "ok", description: { origin, sessionName, ...session, media } };
}

/** Lines end with CR LF, in the order RFC 8866 §5 asks for. */
export function serializeSdp(description: SessionDescription): string {
  const { origin } = description;
  const lines = [
    "v=0",
    `o=${origin.username} ${origin.sessionId} ${origin.version} ${network(origin.address)}`,
    `s=${description.sessionName}`,
    ...connectionLines(description.connection),
    "t=0 0",
    ...description.attributes.map(attributeLine),
  ];
  for (const { media, port, protocol, formats, connection, attributes } of description.media) {
    lines.push(`m=${media} ${port} ${protocol} ${formats.join(" ")}`);
    lines.push(...connectionLines(connection), ...attributes.map(attributeLine));
  }
  return `${lines.join("\r\n")}\r\n`;
}

function malformed(why: string): SdpParse {
  return { kind: "malformed", why };
}

function parseOrigin(value: string): SdpOrigin | null {
  const [username, sessionId, version, , , address] = value.trim().split(/ +/);
  if (username === undefined || sessionId === undefined || version === undefined || address === undefined) return null;
  return { username, sessionId, version, address };
}

function parseAttribute(value: string): SdpAttribute {
  const colon = value.indexOf(":");
  if (colon < 0) return { name: value.trim().toLowerCase(), value: null };
  return { name: value.slice(0, colon).trim().toLowerCase(), value: value.slice(colon + 1).trim() };
}

function parseMedia(value: string): OpenMedia | null {
  const [media, portText, protocol, ...formats] = value.trim().split(/ +/);
  const port = /^(\d{1,5})(?:\/\d+)?$/.exec(portText ?? "")?.[1];
  if (media === undefined || port === undefined || protocol === undefined || formats.length === 0) return null;
  if (Number(port) > 65_535) return null;
  return { media: media.toLowerCase(), port: Number(port), protocol, formats, connection: null, attributes: [] };
}

function connectionLines(address: string | null): string[] {
  return address === null ? [] : [`c=${network(address)}`];
}

function network(address: string): string {
  return `IN ${address.includes(":") ? "IP6" : "IP4"} ${address}`;
}

function attributeLine({ name, value }: SdpAttribute): string {
  return value === null ? `a=${name}` : `a=${name}:${value}`;
}
