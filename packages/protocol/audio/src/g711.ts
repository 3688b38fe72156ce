/** G.711 (ITU-T G.711, RFC 3551 §4.5.14): one byte a sample, 8 kHz. */
export type G711Codec = "pcmu" | "pcma";

/** As 16-bit PCM; `pcm` may be handed in to be filled, as far as both reach. */
export function decodeG711(
  codec: G711Codec,
  payload: Uint8Array,
  pcm: Int16Array = new Int16Array(payload.length),
): Int16Array {
  const table = codec === "pcmu" ? ULAW_TO_PCM : ALAW_TO_PCM;
  const count = Math.min(payload.length, pcm.length);
  for (let i = 0; i < count; i++) pcm[i] = table[payload[i] as number] as number;
  return pcm;
}

/** `payload` from `from` to `to` as PCM into `pcm` from `at` on, without a view of either; all must lie within. */
export function decodeG711Into(
  codec: G711Codec,
  payload: Uint8Array,
  from: number,
  to: number,
  pcm: Int16Array,
  at: number,
): void {
  const table = codec === "pcmu" ? ULAW_TO_PCM : ALAW_TO_PCM;
  for (let i = from, j = at; i < to; i++, j++) pcm[j] = table[payload[i] as number] as number;
}

export function encodeG711(
  codec: G711Codec,
  pcm: Int16Array,
  payload: Uint8Array = new Uint8Array(pcm.length),
): Uint8Array {
  const table = codec === "pcmu" ? PCM_TO_ULAW : PCM_TO_ALAW;
  const count = Math.min(payload.length, pcm.length);
  for (let i = 0; i < count; i++) payload[i] = table[(pcm[i] as number) & 0xffff] as number;
  return payload;
}

/** From the one law to the other without PCM between, into `to` (may be the same memory as `from`). */
export function transcodeG711(codec: G711Codec, from: Uint8Array, to: Uint8Array): void {
  const table = codec === "pcmu" ? ULAW_TO_ALAW : ALAW_TO_ULAW;
  const count = Math.min(from.length, to.length);
  for (let i = 0; i < count; i++) to[i] = table[from[i] as number] as number;
}

/** The byte that is silence. */
export function g711Silence(codec: G711Codec): number {
  return codec === "pcmu" ? 0xff : 0xd5;
}

const ULAW_BIAS = 0x84;
const ULAW_CLIP = 32_635;

const ULAW_TO_PCM = Int16Array.from({ length: 256 }, (_, code) => {
  const inverted = ~code & 0xff;
  const magnitude = (((inverted & 0x0f) << 3) + ULAW_BIAS) << ((inverted & 0x70) >> 4);
  return inverted & 0x80 ? ULAW_BIAS - magnitude : magnitude - ULAW_BIAS;
});

const ALAW_TO_PCM = Int16Array.from({ length: 256 }, (_, code) => {
  const toggled = code ^ 0x55;
  const segment = (toggled & 0x70) >> 4;
  const step = ((toggled & 0x0f) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 0x100) << (segment - 1);
  return toggled & 0x80 ? magnitude : -magnitude;
});

/** Indexed by the sample as an unsigned 16-bit number. */
const PCM_TO_ULAW = Uint8Array.from({ length: 65_536 }, (_, index) => encodeUlaw(signed(index)));
const PCM_TO_ALAW = Uint8Array.from({ length: 65_536 }, (_, index) => encodeAlaw(signed(index)));
const ULAW_TO_ALAW = through(ULAW_TO_PCM, PCM_TO_ALAW);
const ALAW_TO_ULAW = through(ALAW_TO_PCM, PCM_TO_ULAW);

function signed(index: number): number {
  return index < 32_768 ? index : index - 65_536;
}

function encodeUlaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), ULAW_CLIP) + ULAW_BIAS;
  const exponent = Math.max(0, 24 - Math.clz32(magnitude));
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

function encodeAlaw(sample: number): number {
  // The lowest four bits are below A-law's finest step; a negative number rounds towards minus infinity.
  const sign = sample >= 0 ? 0x80 : 0;
  const magnitude = sample >= 0 ? sample : -sample - 1;
  const exponent = Math.max(0, 24 - Math.clz32(magnitude | 0xff));
  const mantissa = (magnitude >> (exponent === 0 ? 4 : exponent + 3)) & 0x0f;
  return (sign | (exponent << 4) | mantissa) ^ 0x55;
}

function through(decode: Int16Array, encode: Uint8Array): Uint8Array {
  return Uint8Array.from(decode, (sample) => encode[sample & 0xffff] ?? 0);
}
