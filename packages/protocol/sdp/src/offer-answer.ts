import { isIPv4 } from "node:net";
import type { Random } from "@jikimi/kernel";
import { type AudioFormats, readFormats, type SdpCodec, staticPayloadType, writeFormats } from "./audio-formats.ts";
import { type MediaDescription, parseSdp, type SessionDescription, serializeSdp } from "./description.ts";
import { agreedDirection, type Direction, directionOf } from "./direction.ts";

/** Where our side receives: the only address that ever leaves in a description. */
export type LocalAudio = { readonly address: string; readonly rtpPort: number; readonly rtcpPort: number };

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
  readonly receive: ReadonlyMap<number, SdpCodec | "digits">;
  /** Payload type of RFC 4733 digits we send; null when the party takes none. */
  readonly digitsPayloadType: number | null;
  readonly direction: Direction;
  /** Null while the party holds in the old way (`c=0.0.0.0`). */
  readonly remote: RemoteAudio | null;
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
};

/** `hold`: the party is to hear us but not to be heard. `prefer`: the codec that saves transcoding. */
export type OfferAnswerWish = { readonly hold?: boolean; readonly prefer?: SdpCodec };

const AUDIO_LINE = { media: "audio", protocol: "RTP/AVP", formats: [] };
const NO_PTIME_MS = 20;

/**
 * Offer/answer (RFC 3264) of one leg with its party: G.711 and digits over RTP/AVP. The first usable audio line is taken,
 * every other is refused with port 0. What the party wrote never throws.
 */
export class OfferAnswer {
  readonly #local: LocalAudio;
  #memory: SdpMemory;
  #offered: { formats: AudioFormats; direction: Direction } | null = null;

