import type { Random } from "@jikimi/kernel";
import {
  type AudioFormats,
  plainFormats,
  readFormats,
  type SdpCodec,
  staticPayloadType,
  writeFormats,
} from "./audio-formats.ts";
import { type MediaDescription, parseSdp, type SdpAttribute, type SessionDescription, serializeSdp } from "./description.ts";
import { agreedDirection, type Direction, directionOf } from "./direction.ts";
import {
  isSecureProtocol,
  isUnicastIpv4,
  readSecureTransport,
  SECURE_PROTOCOL,
  type SecureTransport,
  writeSecureTransport,
} from "./secure-transport.ts";

/** Where our side receives: the only address that ever leaves in a description. */
export type LocalAudio = {
  readonly address: string;
  readonly rtpPort: number;
  readonly rtcpPort: number;
  /** For a browser: RTP over DTLS-SRTP, and nothing else, is offered and taken. */
  readonly secure?: LocalSecure;
};

export type LocalSecure = {
  readonly ssrc: number;
  readonly cname: string;
  /** Ours for the next description; given what the party's offer says, which may restart ICE. */
  transport(offered: SecureTransport | null): SecureTransport;
};

export type RemoteAudio = {
  readonly address: string;
  readonly rtpPort: number;
  readonly rtcpAddress: string;
  readonly rtcpPort: number;
};

/** What both sides agreed on, seen by us. */
export type NegotiatedAudio = {
  /** What we send, under the number the party knows it by. */
  readonly codec: SdpCodec;
  readonly payloadType: number;
  /** What each payload type that reaches us means. */
  readonly receive: ReadonlyMap<number, SdpCodec | "digits" | "wide-digits">;
  /** Payload type of RFC 4733 digits we send; null when the party takes none. */
  readonly digitsPayloadType: number | null;
  /** Of those digits. */
  readonly digitsClockHz: 8000 | 48_000;
  readonly direction: Direction;
  /** Null while the party holds in the old way (`c=0.0.0.0`), and for a browser. */
  readonly remote: RemoteAudio | null;
  /** How a browser is reached; null for everybody else. */
  readonly secure: SecureTransport | null;
  /** RTCP comes and goes on the RTP port (RFC 5761). */
  readonly rtcpMux: boolean;
  /** What the party asked for; we send 20 ms whatever it is, as RFC 3551 §4.2 lets every receiver expect. */
  readonly ptimeMs: number;
};

export type SdpAnswer =
  | { readonly kind: "ok"; readonly sdp: string; readonly audio: NegotiatedAudio }
  | { readonly kind: "unacceptable"; readonly why: string };

export type SdpAccepted =
  | { readonly kind: "ok"; readonly audio: NegotiatedAudio }
  | { readonly kind: "unacceptable"; readonly why: string };

/**
 * What a leg must remember to go on with its session on another machine (RFC 3264 §8: the session id stays, the version
 * counts, no m-line vanishes, payload numbers keep their meaning). Plain JSON.
 */
export type SdpMemory = {
  readonly sessionId: string;
  readonly version: number;
  /** The last description of ours, to tell whether the next one differs. */
  readonly lastSdp: string | null;
  readonly lines: readonly { readonly media: string; readonly protocol: string; readonly formats: readonly string[] }[];
  readonly audioLine: number;
  readonly codecs: readonly SdpCodec[];
  readonly digitsPayloadType: number;
  /** What only a browser's leg has; null for all others. */
  readonly secure: { readonly mid: string; readonly opusPayloadType: number; readonly wideDigitsPayloadType: number } | null;
};

/** `hold`: the party is to hear us but not to be heard. `prefer`: the codec that saves transcoding. */
export type OfferAnswerWish = { readonly hold?: boolean; readonly prefer?: SdpCodec };

const PLAIN_LINE = { media: "audio", protocol: "RTP/AVP", formats: [] };
const SECURE_LINE = { media: "audio", protocol: SECURE_PROTOCOL, formats: [] };
const NO_PTIME_MS = 20;

/** Whether the first audio that is offered, and that we can use, is a browser's. */
export function offersSecureAudio(offerSdp: string): boolean {
  const parsed = parseSdp(offerSdp);
  if (parsed.kind === "malformed") return false;
  const { media } = parsed.description;
  return !media.some((line) => isUsable(line, false)) && media.some((line) => isUsable(line, true));
}

