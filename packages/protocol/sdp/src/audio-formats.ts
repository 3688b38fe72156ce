import type { MediaDescription } from "./description.ts";

/** What this product speaks; Opus comes with the browser's own leg. */
export type SdpCodec = "pcmu" | "pcma";

/** What one side's m-line says about its formats, in its order of preference. */
export type AudioFormats = {
  readonly codecs: readonly { readonly codec: SdpCodec; readonly payloadType: number }[];
  /** Payload type of RFC 4733 digits at 8 kHz; null when it knows none. */
  readonly digitsPayloadType: number | null;
};

const STATIC_TYPES: Readonly<Record<string, string>> = { "0": "PCMU/8000", "8": "PCMA/8000" };
const STATIC_NUMBERS: Readonly<Record<SdpCodec, number>> = { pcmu: 0, pcma: 8 };

/** Formats we do not speak are passed over; a codec listed twice counts once. */
export function readFormats({ formats, attributes }: MediaDescription): AudioFormats {
  const maps = new Map<string, string>();
  for (const { name, value } of attributes) {
    const map = name === "rtpmap" ? /^(\d{1,3})\s+(\S+)/.exec(value ?? "") : null;
    if (map?.[1] !== undefined && map[2] !== undefined) maps.set(map[1], map[2]);
  }
  const codecs: { codec: SdpCodec; payloadType: number }[] = [];
  let digitsPayloadType: number | null = null;
  for (const format of formats) {
    const payloadType = /^\d{1,3}$/.test(format) ? Number(format) : 128;
    if (payloadType > 127) continue;
    const [encoding, rate, channels] = (maps.get(format) ?? STATIC_TYPES[format] ?? "").toLowerCase().split("/");
    if (rate !== "8000" || (channels !== undefined && channels !== "1")) continue;
    if (encoding === "telephone-event") digitsPayloadType ??= payloadType;
    if (encoding !== "pcmu" && encoding !== "pcma") continue;
    if (!codecs.some(({ codec }) => codec === encoding)) codecs.push({ codec: encoding, payloadType });
  }
  return { codecs, digitsPayloadType };
}

/** The m-line's formats and attributes of RFC 3551 and RFC 4733 for what is given. */
export function writeFormats({ codecs, digitsPayloadType }: AudioFormats): {
  formats: string[];
  attributes: { name: string; value: string }[];
} {
  const formats = codecs.map(({ payloadType }) => String(payloadType));
  const attributes = codecs.map(({ codec, payloadType }) => ({
    name: "rtpmap",
    value: `${payloadType} ${codec.toUpperCase()}/8000`,
  }));
  if (digitsPayloadType !== null) {
    formats.push(String(digitsPayloadType));
    attributes.push({ name: "rtpmap", value: `${digitsPayloadType} telephone-event/8000` });
    attributes.push({ name: "fmtp", value: `${digitsPayloadType} 0-15` });
  }
  return { formats, attributes };
}

export function staticPayloadType(codec: SdpCodec): number {
  return STATIC_NUMBERS[codec];
}