  constructor({ local, random, memory }: { local: LocalAudio; random: Random; memory?: SdpMemory | undefined }) {
    this.#local = local;
    this.#memory = memory ?? {
      sessionId: String(random.integer(2 ** 31) + 1),
      version: 0,
      lastSdp: null,
      lines: [AUDIO_LINE],
      audioLine: 0,
      codecs: ["pcmu", "pcma"],
      digitsPayloadType: 101,
    };
  }

  get memory(): SdpMemory {
    return this.#memory;
  }

  answer(offerSdp: string, { hold = false, prefer }: OfferAnswerWish = {}): SdpAnswer {
    const parsed = parseSdp(offerSdp);
    if (parsed.kind === "malformed") return unacceptable(`the offer cannot be read: ${parsed.why}`);
    const { description } = parsed;
    const audioLine = description.media.findIndex(isPlainAudio);
    const offered = description.media[audioLine];
    if (offered === undefined) return unacceptable("no audio over RTP/AVP is offered");
    const theirs = readFormats(offered);
    const first = theirs.codecs.find(({ codec }) => codec === prefer) ?? theirs.codecs[0];
    if (first === undefined) return unacceptable("neither PCMU nor PCMA is offered");
    const remote = remoteOf(description, offered);
    if (remote === "unusable") return unacceptable("the party's address is not a usable IPv4 address");

    const codecs = [first, ...theirs.codecs.filter((other) => other !== first)];
    const formats = { codecs, digitsPayloadType: theirs.digitsPayloadType };
    const direction = agreedDirection(hold ? "sendonly" : "sendrecv", directionOf(description, offered));
    const rtcpMux = offered.attributes.some(({ name }) => name === "rtcp-mux");
    const lines = description.media.map(({ media, protocol, formats }) => ({ media, protocol, formats }));
    this.#memory = {
      ...this.#memory,
      lines,
      audioLine,
      codecs: codecs.map(({ codec }) => codec),
      digitsPayloadType: theirs.digitsPayloadType ?? this.#memory.digitsPayloadType,
    };
    this.#offered = null;
    return {
      kind: "ok",
      sdp: this.#describe(formats, direction, rtcpMux),
      audio: negotiated({ first, ours: formats, theirs, direction, remote, rtcpMux, ptimeMs: ptimeOf(offered) }),
    };
  }

  offer({ hold = false, prefer }: OfferAnswerWish = {}): string {
    const { codecs, digitsPayloadType } = this.#memory;
    const all: SdpCodec[] = [
      ...new Set<SdpCodec>([...(prefer === undefined ? [] : [prefer]), ...codecs, "pcmu", "pcma"]),
    ];
    const formats = {
      codecs: all.map((codec) => ({ codec, payloadType: staticPayloadType(codec) })),
      digitsPayloadType,
    };
    const direction = hold ? "sendonly" : "sendrecv";
    this.#offered = { formats, direction };
    return this.#describe(formats, direction, false);
  }

  /** May be called again for the same offer: early media is answered before the final answer comes. */
  acceptAnswer(answerSdp: string): SdpAccepted {
    if (this.#offered === null) return unacceptable("no offer of ours awaits an answer");
    const parsed = parseSdp(answerSdp);
    if (parsed.kind === "malformed") return unacceptable(`the answer cannot be read: ${parsed.why}`);
    const { description } = parsed;
    const answered = description.media[this.#memory.audioLine];
    if (answered === undefined || !isPlainAudio(answered)) return unacceptable("the party refused the audio");
    const { formats: ours, direction: wished } = this.#offered;
    const listed = readFormats(answered);
    const first = listed.codecs.find(({ codec }) => ours.codecs.some((offered) => offered.codec === codec));
    if (first === undefined) return unacceptable("the party answered with no codec that was offered");
    const remote = remoteOf(description, answered);
    if (remote === "unusable") return unacceptable("the party's address is not a usable IPv4 address");
    const direction = agreedDirection(wished, directionOf(description, answered));
    return {
      kind: "ok",
      audio: negotiated({ first, ours, theirs: listed, direction, remote, rtcpMux: false, ptimeMs: ptimeOf(answered) }),
    };
  }

  #describe(formats: AudioFormats, direction: Direction, rtcpMux: boolean): string {
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
      ];
      return { ...line, port: rtpPort, formats: written.formats, connection: null, attributes };
    });
    const { sessionId, lastSdp } = this.#memory;
    const write = (version: number) =>
      serializeSdp({
        // "-" would do (RFC 8866 §5.2), but there are peers that expect a word: sipp's built-in regexp caller is one.
        origin: { username: "jikimi", sessionId, version: String(version), address },
        sessionName: "-",
        connection: address,
        attributes: [],
        media,
      });
    const { version } = this.#memory;
    const changed = lastSdp !== write(version);
    const next = changed ? version + 1 : version;
    const sdp = write(next);
    this.#memory = { ...this.#memory, version: next, lastSdp: sdp };
    return sdp;
  }
}

function unacceptable(why: string): { kind: "unacceptable"; why: string } {
  return { kind: "unacceptable", why };
}

function isPlainAudio({ media, protocol, port }: MediaDescription): boolean {
  return media === "audio" && port !== 0 && protocol.toUpperCase() === "RTP/AVP";
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
} & Pick<NegotiatedAudio, "direction" | "remote" | "rtcpMux" | "ptimeMs">): NegotiatedAudio {
  const receive = new Map<number, SdpCodec | "digits">();
  // A party that uses its own numbers towards us is understood too; where the two differ, ours count.
  for (const side of [theirs, ours]) {
    for (const { codec, payloadType } of side.codecs) receive.set(payloadType, codec);
    if (side.digitsPayloadType !== null) receive.set(side.digitsPayloadType, "digits");
  }
  return { ...first, receive, digitsPayloadType: theirs.digitsPayloadType, ...agreed };
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

/** Sending to a group or a whole network would make us a reflector. */
function isUnicastIpv4(address: string): boolean {
  const first = Number(address.split(".")[0]);
  return isIPv4(address) && first > 0 && first < 224;
}

function ptimeOf({ attributes }: MediaDescription): number {
  const ptime = Number(attributes.find(({ name }) => name === "ptime")?.value ?? NO_PTIME_MS);
  return Number.isFinite(ptime) && ptime > 0 && ptime <= 200 ? ptime : NO_PTIME_MS;
}