/**
 * Offer/answer (RFC 3264) of one leg with its party: G.711 and digits over RTP/AVP, or with a browser Opus, G.711 and
 * digits over DTLS-SRTP. The first usable audio line is taken, every other is refused with port 0. What the party wrote
 * never throws.
 */
export class OfferAnswer {
  readonly #local: LocalAudio;
  readonly #isSecure: boolean;
  #memory: SdpMemory;
  /** The party knows bundles (RFC 9143): then ours, of one line, is named too. */
  #bundles = true;
  #offered: { formats: AudioFormats; direction: Direction } | null = null;

  constructor({ local, random, memory }: { local: LocalAudio; random: Random; memory?: SdpMemory | undefined }) {
    this.#local = local;
    this.#isSecure = local.secure !== undefined;
    this.#memory = memory ?? {
      sessionId: String(random.integer(2 ** 31) + 1),
      version: 0,
      lastSdp: null,
      lines: [this.#isSecure ? SECURE_LINE : PLAIN_LINE],
      audioLine: 0,
      codecs: this.#isSecure ? ["opus", "pcmu", "pcma"] : ["pcmu", "pcma"],
      digitsPayloadType: 101,
      secure: this.#isSecure ? { mid: "0", opusPayloadType: 111, wideDigitsPayloadType: 110 } : null,
    };
  }

  get memory(): SdpMemory {
    return this.#memory;
  }

