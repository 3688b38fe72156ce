import type { MediaDescription } from "./description.ts";

/** What this product speaks: G.711 over plain RTP, and Opus too with a browser. */
export type SdpCodec = "pcmu" | "pcma" | "opus";

/** What one side's m-line says about its formats, in its order of preference. */
export type AudioFormats = {
  readonly codecs: readonly { readonly codec: SdpCodec; readonly payloadType: number }[];
  /** Payload type of RFC 4733 digits at 8 kHz; null when it knows none. */
  readonly digitsPayloadType: number | null;
  /** The same at Opus's 48 kHz. */
  readonly wideDigitsPayloadType: number | null;
};

const STATIC_TYPES: Readonly<Record<string, string>> = { "0": "PCMU/8000", "8": "PCMA/8000" };
const ENCODINGS: ReadonlyMap<string, SdpCodec | "digits" | "wide-digits"> = new Map([
  ["pcmu/8000", "pcmu"],
  ["pcmu/8000/1", "pcmu"],
  ["pcma/8000", "pcma"],
  ["pcma/8000/1", "pcma"],
  ["opus/48000/2", "opus"],
  ["telephone-event/8000", "digits"],
  ["telephone-event/8000/1", "digits"],
  ["telephone-event/48000", "wide-digits"],
]);
const NAMES: Readonly<Record<SdpCodec, string>> = { pcmu: "PCMU/8000", pcma: "PCMA/8000", opus: "opus/48000/2" };
/**
 * To the browser (RFC 7587 §7.1): one channel, 4 kHz of sound as a telephone has it, with what repairs a lost packet in the
 * next one.
 */
const OPUS_PARAMETERS =
  "minptime=20;useinbandfec=1;stereo=0;maxplaybackrate=8000;sprop-maxcapturerate=8000;maxaveragebitrate=24000";

/** Formats we do not speak are passed over; a codec listed twice counts once. */
export function readFormats({ formats, attributes }: MediaDescription): AudioFormats {
  const maps = new Map<string, string>();
  for (const { name, value } of attributes) {
    const map = name === "rtpmap" ? /^(\d{1,3})\s+(\S+)/.exec(value ?? "") : null;
    if (map?.[1] !== undefined && map[2] !== undefined) maps.set(map[1], map[2]);
  }
  const codecs: { codec: SdpCodec; payloadType: number }[] = [];
  let digitsPayloadType: number | null = null;
  let wideDigitsPayloadType: number | null = null;
  for (const format of formats) {
    const payloadType = /^\d{1,3}$/.test(format) ? Number(format) : 128;
    if (payloadType > 127) continue;
    const encoding = ENCODINGS.get((maps.get(format) ?? STATIC_TYPES[format] ?? "").toLowerCase());
    if (encoding === undefined) continue;
    if (encoding === "digits") digitsPayloadType ??= payloadType;
    else if (encoding === "wide-digits") wideDigitsPayloadType ??= payloadType;
    else if (!codecs.some(({ codec }) => codec === encoding)) codecs.push({ codec: encoding, payloadType });
  }
  return { codecs, digitsPayloadType, wideDigitsPayloadType };
}

/** Without what only a browser is spoken to with. */
export function plainFormats({ codecs, digitsPayloadType }: AudioFormats): AudioFormats {
  return { codecs: codecs.filter(({ codec }) => codec !== "opus"), digitsPayloadType, wideDigitsPayloadType: null };
}

/** The m-line's formats and attributes of RFC 3551, RFC 7587 and RFC 4733 for what is given. */
export function writeFormats({ codecs, digitsPayloadType, wideDigitsPayloadType }: AudioFormats): {
  formats: string[];
  attributes: { name: string; value: string }[];
} {
  const formats: string[] = [];
  const attributes: { name: string; value: string }[] = [];
  const write = (payloadType: number, name: string, parameters: string | null) => {
    formats.push(String(payloadType));
    attributes.push({ name: "rtpmap", value: `${payloadType} ${name}` });
    if (parameters !== null) attributes.push({ name: "fmtp", value: `${payloadType} ${parameters}` });
  };
  for (const { codec, payloadType } of codecs) {
    write(payloadType, NAMES[codec], codec === "opus" ? OPUS_PARAMETERS : null);
  }
  if (wideDigitsPayloadType !== null) write(wideDigitsPayloadType, "telephone-event/48000", "0-15");
  if (digitsPayloadType !== null) write(digitsPayloadType, "telephone-event/8000", "0-15");
  return { formats, attributes };
}

const STATIC_NUMBERS: Readonly<Record<"pcmu" | "pcma", number>> = { pcmu: 0, pcma: 8 };

export function staticPayloadType(codec: "pcmu" | "pcma"): number {
  return STATIC_NUMBERS[codec];
}