  answer(offerSdp: string, { hold = false, prefer }: OfferAnswerWish = {}): SdpAnswer {
    const parsed = parseSdp(offerSdp);
    if (parsed.kind === "malformed") return unacceptable(`the offer cannot be read: ${parsed.why}`);
    const { description } = parsed;
    const audioLine = description.media.findIndex((line) => isUsable(line, this.#isSecure));
    const offered = description.media[audioLine];
    if (offered === undefined) return unacceptable(`no audio over ${this.#isSecure ? "DTLS-SRTP" : "RTP/AVP"} is offered`);
    const theirs = this.#readFormats(offered);
    const first = theirs.codecs.find(({ codec }) => codec === this.#preferred(prefer)) ?? theirs.codecs[0];
    if (first === undefined) return unacceptable("neither PCMU nor PCMA is offered");
    const reached = this.#reach(description, offered);
    if (reached.kind === "unacceptable") return reached;
    if (reached.secure?.setup === "passive") return unacceptable("the browser wants us to begin the handshake");

    const codecs = [first, ...theirs.codecs.filter((other) => other !== first)];
    const formats = { ...theirs, codecs };
    const direction = agreedDirection(hold ? "sendonly" : "sendrecv", directionOf(description, offered));
    const rtcpMux = offered.attributes.some(({ name }) => name === "rtcp-mux");
    const lines = description.media.map(({ media, protocol, formats }) => ({ media, protocol, formats }));
    const { secure } = this.#memory;
    this.#memory = {
      ...this.#memory,
      lines,
      audioLine,
      codecs: codecs.map(({ codec }) => codec),
      digitsPayloadType: theirs.digitsPayloadType ?? this.#memory.digitsPayloadType,
      secure: secure === null ? null : rememberNumbers(secure, theirs, midOf(offered)),
    };
    this.#bundles = description.attributes.some(({ name, value }) => name === "group" && /^BUNDLE\b/.test(value ?? ""));
    this.#offered = null;
    const ours = this.#local.secure?.transport(reached.secure) ?? null;
    return {
      kind: "ok",
      sdp: this.#describe(formats, direction, rtcpMux, ours === null ? null : { ...ours, setup: "passive" }),
      audio: negotiated({ first, ours: formats, theirs, direction, ...reached, rtcpMux, ptimeMs: ptimeOf(offered) }),
    };
  }

  offer({ hold = false, prefer }: OfferAnswerWish = {}): string {
    const { codecs, digitsPayloadType, secure } = this.#memory;
    const preferred = this.#preferred(prefer);
    const all: SdpCodec[] = [
      ...new Set<SdpCodec>([...(preferred === undefined ? [] : [preferred]), ...codecs, "pcmu", "pcma"]),
    ];
    const formats = {
      codecs: all.map((codec) => ({
        codec,
        payloadType: codec === "opus" ? (secure?.opusPayloadType ?? 111) : staticPayloadType(codec),
      })),
      digitsPayloadType,
      wideDigitsPayloadType: secure?.wideDigitsPayloadType ?? null,
    };
    const direction = hold ? "sendonly" : "sendrecv";
    this.#offered = { formats, direction };
    const ours = this.#local.secure?.transport(null) ?? null;
    return this.#describe(formats, direction, this.#isSecure, ours === null ? null : { ...ours, setup: "actpass" });
  }

  /** May be called again for the same offer: early media is answered before the final answer comes. */
  acceptAnswer(answerSdp: string): SdpAccepted {
    if (this.#offered === null) return unacceptable("no offer of ours awaits an answer");
    const parsed = parseSdp(answerSdp);
    if (parsed.kind === "malformed") return unacceptable(`the answer cannot be read: ${parsed.why}`);
    const { description } = parsed;
    const answered = description.media[this.#memory.audioLine];
    if (answered === undefined || !isUsable(answered, this.#isSecure)) return unacceptable("the party refused the audio");
    const { formats: ours, direction: wished } = this.#offered;
    const listed = this.#readFormats(answered);
    const first = listed.codecs.find(({ codec }) => ours.codecs.some((offered) => offered.codec === codec));
    if (first === undefined) return unacceptable("the party answered with no codec that was offered");
    const reached = this.#reach(description, answered);
    if (reached.kind === "unacceptable") return reached;
    // Who answers `actpass` leaves it open; we never begin.
    if (reached.secure?.setup === "passive") return unacceptable("the browser wants us to begin the handshake");
    const direction = agreedDirection(wished, directionOf(description, answered));
    const rtcpMux = this.#isSecure;
    return {
      kind: "ok",
      audio: negotiated({ first, ours, theirs: listed, direction, ...reached, rtcpMux, ptimeMs: ptimeOf(answered) }),
    };
  }

  /** A browser is always spoken to as well as it can; on a telephone line another law would be transcoding for nothing. */
  #preferred(prefer: SdpCodec | undefined): SdpCodec | undefined {
    return this.#isSecure ? undefined : prefer;
  }

  #readFormats(line: MediaDescription): AudioFormats {
    const formats = readFormats(line);
    return this.#isSecure ? formats : plainFormats(formats);
  }

  #reach(
    description: SessionDescription,
    line: MediaDescription,
  ):
    | { readonly kind: "ok"; readonly remote: RemoteAudio | null; readonly secure: SecureTransport | null }
    | { readonly kind: "unacceptable"; readonly why: string } {
    if (this.#isSecure) {
      const secure = readSecureTransport(description, line);
      if (typeof secure === "string") return unacceptable(`the browser cannot be reached: ${secure}`);
      return { kind: "ok", remote: null, secure };
    }
    const remote = remoteOf(description, line);
    if (remote === "unusable") return unacceptable("the party's address is not a usable IPv4 address");
    return { kind: "ok", remote, secure: null };
  }

  #describe(formats: AudioFormats, direction: Direction, rtcpMux: boolean, ours: SecureTransport | null): string {
    const { address, rtpPort, rtcpPort } = this.#local;
    const written = writeFormats(formats);
    const media = this.#memory.lines.map((line, index): MediaDescription => {
      if (index !== this.#memory.audioLine) return { ...line, port: 0, connection: null, attributes: [] };
      const attributes = [
        ...written.attributes,
        { name: "ptime", value: "20" },
        { name: direction, value: null },
        ...(rtcpMux ? [{ name: "rtcp-mux", value: null }] : []),
        ...(rtcpMux || rtcpPort === rtpPort + 1 ? [] : [{ name: "rtcp", value: String(rtcpPort) }]),
        ...(ours === null ? [] : this.#secureAttributes(ours)),
      ];
      return { ...line, port: rtpPort, formats: written.formats, connection: null, attributes };
    });
    const { sessionId, lastSdp, secure } = this.#memory;
    const bundle = secure !== null && this.#bundles ? [{ name: "group", value: `BUNDLE ${secure.mid}` }] : [];
    const write = (version: number) =>
      serializeSdp({
        // "-" would do (RFC 8866 §5.2), but there are peers that expect a word: sipp's built-in regexp caller is one.
        origin: { username: "jikimi", sessionId, version: String(version), address },
        sessionName: "-",
        connection: address,
        attributes: bundle,
        media,
      });
    const { version } = this.#memory;
    const changed = lastSdp !== write(version);
    const next = changed ? version + 1 : version;
    const sdp = write(next);
    this.#memory = { ...this.#memory, version: next, lastSdp: sdp };
    return sdp;
  }

  #secureAttributes(ours: SecureTransport): SdpAttribute[] {
    const { secure } = this.#local;
    const { secure: numbers } = this.#memory;
    return [
      ...(numbers === null ? [] : [{ name: "mid", value: numbers.mid }]),
      ...writeSecureTransport(ours),
      { name: "msid", value: "jikimi audio" },
      ...(secure === undefined ? [] : [{ name: "ssrc", value: `${secure.ssrc} cname:${secure.cname}` }]),
    ];
  }
}

function unacceptable(why: string): { kind: "unacceptable"; why: string } {
  return { kind: "unacceptable", why };
}

function isUsable({ media, protocol, port }: MediaDescription, secure: boolean): boolean {
  if (media !== "audio" || port === 0) return false;
  return secure ? isSecureProtocol(protocol) : protocol.toUpperCase() === "RTP/AVP";
}

function rememberNumbers(
  before: NonNullable<SdpMemory["secure"]>,
  theirs: AudioFormats,
  mid: string | null,
): NonNullable<SdpMemory["secure"]> {
  return {
    mid: mid ?? before.mid,
    opusPayloadType: theirs.codecs.find(({ codec }) => codec === "opus")?.payloadType ?? before.opusPayloadType,
    wideDigitsPayloadType: theirs.wideDigitsPayloadType ?? before.wideDigitsPayloadType,
  };
}

/** Its name in the bundle, where it is a token (RFC 5888 §4) and not too long. */
function midOf({ attributes }: MediaDescription): string | null {
  const mid = attributes.find(({ name }) => name === "mid")?.value ?? "";
  return /^[\w.!%*+~-]{1,64}$/.test(mid) ? mid : null;
}

function negotiated({
  first,
  ours,
  theirs,
  ...agreed
}: {
  /** The codec we send. */
  first: { codec: SdpCodec; payloadType: number };
  ours: AudioFormats;
  theirs: AudioFormats;
} & Pick<NegotiatedAudio, "direction" | "remote" | "secure" | "rtcpMux" | "ptimeMs">): NegotiatedAudio {
  const receive = new Map<number, SdpCodec | "digits" | "wide-digits">();
  // A party that uses its own numbers towards us is understood too; where the two differ, ours count.
  for (const side of [theirs, ours]) {
    for (const { codec, payloadType } of side.codecs) receive.set(payloadType, codec);
    if (side.wideDigitsPayloadType !== null) receive.set(side.wideDigitsPayloadType, "wide-digits");
    if (side.digitsPayloadType !== null) receive.set(side.digitsPayloadType, "digits");
  }
  const wide = first.codec === "opus" ? theirs.wideDigitsPayloadType : null;
  const { direction, remote, secure, rtcpMux, ptimeMs } = agreed;
  return {
    ...first,
    receive,
    digitsPayloadType: wide ?? theirs.digitsPayloadType,
    digitsClockHz: wide === null ? 8000 : 48_000,
    direction,
    remote,
    secure,
    rtcpMux,
    ptimeMs,
  };
}

/** Null for the old way of holding; `rtcp` as RFC 3605 has it. */
function remoteOf(description: SessionDescription, media: MediaDescription): RemoteAudio | null | "unusable" {
  const address = media.connection ?? description.connection;
  if (address === "0.0.0.0") return null;
  if (address === null || !isUnicastIpv4(address)) return "unusable";
  const rtcp = media.attributes.find(({ name }) => name === "rtcp")?.value ?? "";
  const [, portText, rtcpAddress] = /^(\d{1,5})(?:\s+IN\s+IP4\s+(\S+))?$/i.exec(rtcp) ?? [];
  const rtcpPort = Number(portText ?? 0);
  return {
    address,
    rtpPort: media.port,
    rtcpAddress: rtcpAddress !== undefined && isUnicastIpv4(rtcpAddress) ? rtcpAddress : address,
    rtcpPort: rtcpPort > 0 && rtcpPort <= 65_535 ? rtcpPort : Math.min(media.port + 1, 65_535),
  };
}

function ptimeOf({ attributes }: MediaDescription): number {
  const ptime = Number(attributes.find(({ name }) => name === "ptime")?.value ?? NO_PTIME_MS);
  return Number.isFinite(ptime) && ptime > 0 && ptime <= 200 ? ptime : NO_PTIME_MS;
}
