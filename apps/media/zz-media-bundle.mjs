// packages/foundation/kernel/src/clock.ts
var BaseClock = class {
  sleep(delayMs, options = {}) {
    const { signal } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        timer.cancel();
        reject(signal?.reason);
      };
      const timer = this.after(delayMs, () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      });
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }
  deadline(delayMs) {
    const controller = new AbortController();
    this.after(delayMs, () => controller.abort(new DOMException("deadline passed", "TimeoutError")));
    return controller.signal;
  }
};
var SystemClock = class extends BaseClock {
  nowMs() {
    return Date.now();
  }
  monotonicMs() {
    return performance.now();
  }
  after(delayMs, action) {
    const handle = setTimeout(action, delayMs);
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  }
};

// packages/foundation/kernel/src/random.ts
import { randomBytes } from "node:crypto";

var BaseRandom = class {
  hex(count) {
    return Buffer.from(this.bytes(count)).toString("hex");
  }
  integer(exclusiveMax) {
    const value = Buffer.from(this.bytes(6)).readUIntBE(0, 6);
    return value % exclusiveMax;
  }
};
var SystemRandom = class extends BaseRandom {
  bytes(count) {
    return randomBytes(count);
  }
};

// packages/services/recording/src/errors.ts
var RecordingError = class extends Error {
  code;
  constructor(code, message, options = {}) {
    super(message, options);
    this.name = "RecordingError";
    this.code = code;
  }
};

// packages/protocol/audio/src/g711.ts
function decodeG711(codec, payload, pcm = new Int16Array(payload.length)) {
  const table = codec === "pcmu" ? ULAW_TO_PCM : ALAW_TO_PCM;
  const count = Math.min(payload.length, pcm.length);
  for (let i = 0; i < count; i++) pcm[i] = table[payload[i]];
  return pcm;
}
function decodeG711Into(codec, payload, from, to, pcm, at) {
  const table = codec === "pcmu" ? ULAW_TO_PCM : ALAW_TO_PCM;
  for (let i = from, j = at; i < to; i++, j++) pcm[j] = table[payload[i]];
}
function encodeG711(codec, pcm, payload = new Uint8Array(pcm.length)) {
  const table = codec === "pcmu" ? PCM_TO_ULAW : PCM_TO_ALAW;
  const count = Math.min(payload.length, pcm.length);
  for (let i = 0; i < count; i++) payload[i] = table[pcm[i] & 65535];
  return payload;
}
function transcodeG711(codec, from, to) {
  const table = codec === "pcmu" ? ULAW_TO_ALAW : ALAW_TO_ULAW;
  const count = Math.min(from.length, to.length);
  for (let i = 0; i < count; i++) to[i] = table[from[i]];
}
function g711Silence(codec) {
  return codec === "pcmu" ? 255 : 213;
}
var ULAW_BIAS = 132;
var ULAW_CLIP = 32635;
var ULAW_TO_PCM = Int16Array.from({ length: 256 }, (_, code) => {
  const inverted = ~code & 255;
  const magnitude = (((inverted & 15) << 3) + ULAW_BIAS) << ((inverted & 112) >> 4);
  return inverted & 128 ? ULAW_BIAS - magnitude : magnitude - ULAW_BIAS;
});
var ALAW_TO_PCM = Int16Array.from({ length: 256 }, (_, code) => {
  const toggled = code ^ 85;
  const segment = (toggled & 112) >> 4;
  const step = ((toggled & 15) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 256) << (segment - 1);
  return toggled & 128 ? magnitude : -magnitude;
});
var PCM_TO_ULAW = Uint8Array.from({ length: 65536 }, (_, index) => encodeUlaw(signed(index)));
var PCM_TO_ALAW = Uint8Array.from({ length: 65536 }, (_, index) => encodeAlaw(signed(index)));
var ULAW_TO_ALAW = through(ULAW_TO_PCM, PCM_TO_ALAW);
var ALAW_TO_ULAW = through(ALAW_TO_PCM, PCM_TO_ULAW);
function signed(index) {
  return index < 32768 ? index : index - 65536;
}
function encodeUlaw(sample) {
  const sign = sample < 0 ? 128 : 0;
  const magnitude = Math.min(Math.abs(sample), ULAW_CLIP) + ULAW_BIAS;
  const exponent = Math.max(0, 24 - Math.clz32(magnitude));
  const mantissa = (magnitude >> (exponent + 3)) & 15;
  return ~(sign | (exponent << 4) | mantissa) & 255;
}
function encodeAlaw(sample) {
  const sign = sample >= 0 ? 128 : 0;
  const magnitude = sample >= 0 ? sample : -sample - 1;
  const exponent = Math.max(0, 24 - Math.clz32(magnitude | 255));
  const mantissa = (magnitude >> (exponent === 0 ? 4 : exponent + 3)) & 15;
  return (sign | (exponent << 4) | mantissa) ^ 85;
}
function through(decode, encode) {
  return Uint8Array.from(decode, (sample) => encode[sample & 65535] ?? 0);
}

// packages/protocol/audio/src/resample.ts
function resample(pcm, fromHz, toHz) {
  if (fromHz === toHz) return pcm.slice();
  const resampler = new Resampler(fromHz, toHz);
  const first = resampler.push(pcm);
  const last = resampler.flush();
  const whole = new Float32Array(Math.round((pcm.length * toHz) / fromHz));
  const kept = first.subarray(0, whole.length);
  whole.set(kept);
  whole.set(last.subarray(0, whole.length - kept.length), kept.length);
  return whole;
}
function toInt16(samples) {
  return Int16Array.from(samples, (sample) => Math.max(-32768, Math.min(32767, Math.round(sample * 32768))));
}
var ZERO_CROSSINGS = 24;
var KAISER_BETA = 8;
var PASS_BAND = 0.92;
var MAX_PHASES = 1024;
var Resampler = class {
  #fromHz;
  #toHz;
  #phases;
  #taps;
  /** `#taps` coefficients for each phase, one after the other. */
  #filter;
  /** Input not used up yet; begins with half a filter of silence. */
  #pending;
  /** Input samples dropped from the front of `#pending` so far, and output samples made so far. */
  #consumed = 0;
  #produced = 0;
  constructor(fromHz, toHz) {
    const divisor = greatestCommonDivisor(fromHz, toHz);
    this.#fromHz = fromHz / divisor;
    this.#toHz = toHz / divisor;
    this.#phases = Math.min(this.#toHz, MAX_PHASES);
    const stretch = Math.max(1, fromHz / toHz);
    const half = Math.ceil(ZERO_CROSSINGS * stretch);
    this.#taps = 2 * half;
    this.#filter = designFilter(this.#phases, half, PASS_BAND * Math.min(1, toHz / fromHz));
    this.#pending = new Float32Array(half - 1);
  }
  /** How much later a sample comes out than it went in, in input samples. */
  get delaySamples() {
    return this.#taps / 2;
  }
  push(samples) {
    const input = new Float32Array(this.#pending.length + samples.length);
    input.set(this.#pending);
    input.set(samples, this.#pending.length);
    const ready = input.length - this.#taps + this.#consumed;
    const end = ready < 0 ? this.#produced : Math.floor(((ready + 1) * this.#toHz - 1) / this.#fromHz) + 1;
    const output = new Float32Array(Math.max(0, end - this.#produced));
    for (let n = 0; n < output.length; n++) {
      const position = (this.#produced + n) * this.#fromHz;
      const whole = Math.floor(position / this.#toHz);
      const phase = Math.floor(((position - whole * this.#toHz) * this.#phases) / this.#toHz);
      const from = whole - this.#consumed;
      const base2 = phase * this.#taps;
      let sum = 0;
      for (let tap = 0; tap < this.#taps; tap++) sum += (input[from + tap] ?? 0) * (this.#filter[base2 + tap] ?? 0);
      output[n] = sum;
    }
    this.#produced += output.length;
    const nextFrom = Math.floor((this.#produced * this.#fromHz) / this.#toHz) - this.#consumed;
    const drop = Math.max(0, Math.min(nextFrom, input.length));
    this.#pending = input.slice(drop);
    this.#consumed += drop;
    return output;
  }
  flush() {
    return this.push(new Float32Array(this.#taps / 2));
  }
};
function designFilter(phases, half, cutoff) {
  const taps = 2 * half;
  const filter = new Float32Array(phases * taps);
  for (let phase = 0; phase < phases; phase++) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const distance = tap - (half - 1) - phase / phases;
      const value = cutoff * sinc(cutoff * distance) * kaiser(distance / half);
      filter[phase * taps + tap] = value;
      sum += value;
    }
    for (let tap = 0; tap < taps; tap++) {
      const at = phase * taps + tap;
      filter[at] = (filter[at] ?? 0) / sum;
    }
  }
  return filter;
}
function sinc(x) {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}
function kaiser(x) {
  return Math.abs(x) >= 1 ? 0 : bessel(KAISER_BETA * Math.sqrt(1 - x * x)) / bessel(KAISER_BETA);
}
function bessel(x) {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-10; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
function greatestCommonDivisor(a, b) {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

// packages/protocol/audio/src/wav.ts
var PCM = 1;
var ALAW = 6;
var ULAW = 7;
var EXTENSIBLE = 65534;
function readWav(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || tag(bytes, 0) !== "RIFF" || tag(bytes, 8) !== "WAVE") return unreadable("not a WAV file");
  let format = null;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = tag(bytes, at);
    const size = view.getUint32(at + 4, true);
    const end = Math.min(at + 8 + size, bytes.length);
    if (name === "fmt ") {
      if (end - at - 8 < 16) return unreadable("its format chunk is too short");
      format = readFormat(view, at + 8, end);
      const why = refusal(format);
      if (why !== null) return unreadable(why);
    } else if (name === "data") {
      if (format === null) return unreadable("its data come before its format");
      return { kind: "ok", wav: readSamples(bytes.subarray(at + 8, end), format) };
    }
    at += 8 + size + (size & 1);
  }
  return unreadable("it holds no sound");
}
function readSound(bytes) {
  const read = readWav(bytes);
  if (read.kind === "unreadable") return read;
  const { channels, sampleRateHz } = read.wav;
  const length = channels[0]?.length ?? 0;
  if (length === 0) return unreadable("it holds no sound");
  const mono = new Float32Array(length);
  for (const channel of channels) {
    for (let i = 0; i < length; i++) mono[i] = (mono[i] ?? 0) + (channel[i] ?? 0) / 32768 / channels.length;
  }
  return { kind: "ok", pcm: toInt16(resample(mono, sampleRateHz, 8e3)), sampleRateHz: 8e3 };
}
function readFormat(view, at, end) {
  const stated = view.getUint16(at, true);
  const encoding = stated === EXTENSIBLE && end - at >= 26 ? view.getUint16(at + 24, true) : stated;
  return {
    encoding,
    channels: view.getUint16(at + 2, true),
    sampleRateHz: view.getUint32(at + 4, true),
    bits: view.getUint16(at + 14, true),
  };
}
function refusal({ encoding, channels, sampleRateHz, bits }) {
  if (encoding !== PCM && encoding !== ALAW && encoding !== ULAW) return `its encoding (${encoding}) is not supported`;
  if (bits !== (encoding === PCM ? 16 : 8)) return `${bits} bits a sample are not supported`;
  if (channels !== 1 && channels !== 2) return `${channels} channels are not supported`;
  if (sampleRateHz < 4e3 || sampleRateHz > 192e3) return `a rate of ${sampleRateHz} Hz is not supported`;
  return null;
}
function readSamples(data, { encoding, channels, sampleRateHz }) {
  const bytesPerSample2 = encoding === PCM ? 2 : 1;
  const frames = Math.floor(data.length / bytesPerSample2 / channels);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const decoded = encoding === PCM ? null : decodeG711(encoding === ALAW ? "pcma" : "pcmu", data);
  const split = Array.from({ length: channels }, (_, channel) =>
    Int16Array.from({ length: frames }, (_2, i) => {
      const index = i * channels + channel;
      return decoded === null ? view.getInt16(index * 2, true) : (decoded[index] ?? 0);
    }),
  );
  return { sampleRateHz, channels: split };
}
function tag(bytes, at) {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
function unreadable(why) {
  return { kind: "unreadable", why };
}

// packages/services/recording/src/types.ts
var RECORDING_RATE_HZ = 8e3;

// packages/services/recording/src/gap-list.ts
var GapList = class _GapList {
  static capacity = 2e4;
  #gaps = [];
  #last = /* @__PURE__ */ new Map();
  #unlisted = 0;
  get unlisted() {
    return this.#unlisted;
  }
  add(gap) {
    const last = this.#last.get(gap.track);
    if (last !== void 0 && last.reason === gap.reason && last.endSample === gap.startSample) {
      last.endSample = gap.endSample;
      return;
    }
    if (this.#gaps.length >= _GapList.capacity) {
      this.#unlisted += 1;
      return;
    }
    const own = { ...gap };
    this.#gaps.push(own);
    this.#last.set(gap.track, own);
  }
  list() {
    return this.#gaps;
  }
  /** In whole milliseconds (never shorter than the gap is) and by channel, in order of time. */
  summary() {
    return this.#gaps
      .map(({ track, startSample, endSample, reason: reason2 }) => {
        const channel = track === "caller" ? "caller" : "agent";
        return {
          channel,
          startMs: Math.floor(samplesToMs(startSample)),
          endMs: Math.ceil(samplesToMs(endSample)),
          reason: reason2,
        };
      })
      .sort((a, b) => a.startMs - b.startMs || a.channel.localeCompare(b.channel));
  }
};
function samplesToMs(samples) {
  return (samples * 1e3) / RECORDING_RATE_HZ;
}

// packages/services/recording/src/format.ts
import { createCipheriv, createDecipheriv, createHash, createSecretKey, hkdfSync } from "node:crypto";

var MAGIC = Buffer.from("JIKIMIREC", "latin1");
var FORMAT_VERSION = 1;
var BLOCK_MARKER = Buffer.from("JKB1", "latin1");
var TAG_BYTES = 16;
var SALT_BYTES = 16;
var BLOCK_HEADER_BYTES = 4 + 4 + 1 + 4 + TAG_BYTES;
var MAX_BLOCK_BYTES = 4 * 1024 * 1024;
var MAX_FIELD_BYTES = 1024;
var CIPHER = "aes-256-gcm";
var CIPHER_AES_256_GCM = 1;
var HEADER_INDEX = 0;
var FIRST_BLOCK_INDEX = 1;
var KIND_CODES = { audio: 1, final: 2 };
var TRACKS = ["caller", "agent", "announcement"];
var GAP_REASONS = [
  "no-rtp",
  "packet-loss",
  "hold",
  "media-restart",
  "disk-full",
  "io-error",
  "paused",
  "not-connected",
];
var BlockCipher = class {
  #key;
  #headerHash;
  /**
   * The file's key is HKDF-SHA256 (RFC 5869) of the call's key with the header's salt: two files of one call have two
   * keys, so that a nonce made of the block's number alone never repeats under a key.
   */
  constructor(callKey, salt, headerBytes) {
    const derived = Buffer.from(hkdfSync("sha256", callKey, salt, "jikimi recording file key v1", 32));
    this.#key = createSecretKey(derived);
    derived.fill(0);
    this.#headerHash = createHash("sha256").update(headerBytes).digest();
  }
  /** The tag that follows the header's bytes: proves them before any block is there. */
  headerTag() {
    const cipher = createCipheriv(CIPHER, this.#key, nonceOf(HEADER_INDEX));
    cipher.setAAD(this.#headerHash);
    cipher.final();
    return cipher.getAuthTag();
  }
  seal(index, kind, previousTag, plain2) {
    const length = plain2.reduce((sum, part) => sum + part.length, 0);
    const head = Buffer.alloc(BLOCK_HEADER_BYTES);
    BLOCK_MARKER.copy(head, 0);
    head.writeUInt32BE(index, 4);
    head.writeUInt8(KIND_CODES[kind], 8);
    head.writeUInt32BE(length, 9);
    head.set(previousTag, 13);
    const cipher = createCipheriv(CIPHER, this.#key, nonceOf(index));
    cipher.setAAD(Buffer.concat([this.#headerHash, head]));
    const sealed = plain2.map((part) => cipher.update(part));
    sealed.push(cipher.final());
    const tag2 = cipher.getAuthTag();
    return { bytes: Buffer.concat([head, ...sealed, tag2]), tag: tag2 };
  }
  /** Null when the block was not made, byte for byte, by a writer of this file. */
  open(head, index, ciphertext, tag2) {
    const decipher = createDecipheriv(CIPHER, this.#key, nonceOf(index));
    decipher.setAAD(Buffer.concat([this.#headerHash, head]));
    decipher.setAuthTag(tag2);
    try {
      return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
    } catch {
      return null;
    }
  }
};
function nonceOf(index) {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(index, 8);
  return nonce;
}
function encodeHeader({ callId: callId3, startedAtMs, wrappedKey, salt }) {
  const id2 = Buffer.from(callId3, "utf8");
  const fixed = Buffer.alloc(MAGIC.length + 2 + 8);
  MAGIC.copy(fixed, 0);
  fixed.writeUInt8(FORMAT_VERSION, MAGIC.length);
  fixed.writeUInt8(CIPHER_AES_256_GCM, MAGIC.length + 1);
  fixed.writeBigUInt64BE(BigInt(Math.max(0, Math.trunc(startedAtMs))), MAGIC.length + 2);
  return Buffer.concat([fixed, salt, lengthOf(id2), id2, lengthOf(wrappedKey), wrappedKey]);
}
var MAX_HEADER_BYTES = MAGIC.length + 2 + 8 + SALT_BYTES + 2 * (2 + MAX_FIELD_BYTES) + TAG_BYTES;
function lengthOf(field) {
  if (field.length > MAX_FIELD_BYTES) throw new RangeError(`a header field of ${field.length} bytes`);
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(field.length);
  return bytes;
}

// packages/services/recording/src/records.ts
var AUDIO = 1;
var GAP = 2;
var TOTALS = 3;
var AUDIO_HEAD_BYTES = 11;
var GAP_BYTES = 11;
var TOTALS_BYTES = 14;
var MAX_SAMPLE = 4294967295;
var CODECS = ["pcmu", "pcma", "pcm16"];
var CODEC_BYTES = { pcmu: 1, pcma: 1, pcm16: 2 };
function bytesPerSample(codec) {
  return CODEC_BYTES[codec];
}
function encodeAudioHead(record) {
  const bytes = Buffer.allocUnsafe(AUDIO_HEAD_BYTES);
  bytes.writeUInt8(AUDIO, 0);
  bytes.writeUInt8(TRACKS.indexOf(record.track), 1);
  bytes.writeUInt8(CODECS.indexOf(record.codec), 2);
  bytes.writeUInt32BE(record.startSample, 3);
  bytes.writeUInt32BE(record.byteLength, 7);
  return bytes;
}
function encodeGap(record) {
  const bytes = Buffer.allocUnsafe(GAP_BYTES);
  bytes.writeUInt8(GAP, 0);
  bytes.writeUInt8(TRACKS.indexOf(record.track), 1);
  bytes.writeUInt8(GAP_REASONS.indexOf(record.reason), 2);
  bytes.writeUInt32BE(record.startSample, 3);
  bytes.writeUInt32BE(record.endSample, 7);
  return bytes;
}
function encodeTotals(record) {
  const bytes = Buffer.allocUnsafe(TOTALS_BYTES);
  bytes.writeUInt8(TOTALS, 0);
  bytes.writeUInt32BE(record.audioBlocks, 1);
  bytes.writeUInt32BE(record.durationSamples, 5);
  bytes.writeUInt8(record.lost ? 1 : 0, 9);
  bytes.writeUInt32BE(record.unlistedGaps, 10);
  return bytes;
}

// packages/services/recording/src/export.ts
var MAX_WAV_SAMPLES = Math.floor((4294967295 - 36) / 4);

// packages/services/recording/src/keyring.ts
var KEY_BYTES = 32;
var KEY_ID_BYTES = 8;
var NONCE_BYTES = 12;
var TAG_BYTES2 = 16;
var HEAD_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES;
var WRAPPED_BYTES = HEAD_BYTES + KEY_BYTES + TAG_BYTES2;

// packages/services/recording/src/file-bytes.ts
var HASH_CHUNK_BYTES = 256 * 1024;

// packages/services/recording/src/block-builder.ts
var LANE_BYTES = 4800;
var BlockBuilder = class {
  #lanes = { caller: lane(), agent: lane(), announcement: lane() };
  #gaps = [];
  #audioBytes = 0;
  get isEmpty() {
    return this.#audioBytes === 0 && this.#gaps.length === 0;
  }
  /** Of audio, for the writer's bound on a block. */
  get audioBytes() {
    return this.#audioBytes;
  }
  get gapCount() {
    return this.#gaps.length;
  }
  addAudio(track, startSample, codec, payload) {
    const target = this.#lanes[track];
    const end = target.used + payload.length;
    if (end > target.bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(end, target.bytes.length * 2));
      target.bytes.copy(grown, 0, 0, target.used);
      target.bytes = grown;
    }
    target.bytes.set(payload, target.used);
    const last = target.runs.at(-1);
    if (last !== void 0 && last.codec === codec && target.nextSample === startSample) {
      last.byteLength += payload.length;
    } else {
      target.runs.push({ codec, startSample, offset: target.used, byteLength: payload.length });
    }
    target.used = end;
    target.nextSample = startSample + payload.length / bytesPerSample(codec);
    this.#audioBytes += payload.length;
  }
  addGap(gap) {
    const at = this.#gaps.findLastIndex((other) => other.track === gap.track);
    const last = this.#gaps[at];
    if (last !== void 0 && last.reason === gap.reason && last.endSample === gap.startSample) {
      this.#gaps[at] = { ...last, endSample: gap.endSample };
    } else this.#gaps.push(gap);
  }
  /** The block's content as it is to be sealed, in parts that are valid until the next `add…`; then it is empty. */
  take() {
    const parts = this.#gaps.map(encodeGap);
    for (const track of TRACKS) {
      const { bytes, runs } = this.#lanes[track];
      for (const { codec, startSample, offset, byteLength } of runs) {
        parts.push(encodeAudioHead({ track, codec, startSample, byteLength }));
        parts.push(bytes.subarray(offset, offset + byteLength));
      }
    }
    this.#gaps = [];
    this.#clearAudio();
    return parts;
  }
  /** Throws the audio away and says what it was; gaps stay. */
  dropAudio() {
    const spans = TRACKS.flatMap((track) =>
      this.#lanes[track].runs.map(({ codec, startSample, byteLength }) => ({
        track,
        startSample,
        endSample: startSample + byteLength / bytesPerSample(codec),
      })),
    );
    this.#clearAudio();
    return spans;
  }
  #clearAudio() {
    this.#audioBytes = 0;
    for (const track of TRACKS) {
      const target = this.#lanes[track];
      target.runs = [];
      target.used = 0;
    }
  }
};
function lane() {
  return { bytes: Buffer.allocUnsafe(LANE_BYTES), used: 0, runs: [], nextSample: 0 };
}

// packages/services/recording/src/disk-pump.ts
import { createHash as createHash2 } from "node:crypto";

var SYNC_EVERY_MS = 5e3;
var FIRST_RETRY_MS = 250;
var LAST_RETRY_MS = 2e3;
var DiskPump = class {
  #file;
  #clock;
  #onFailure;
  #queue = [];
  #hash = createHash2("sha256");
  #waiting = 0;
  #position = 0;
  #running;
  #failing = null;
  #syncFailed = false;
  #syncedAtMs;
  #stop = new AbortController();
  constructor(file, { clock, onFailure }) {
    this.#file = file;
    this.#clock = clock;
    this.#onFailure = onFailure;
    this.#syncedAtMs = clock.monotonicMs();
  }
  /** Bytes that are sealed and not yet on disk. */
  get waitingBytes() {
    return this.#waiting;
  }
  /** Why the disk refuses at this moment. */
  get failing() {
    return this.#failing;
  }
  push(bytes) {
    this.#queue.push(bytes);
    this.#waiting += bytes.length;
    this.#running ??= this.#run().finally(() => {
      this.#running = void 0;
    });
  }
  /**
   * Waits until all is on disk and synced, at most `patienceMs`; then cuts off what half of a block may lie at the end,
   * and closes the file. `whole` is false where something did not get there.
   */
  async finish(patienceMs) {
    const deadline = this.#clock.after(patienceMs, () => this.#stop.abort());
    while (this.#running !== void 0) await this.#running;
    deadline.cancel();
    const whole = this.#queue.length === 0;
    if (!whole) await this.#quietly(() => this.#file.truncate(this.#position));
    await this.#sync();
    await this.#quietly(() => this.#file.close());
    return { sha256: this.#hash.digest("hex"), whole: whole && !this.#syncFailed };
  }
  async #run() {
    let retryMs = FIRST_RETRY_MS;
    for (let bytes = this.#queue[0]; bytes !== void 0; bytes = this.#queue[0]) {
      try {
        await this.#writeWhole(bytes);
      } catch (cause) {
        this.#fail(cause);
        if (!(await this.#pause(retryMs))) return;
        retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
        continue;
      }
      this.#failing = null;
      retryMs = FIRST_RETRY_MS;
      this.#queue.shift();
      this.#waiting -= bytes.length;
      this.#position += bytes.length;
      this.#hash.update(bytes);
      if (this.#clock.monotonicMs() - this.#syncedAtMs >= SYNC_EVERY_MS) await this.#sync();
    }
  }
  async #writeWhole(bytes) {
    let written = 0;
    while (written < bytes.length) {
      const taken = await this.#file.writeAt(bytes.subarray(written), this.#position + written);
      if (taken <= 0) throw new Error("the disk took no bytes and gave no error");
      written += taken;
    }
  }
  async #sync() {
    this.#syncedAtMs = this.#clock.monotonicMs();
    try {
      await this.#file.sync();
    } catch (cause) {
      this.#syncFailed = true;
      this.#fail(cause);
      this.#failing = null;
    }
  }
  /** False when there is no time left to try again. */
  async #pause(retryMs) {
    try {
      await this.#clock.sleep(retryMs, { signal: this.#stop.signal });
      return true;
    } catch {
      return false;
    }
  }
  #fail(cause) {
    const reason2 = reasonOf(cause);
    if (this.#failing === reason2) return;
    this.#failing = reason2;
    this.#onFailure(reason2, cause);
  }
  async #quietly(action) {
    try {
      await action();
    } catch (cause) {
      this.#fail(cause);
    }
  }
};
function reasonOf(cause) {
  const code = cause instanceof Error && "code" in cause ? cause.code : void 0;
  return code === "ENOSPC" || code === "EDQUOT" ? "disk-full" : "io-error";
}

// packages/services/recording/src/files.ts
import { open } from "node:fs/promises";
import { dirname } from "node:path";

var diskFiles = {
  async create(path) {
    const handle = await open(path, "wx", 384);
    return new DiskFile(handle, dirname(path));
  },
};
var DiskFile = class {
  #handle;
  #unsyncedFolder;
  constructor(handle, folder) {
    this.#handle = handle;
    this.#unsyncedFolder = folder;
  }
  async writeAt(bytes, position) {
    const { bytesWritten } = await this.#handle.write(bytes, 0, bytes.length, position);
    return bytesWritten;
  }
  async sync() {
    await this.#handle.datasync();
    const folder = this.#unsyncedFolder;
    if (folder === void 0) return;
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    this.#unsyncedFolder = void 0;
  }
  async truncate(length) {
    await this.#handle.truncate(length);
  }
  async close() {
    await this.#handle.close();
  }
};

// packages/services/recording/src/writer.ts
var SEAL_EVERY_MS = 500;
var SEAL_AT_BYTES = 256 * 1024;
var SEAL_AT_GAPS = 4096;
var MAX_WAITING_BYTES = 1024 * 1024;
var CLOSE_PATIENCE_MS = 5e3;
async function createRecordingWriter(options) {
  const {
    path,
    callId: callId3,
    startedAtMs,
    callKey,
    wrappedKey,
    random = new SystemRandom(),
    files = diskFiles,
  } = options;
  if (callKey.length !== 32) throw new RangeError(`a call key of ${callKey.length} bytes: 32 are needed`);
  const salt = random.bytes(SALT_BYTES);
  const header2 = encodeHeader({ callId: callId3, startedAtMs, wrappedKey, salt });
  let file;
  try {
    file = await files.create(path);
  } catch (cause) {
    throw new RecordingError("cannot-create", `the recording ${path} could not be created`, { cause });
  }
  return new BlockWriter(file, { ...options, header: header2, cipher: new BlockCipher(callKey, salt, header2) });
}
var BlockWriter = class {
  path;
  #clock;
  #cipher;
  #pump;
  #builder = new BlockBuilder();
  #gaps = new GapList();
  #onFailure;
  #previousTag;
  #nextIndex = FIRST_BLOCK_INDEX;
  #endSample = 0;
  #openedAtMs = 0;
  #timer;
  #dropping = false;
  #lost = false;
  #closed;
  constructor(file, { path, clock, onFailure, header: header2, cipher }) {
    this.path = path;
    this.#clock = clock;
    this.#cipher = cipher;
    this.#onFailure = (reason2, cause) => {
      try {
        onFailure(reason2, cause);
      } catch (failure) {
        queueMicrotask(() => {
          throw failure;
        });
      }
    };
    this.#pump = new DiskPump(file, { clock, onFailure: this.#onFailure });
    const tag2 = cipher.headerTag();
    this.#previousTag = tag2;
    this.#pump.push(Buffer.concat([header2, tag2]));
  }
  write(track, startSample, codec, payload) {
    if (this.#closed !== void 0 || !Number.isFinite(startSample)) return;
    const width = bytesPerSample(codec);
    let start = Math.round(startSample);
    let samples = Math.floor(payload.length / width);
    let from = 0;
    if (start < 0) {
      from = -start;
      samples -= from;
      start = 0;
    }
    if (samples <= 0 || start + samples > MAX_SAMPLE) return;
    this.#beforeAdding();
    this.#builder.addAudio(track, start, codec, payload.subarray(from * width, (from + samples) * width));
    this.#endSample = Math.max(this.#endSample, start + samples);
    if (this.#builder.audioBytes >= SEAL_AT_BYTES) this.#seal();
  }
  gap(track, startSample, endSample, reason2) {
    if (this.#closed !== void 0 || !Number.isFinite(startSample) || !Number.isFinite(endSample)) return;
    const start = Math.max(0, Math.round(startSample));
    const end = Math.min(MAX_SAMPLE, Math.round(endSample));
    if (end <= start) return;
    this.#beforeAdding();
    this.#addGap(track, start, end, reason2);
    if (this.#builder.gapCount >= SEAL_AT_GAPS) this.#seal();
  }
  close() {
    this.#closed ??= this.#finish();
    return this.#closed;
  }
  async [Symbol.asyncDispose]() {
    await this.close();
  }
  /** Timers come late in a busy process: a packet that finds its block old seals it itself. */
  #beforeAdding() {
    const nowMs = this.#clock.monotonicMs();
    if (!this.#builder.isEmpty) {
      if (nowMs - this.#openedAtMs < SEAL_EVERY_MS) return;
      this.#seal();
    }
    if (this.#builder.isEmpty) this.#arm(nowMs);
  }
  #arm(nowMs) {
    this.#openedAtMs = nowMs;
    this.#timer?.cancel();
    this.#timer = this.#clock.after(SEAL_EVERY_MS, () => this.#seal());
  }
  #addGap(track, startSample, endSample, reason2) {
    this.#builder.addGap({ kind: "gap", track, startSample, endSample, reason: reason2 });
    this.#gaps.add({ track, startSample, endSample, reason: reason2 });
    this.#endSample = Math.max(this.#endSample, endSample);
  }
  #seal({ whateverWaits = false } = {}) {
    this.#timer?.cancel();
    this.#timer = void 0;
    if (this.#builder.isEmpty) return;
    if (!whateverWaits && this.#pump.waitingBytes >= MAX_WAITING_BYTES) {
      this.#dropAudio();
      if (this.#builder.gapCount < SEAL_AT_GAPS) {
        this.#arm(this.#clock.monotonicMs());
        return;
      }
    }
    if (this.#builder.audioBytes > 0) this.#dropping = false;
    this.#sealBlock("audio", this.#builder.take());
  }
  /** The audio since the last block is given up; its place becomes a gap in the first block that fits again. */
  #dropAudio() {
    const failing = this.#pump.failing;
    if (!this.#dropping && failing === null) {
      this.#onFailure("io-error", new Error("the disk does not keep up with the recording"));
    }
    this.#dropping = true;
    this.#lost = true;
    for (const { track, startSample, endSample } of this.#builder.dropAudio()) {
      this.#addGap(track, startSample, endSample, failing ?? "io-error");
    }
  }
  #sealBlock(kind, plain2) {
    const block = this.#cipher.seal(this.#nextIndex, kind, this.#previousTag, plain2);
    this.#nextIndex += 1;
    this.#previousTag = block.tag;
    this.#pump.push(block.bytes);
  }
  async #finish() {
    this.#seal({ whateverWaits: true });
    const audioBlocks = this.#nextIndex - FIRST_BLOCK_INDEX;
    const totals = {
      audioBlocks,
      durationSamples: this.#endSample,
      lost: this.#lost,
      unlistedGaps: this.#gaps.unlisted,
    };
    this.#sealBlock("final", [encodeTotals(totals), ...this.#gaps.list().map(encodeGap)]);
    const { sha256, whole } = await this.#pump.finish(CLOSE_PATIENCE_MS);
    return {
      path: this.path,
      durationMs: Math.round(samplesToMs(this.#endSample)),
      sha256,
      gaps: this.#gaps.summary(),
      complete: whole && !this.#lost,
    };
  }
};

// packages/foundation/telemetry/src/index.ts
import { destination, pino } from "pino";

function createLog({ level, process: processName, filePath }) {
  const sink = filePath === void 0 ? destination(2) : destination({ dest: filePath, mkdir: true, sync: false });
  const logger = pino(
    {
      level,
      base: { process: processName },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: ["pii", "*.pii"], censor: "[redacted]" },
    },
    sink,
  );
  return wrap(logger);
}
function wrap(logger) {
  return {
    debug: (fields, sentence) => logger.debug(fields, sentence),
    info: (fields, sentence) => logger.info(fields, sentence),
    warn: (fields, sentence) => logger.warn(fields, sentence),
    error: (fields, sentence) => logger.error(fields, sentence),
    child: (fields) => wrap(logger.child(fields)),
  };
}

// packages/contracts/worker-messages/src/listen-messages.ts
import { z } from "zod";

var callId = z
  .string()
  .min(1)
  .max(128)
  .transform((id2) => id2);
var speaker = z.enum(["caller", "agent"]);
var recognizer = z.enum(["whisper-base-ko", "demo"]);
var share = z.number().min(0).max(1);
var ListenWorkerConfig = z.object({
  workerId: z.string().min(1),
  modelsDir: z.string().min(1),
  /** Loaded before the worker says `ready`; any other is loaded when a stream first asks for it. */
  recognizers: z.array(recognizer),
  /** Where taps connect to; the port is the system's choice. */
  tapHost: z.string().min(1),
  logLevel: z.enum(["debug", "info", "warn", "error"]),
  /** The program of the recogniser's thread, where it is not the source beside the adapter (a bundle). */
  threadUrl: z.url().optional(),
});
var ListenRequest = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("open-stream"),
    requestId: z.number().int().nonnegative(),
    callId,
    speaker,
    recognizer,
    /** Wall clock of the call's time zero, in ms. */
    callStartedAtMs: z.number(),
  }),
  z.object({ kind: z.literal("close-call"), callId }),
  z.object({ kind: z.literal("ping"), pingId: z.number().int().nonnegative() }),
  /** Finish what is being recognised and leave. */
  z.object({ kind: z.literal("stop") }),
]);
var ListenReport = z.discriminatedUnion("kind", [
  /** The models are loaded and the tap server listens. */
  z.object({ kind: z.literal("ready"), recognizers: z.array(recognizer) }),
  z.object({
    kind: z.literal("stream-opened"),
    requestId: z.number().int().nonnegative(),
    sink: z.object({
      host: z.string().min(1),
      port: z.number().int().min(1).max(65535),
      token: z.string().min(16).max(256),
    }),
  }),
  z.object({ kind: z.literal("stream-refused"), requestId: z.number().int().nonnegative(), why: z.string() }),
  z.object({
    kind: z.literal("utterance"),
    callId,
    recognizer,
    utterance: z.object({
      speaker,
      text: z.string(),
      words: z.array(z.object({ text: z.string(), confidence: share })).readonly(),
      confidence: share,
      /** Milliseconds since the call's time zero. */
      startMs: z.number(),
      endMs: z.number(),
      /** dB relative to full scale. */
      levelDbfs: z.number(),
    }),
  }),
  z.object({ kind: z.literal("speech-started"), callId, speaker, atMs: z.number() }),
  z.object({ kind: z.literal("lagging"), callId, lagMs: z.number().nonnegative() }),
  /** A recogniser's thread died and is being started again; the streams go on, what it held is lost. */
  z.object({ kind: z.literal("recognizer-lost"), recognizer, why: z.string() }),
  z.object({
    kind: z.literal("pong"),
    pingId: z.number().int().nonnegative(),
    streams: z.number().int().nonnegative(),
    /** Utterances waiting for a recogniser. */
    waiting: z.number().int().nonnegative(),
    droppedFrames: z.number().int().nonnegative(),
  }),
]);

// packages/contracts/worker-messages/src/media-messages.ts
import { z as z2 } from "zod";

var id = z2.string().min(1).max(128);
var callId2 = id.transform((value) => value);
var legId = id.transform((value) => value);
var epochMs = z2.number().transform((value) => value);
var requestId = z2.number().int().nonnegative();
var playId = z2.string().min(1).max(256);
var sdp = z2.string().max(65536);
var speaker2 = z2.enum(["caller", "agent"]);
var port = z2.number().int().min(1).max(65535);
var MediaWorkerConfig = z2.object({
  workerId: id,
  /** Where RTP sockets are bound. */
  bindAddress: z2.ipv4(),
  /** The only address that leaves in a description. */
  advertisedAddress: z2.ipv4(),
  /** Both included; RTP takes the even ports, RTCP the odd ones. */
  rtpPorts: z2.object({ first: port, last: port }),
  /** With nothing heard for this long a party that is not on hold is reported silent. */
  rtpTimeoutMs: z2.number().positive().default(1e4),
  logLevel: z2.enum(["debug", "info", "warn", "error"]),
});
var LegMemory = z2.object({
  sessionId: z2.string().max(32),
  version: z2.number().int().nonnegative(),
  lastSdp: sdp.nullable(),
  lines: z2.array(z2.object({ media: z2.string(), protocol: z2.string(), formats: z2.array(z2.string()) })).max(32),
  audioLine: z2.number().int().nonnegative(),
  codecs: z2.array(z2.enum(["pcmu", "pcma"])),
  digitsPayloadType: z2.number().int().min(0).max(127),
});
var memory = LegMemory.nullable();
var MediaCommand = z2.discriminatedUnion("kind", [
  z2.object({ kind: z2.literal("answer"), callId: callId2, legId, offerSdp: sdp, hold: z2.boolean(), memory }),
  z2.object({ kind: z2.literal("offer"), callId: callId2, legId, hold: z2.boolean(), memory }),
  z2.object({ kind: z2.literal("accept-answer"), callId: callId2, legId, answerSdp: sdp }),
  z2.object({ kind: z2.literal("bridge"), callId: callId2, legIds: z2.tuple([legId, legId]) }),
  z2.object({ kind: z2.literal("unbridge"), callId: callId2 }),
  z2.object({ kind: z2.literal("release"), callId: callId2, legId: legId.nullable() }),
  z2.object({
    kind: z2.literal("play"),
    callId: callId2,
    playId,
    legIds: z2.array(legId).min(1).max(8),
    path: z2.string().min(1),
    loop: z2.boolean(),
  }),
  z2.object({ kind: z2.literal("stop-play"), callId: callId2, playId }),
  z2.object({ kind: z2.literal("mute"), callId: callId2, legId, muted: z2.boolean() }),
  z2.object({
    kind: z2.literal("start-recording"),
    callId: callId2,
    path: z2.string().min(1),
    startedAtMs: epochMs,
    channels: z2.object({ caller: legId.nullable(), agent: legId.nullable() }),
    /** Base64; 32 bytes. Never logged. */
    callKey: z2.base64(),
    wrappedKey: z2.base64(),
  }),
  z2.object({ kind: z2.literal("assign-channel"), callId: callId2, channel: speaker2, legId }),
  z2.object({ kind: z2.literal("stop-recording"), callId: callId2 }),
  z2.object({
    kind: z2.literal("tap"),
    callId: callId2,
    legId,
    speaker: speaker2,
    sink: z2.object({ host: z2.string().min(1), port, token: z2.string().min(1).max(256) }),
  }),
  z2.object({ kind: z2.literal("untap"), callId: callId2, legId }),
  z2.object({ kind: z2.literal("send-digits"), callId: callId2, legId, digits: z2.string().min(1).max(64) }),
  z2.object({ kind: z2.literal("stats"), callId: callId2 }),
  z2.object({ kind: z2.literal("ping") }),
  /** Close all recordings and leave. */
  z2.object({ kind: z2.literal("stop") }),
]);
var MediaRequest = z2.object({ requestId, command: MediaCommand });
var recordingSummary = z2.object({
  path: z2.string(),
  durationMs: z2.number(),
  sha256: z2.string(),
  gaps: z2.array(
    z2.object({
      channel: speaker2,
      startMs: z2.number(),
      endMs: z2.number(),
      reason: z2.enum([
        "no-rtp",
        "packet-loss",
        "hold",
        "media-restart",
        "disk-full",
        "io-error",
        "paused",
        "not-connected",
      ]),
    }),
  ),
  complete: z2.boolean(),
});
var legStats = z2.object({
  legId,
  packetsReceived: z2.number(),
  packetsSent: z2.number(),
  packetsLost: z2.number(),
  packetsRejected: z2.number(),
  jitterMs: z2.number(),
  lastPacketAtMs: epochMs.nullable(),
});
var MediaResult = z2.discriminatedUnion("kind", [
  z2.object({ kind: z2.literal("nothing") }),
  z2.object({ kind: z2.literal("sdp"), sdp, memory: LegMemory }),
  z2.object({ kind: z2.literal("unacceptable"), why: z2.string() }),
  z2.object({ kind: z2.literal("recording"), summary: recordingSummary.nullable() }),
  z2.object({ kind: z2.literal("stats"), legs: z2.array(legStats) }),
]);
var MediaFailureCode = z2.enum([
  "unknown-leg",
  "no-free-ports",
  "digits-not-negotiated",
  "recording-exists",
  "recording-failed",
  "internal",
]);
var base = { callId: callId2, legId, atMs: epochMs };
var MediaPlaneEvent = z2.discriminatedUnion("kind", [
  z2.object({ kind: z2.literal("play-started"), ...base, playId }),
  z2.object({
    kind: z2.literal("play-completed"),
    ...base,
    playId,
    playedMs: z2.number(),
    outcome: z2.enum(["completed", "stopped", "leg-released", "sound-unreadable"]),
  }),
  z2.object({ kind: z2.literal("digit"), ...base, digit: z2.string(), durationMs: z2.number() }),
  z2.object({ kind: z2.literal("rtp-started"), ...base }),
  z2.object({ kind: z2.literal("rtp-timeout"), ...base, silentMs: z2.number() }),
  z2.object({ kind: z2.literal("rtp-resumed"), ...base }),
  z2.object({
    kind: z2.literal("recording-failed"),
    callId: callId2,
    reason: z2.enum(["disk-full", "io-error"]),
    atMs: epochMs,
  }),
]);
var MediaReport = z2.discriminatedUnion("kind", [
  z2.object({ kind: z2.literal("ready") }),
  z2.object({ kind: z2.literal("done"), requestId, result: MediaResult }),
  z2.object({ kind: z2.literal("failed"), requestId, code: MediaFailureCode, why: z2.string() }),
  z2.object({ kind: z2.literal("event"), event: MediaPlaneEvent }),
]);

// packages/contracts/worker-messages/src/phone-messages.ts
import { z as z3 } from "zod";

var port2 = z3.number().int().min(0).max(65535);
var PhoneConfig = z3.object({
  name: z3.string().min(1),
  /** The user part of its address: a telephone number or a SIP user name. */
  user: z3.string().min(1),
  displayName: z3.string().nullable(),
  bindHost: z3.string().min(1),
  server: z3.object({ host: z3.string().min(1), port: port2 }),
  /** Answers by itself after this many ms; null lets it ring. */
  answerAfterMs: z3.number().nonnegative().nullable(),
  /** Writes what it hears as WAV (8 kHz mono) when the call ends; null keeps nothing. */
  heardPath: z3.string().nullable(),
});
var PhoneRequest = z3.discriminatedUnion("kind", [
  z3.object({ kind: z3.literal("register"), username: z3.string(), password: z3.string() }),
  z3.object({ kind: z3.literal("call"), number: z3.string().min(1) }),
  /** Plays a WAV file to the other side; answered by `said`. A new one replaces what still plays. */
  z3.object({ kind: z3.literal("say"), sayId: z3.number().int(), path: z3.string().min(1) }),
  z3.object({ kind: z3.literal("press"), digits: z3.string().regex(/^[0-9*#]+$/) }),
  z3.object({ kind: z3.literal("hold") }),
  z3.object({ kind: z3.literal("resume") }),
  z3.object({ kind: z3.literal("refer"), target: z3.string().min(1) }),
  z3.object({ kind: z3.literal("hang-up") }),
  z3.object({ kind: z3.literal("stop") }),
]);
var PhoneReport = z3.discriminatedUnion("kind", [
  z3.object({ kind: z3.literal("ready"), sipPort: port2 }),
  z3.object({ kind: z3.literal("registered") }),
  z3.object({
    kind: z3.literal("refused"),
    what: z3.enum(["register", "call"]),
    status: z3.number().int(),
    reason: z3.string(),
  }),
  z3.object({ kind: z3.literal("incoming"), from: z3.string() }),
  z3.object({ kind: z3.literal("ringing") }),
  z3.object({ kind: z3.literal("answered") }),
  z3.object({ kind: z3.literal("said"), sayId: z3.number().int(), completed: z3.boolean() }),
  z3.object({ kind: z3.literal("digit"), digit: z3.string() }),
  z3.object({ kind: z3.literal("transferred"), status: z3.number().int() }),
  z3.object({ kind: z3.literal("ended"), by: z3.enum(["remote", "local"]), reason: z3.string().nullable() }),
]);

// packages/contracts/worker-messages/src/tap-stream.ts
var TAP_SAMPLE_RATE_HZ = 8e3;
var HEADER_BYTES = 12;
var MAX_FRAME_BYTES = 8 + TAP_SAMPLE_RATE_HZ * 2;
function encodeTapOpening(token) {
  return Buffer.from(
    `${token}
`,
    "latin1",
  );
}
function encodeTapFrame(atMs, pcm) {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + pcm.length * 2);
  bytes.writeUInt32BE(8 + pcm.length * 2, 0);
  bytes.writeDoubleBE(atMs, 4);
  Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength).copy(bytes, HEADER_BYTES);
  return bytes;
}

// packages/protocol/rtp/src/sequence.ts
function sequenceDistance(from, to) {
  return ((to - from) << 16) >> 16;
}
function timestampDistance(from, to) {
  return (to - from) | 0;
}

// packages/protocol/rtp/src/arrival-timeline.ts
var TICKS_PER_MS = 8;
var WINDOW_PACKETS = 250;
var DRIFT_TICKS = 160;
var URGENT_DRIFT_TICKS = 800;
var MAX_BEHIND_TICKS = 24e3;
var MAX_AHEAD_TICKS = 4e3;
var ArrivalTimeline = class {
  #ssrc = -1;
  #timestamp = 0;
  #position = 0;
  #end = Number.NEGATIVE_INFINITY;
  #windowPackets = 0;
  #windowLeast = Number.POSITIVE_INFINITY;
  #drift = 0;
  /**
   * Where the packet's first sample belongs; null when the packet is to be left out, because the source produces more
   * audio than time goes by. `isQuiet` is asked only while a correction is due.
   */
  place(packet, samples, isQuiet2) {
    const { ssrc, timestamp, arrivalMs } = packet;
    const heard = Math.round(arrivalMs * TICKS_PER_MS) - samples;
    let position = this.#position + timestampDistance(this.#timestamp, timestamp);
    const behind = heard - position;
    if (ssrc !== this.#ssrc || behind > MAX_BEHIND_TICKS || behind < -MAX_AHEAD_TICKS) {
      this.#ssrc = ssrc;
      this.#drift = 0;
      this.#beginWindow();
      position = Math.max(heard, Math.min(this.#end, heard + DRIFT_TICKS));
    } else {
      this.#observe(behind);
      if (this.#drift !== 0 && (Math.abs(this.#drift) >= URGENT_DRIFT_TICKS || isQuiet2())) {
        position += this.#drift > 0 ? samples : -samples;
        this.#drift = 0;
        this.#beginWindow();
      }
    }
    this.#timestamp = timestamp;
    this.#position = position;
    if (position < this.#end) return null;
    this.#end = position + samples;
    return position;
  }
  #observe(behind) {
    if (behind < this.#windowLeast) this.#windowLeast = behind;
    this.#windowPackets += 1;
    if (this.#windowPackets < WINDOW_PACKETS) return;
    this.#drift = Math.abs(this.#windowLeast) >= DRIFT_TICKS ? this.#windowLeast : 0;
    this.#beginWindow();
  }
  #beginWindow() {
    this.#windowPackets = 0;
    this.#windowLeast = Number.POSITIVE_INFINITY;
  }
};

// packages/protocol/rtp/src/jitter-buffer.ts
var MAX_DROPOUT = 3e3;
var MAX_MISORDER = 100;
var JitterBuffer = class {
  #out;
  #holdMs;
  #held;
  /** Handed to `out` again and again: nothing is allocated for a packet in sequence. */
  #packet = {
    ssrc: -1,
    timestamp: 0,
    payload: new Uint8Array(0),
    codec: "",
    arrivalMs: 0,
    lostBefore: 0,
  };
  #heldCount = 0;
  #next = 0;
  #lost = 0;
  #late = 0;
  constructor({ out, holdMs = 100, capacity = 16 }) {
    this.#out = out;
    this.#holdMs = holdMs;
    this.#held = new Array(capacity).fill(null);
  }
  get late() {
    return this.#late;
  }
  /** True while packets wait behind a missing one: `expire` has something to do. */
  get isHolding() {
    return this.#heldCount > 0;
  }
  push(ssrc, sequence, timestamp, payload, codec, arrivalMs) {
    let distance = sequenceDistance(this.#next, sequence);
    if (ssrc !== this.#packet.ssrc || distance > MAX_DROPOUT || distance < -MAX_MISORDER) {
      this.flush();
      this.#packet.ssrc = ssrc;
      this.#next = sequence;
      this.#lost = 0;
      distance = 0;
    }
    if (distance < 0) {
      this.#late += 1;
      return;
    }
    while (distance >= this.#held.length && this.#heldCount > 0) {
      this.#giveUp();
      distance = sequenceDistance(this.#next, sequence);
    }
    if (distance >= this.#held.length) {
      this.#lost += distance;
      this.#next = sequence;
      distance = 0;
    }
    if (distance === 0) {
      this.#release(timestamp, payload, codec, arrivalMs);
      if (this.#heldCount > 0) this.#drain();
      return;
    }
    const slot = sequence % this.#held.length;
    if (this.#held[slot] !== null) {
      this.#late += 1;
      return;
    }
    this.#held[slot] = { sequence, timestamp, payload, codec, arrivalMs };
    this.#heldCount += 1;
  }
  /** Gives up a missing packet whose time has come. */
  expire(nowMs) {
    while (this.#heldCount > 0 && nowMs - this.#oldestArrivalMs() >= this.#holdMs) this.#giveUp();
  }
  /** Lets out everything that waits. */
  flush() {
    while (this.#heldCount > 0) this.#giveUp();
  }
  #release(timestamp, payload, codec, arrivalMs) {
    const packet = this.#packet;
    packet.timestamp = timestamp;
    packet.payload = payload;
    packet.codec = codec;
    packet.arrivalMs = arrivalMs;
    packet.lostBefore = this.#lost;
    this.#lost = 0;
    this.#next = (this.#next + 1) & 65535;
    this.#out.packet(packet);
  }
  /** Goes on to the first packet that waits; what lies before it is lost. */
  #giveUp() {
    while (this.#held[this.#next % this.#held.length] == null) {
      this.#lost += 1;
      this.#next = (this.#next + 1) & 65535;
    }
    this.#drain();
  }
  #drain() {
    for (;;) {
      const slot = this.#next % this.#held.length;
      const held = this.#held[slot] ?? null;
      if (held === null) return;
      this.#held[slot] = null;
      this.#heldCount -= 1;
      this.#release(held.timestamp, held.payload, held.codec, held.arrivalMs);
    }
  }
  #oldestArrivalMs() {
    let oldest = Number.POSITIVE_INFINITY;
    for (const held of this.#held) if (held !== null && held.arrivalMs < oldest) oldest = held.arrivalMs;
    return oldest;
  }
};

// packages/protocol/rtp/src/audio-placer.ts
var SEAM_SAMPLES = 160;
var AudioPlacer = class {
  #out;
  #isQuiet;
  #silence;
  #buffer;
  #timeline = new ArrivalTimeline();
  #end = null;
  constructor({ out, isQuiet: isQuiet2, silence: silence2 }) {
    this.#out = out;
    this.#isQuiet = isQuiet2;
    this.#silence = silence2;
    this.#buffer = new JitterBuffer({ out: { packet: (packet) => this.#place(packet) } });
  }
  /** Packets that came after their turn. */
  get late() {
    return this.#buffer.late;
  }
  /** Position after the last sample placed; null before the first. */
  get end() {
    return this.#end;
  }
  push(ssrc, sequence, timestamp, payload, codec, arrivalMs) {
    if (payload.length > 0) this.#buffer.push(ssrc, sequence, timestamp, payload, codec, arrivalMs);
  }
  /** To be called now and then (20 to 100 ms), so that a hole does not hold back what follows. */
  expire(nowMs) {
    if (this.#buffer.isHolding) this.#buffer.expire(nowMs);
  }
  flush() {
    this.#buffer.flush();
  }
  #place(packet) {
    const { payload, codec, lostBefore } = packet;
    const position = this.#timeline.place(packet, payload.length, () => this.#isQuiet(codec, payload));
    if (position === null) return;
    const hole = this.#end === null ? 0 : position - this.#end;
    if (this.#end !== null && hole > 0) {
      if (lostBefore === 0 && hole <= SEAM_SAMPLES) this.#out.audio(this.#end, codec, this.#silence(codec, hole));
      else this.#out.gap(this.#end, position, lostBefore > 0 ? "packet-loss" : "no-rtp");
    }
    this.#out.audio(position, codec, payload);
    this.#end = position + payload.length;
  }
};

// packages/protocol/rtp/src/errors.ts
var RtpError = class extends Error {
  code;
  constructor(code, message, options) {
    super(message, options);
    this.name = "RtpError";
    this.code = code;
  }
};

// packages/protocol/rtp/src/pacer.ts
var MAX_CATCH_UP = 5;
var Pacer = class {
  #clock;
  #periodMs;
  #onTick;
  #timer = null;
  #nextMs = 0;
  #skipped = 0;
  constructor({ clock, periodMs = 20, onTick }) {
    this.#clock = clock;
    this.#periodMs = periodMs;
    this.#onTick = onTick;
  }
  /** Ticks that could not be made up for: the process was held up. */
  get skipped() {
    return this.#skipped;
  }
  start() {
    if (this.#timer !== null) return;
    this.#nextMs = this.#clock.monotonicMs() + this.#periodMs;
    this.#wait();
  }
  stop() {
    this.#timer?.cancel();
    this.#timer = null;
  }
  #wait() {
    const delayMs = Math.max(0, Math.ceil(this.#nextMs - this.#clock.monotonicMs()));
    this.#timer = this.#clock.after(delayMs, () => this.#beat());
  }
  #beat() {
    const nowMs = this.#clock.monotonicMs();
    const behind = Math.floor((nowMs - this.#nextMs) / this.#periodMs);
    if (behind > MAX_CATCH_UP) {
      this.#skipped += behind - MAX_CATCH_UP;
      this.#nextMs += (behind - MAX_CATCH_UP) * this.#periodMs;
    }
    while (this.#timer !== null && this.#nextMs <= nowMs) {
      const dueMs = this.#nextMs;
      this.#nextMs += this.#periodMs;
      this.#onTick(dueMs);
    }
    if (this.#timer !== null) this.#wait();
  }
};

// packages/protocol/rtp/src/packet.ts
var RTP_HEADER_BYTES = 12;
var RtpReader = class {
  bytes = new Uint8Array(0);
  marker = false;
  payloadType = 0;
  sequence = 0;
  /** In ticks of the media clock (8 kHz for G.711), modulo 2^32. */
  timestamp = 0;
  ssrc = 0;
  payloadStart = 0;
  payloadEnd = 0;
  /** False for anything that is not a whole RTP version 2 packet; the fields are then worth nothing. */
  read(bytes) {
    const { length } = bytes;
    if (length < RTP_HEADER_BYTES) return false;
    const first = byte(bytes, 0);
    if (first >> 6 !== 2) return false;
    let start = RTP_HEADER_BYTES + (first & 15) * 4;
    let end = length;
    if ((first & 16) !== 0) {
      if (start + 4 > length) return false;
      start += 4 + ((byte(bytes, start + 2) << 8) | byte(bytes, start + 3)) * 4;
    }
    if ((first & 32) !== 0) {
      const padding = byte(bytes, length - 1);
      if (padding === 0) return false;
      end -= padding;
    }
    if (start > end) return false;
    const second = byte(bytes, 1);
    this.bytes = bytes;
    this.marker = second > 127;
    this.payloadType = second & 127;
    this.sequence = (byte(bytes, 2) << 8) | byte(bytes, 3);
    this.timestamp = uint32(bytes, 4);
    this.ssrc = uint32(bytes, 8);
    this.payloadStart = start;
    this.payloadEnd = end;
    return true;
  }
  payload() {
    return this.bytes.subarray(this.payloadStart, this.payloadEnd);
  }
  /** True where the packet is a plain header and a payload: it can be sent on with its header rewritten in place. */
  get isPlain() {
    return this.payloadStart === RTP_HEADER_BYTES && this.payloadEnd === this.bytes.length;
  }
};
function writeRtpHeader(bytes, marker, payloadType, sequence, timestamp, ssrc) {
  bytes[0] = 128;
  bytes[1] = (marker ? 128 : 0) | payloadType;
  bytes[2] = sequence >> 8;
  bytes[3] = sequence;
  writeUint32(bytes, 4, timestamp);
  writeUint32(bytes, 8, ssrc);
}
function isRtcp(bytes) {
  return bytes.length >= 8 && byte(bytes, 0) >> 6 === 2 && byte(bytes, 1) >= 192 && byte(bytes, 1) <= 223;
}
function byte(bytes, at) {
  return bytes[at];
}
function uint32(bytes, at) {
  return (
    ((byte(bytes, at) << 24) | (byte(bytes, at + 1) << 16) | (byte(bytes, at + 2) << 8) | byte(bytes, at + 3)) >>> 0
  );
}
function writeUint32(bytes, at, value) {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

// packages/protocol/rtp/src/receiver-statistics.ts
var MAX_DROPOUT2 = 3e3;
var MAX_MISORDER2 = 100;
var ReceiverStatistics = class {
  #clockHz;
  #ssrc = -1;
  #baseSequence = 0;
  #highest = 0;
  #cycles = 0;
  #receivedOfSource = 0;
  #lostBefore = 0;
  #received = 0;
  #late = 0;
  #expectedPrior = 0;
  #receivedPrior = 0;
  #transit = Number.NaN;
  #jitterTicks = 0;
  constructor(clockHz = 8e3) {
    this.#clockHz = clockHz;
  }
  update(ssrc, sequence, timestamp, arrivalMs) {
    const distance = sequenceDistance(this.#highest, sequence);
    if (ssrc !== this.#ssrc || distance > MAX_DROPOUT2 || distance < -MAX_MISORDER2) {
      this.#begin(ssrc, sequence);
    } else if (distance > 0) {
      if (sequence < this.#highest) this.#cycles += 65536;
      this.#highest = sequence;
    } else {
      this.#late += 1;
    }
    this.#received += 1;
    this.#receivedOfSource += 1;
    const transit = (arrivalMs * this.#clockHz) / 1e3 - timestamp;
    const difference = Math.abs(transit - this.#transit);
    if (difference < this.#clockHz * 5) this.#jitterTicks += (difference - this.#jitterTicks) / 16;
    this.#transit = transit;
  }
  get ssrc() {
    return this.#ssrc < 0 ? null : this.#ssrc;
  }
  get packetsReceived() {
    return this.#received;
  }
  /** Out of order or twice. */
  get packetsLate() {
    return this.#late;
  }
  /** Never negative: a packet that came twice does not make up for one that was lost. */
  get packetsLost() {
    return this.#lostBefore + this.#lostOfSource;
  }
  get jitterMs() {
    return (this.#jitterTicks * 1e3) / this.#clockHz;
  }
  /** The reception report's numbers; the fraction is of what was expected since the last time this was called (A.3). */
  report() {
    const expected = this.#expected;
    const expectedInterval = expected - this.#expectedPrior;
    const lostInterval = expectedInterval - (this.#receivedOfSource - this.#receivedPrior);
    this.#expectedPrior = expected;
    this.#receivedPrior = this.#receivedOfSource;
    return {
      fractionLost:
        expectedInterval <= 0 || lostInterval <= 0
          ? 0
          : Math.min(255, Math.floor((lostInterval * 256) / expectedInterval)),
      cumulativeLost: Math.min(this.packetsLost, 8388607),
      highestSequence: (this.#cycles + this.#highest) >>> 0,
      jitterTicks: Math.floor(this.#jitterTicks),
    };
  }
  get #expected() {
    return this.#ssrc < 0 ? 0 : this.#cycles + this.#highest - this.#baseSequence + 1;
  }
  get #lostOfSource() {
    return Math.max(0, this.#expected - this.#receivedOfSource);
  }
  #begin(ssrc, sequence) {
    this.#lostBefore += this.#lostOfSource;
    this.#ssrc = ssrc;
    this.#baseSequence = sequence;
    this.#highest = sequence;
    this.#cycles = 0;
    this.#receivedOfSource = 0;
    this.#expectedPrior = 0;
    this.#receivedPrior = 0;
    this.#transit = Number.NaN;
  }
};

// packages/protocol/rtp/src/rtcp.ts
var SENDER_REPORT = 200;
var RECEIVER_REPORT = 201;
var SOURCE_DESCRIPTION = 202;
var GOODBYE = 203;
var REPORT_BYTES = 24;
var CNAME = 1;
var MAX_PACKETS = 32;
var NTP_EPOCH_S = 2208988800;
function parseRtcp(bytes) {
  const packets = [];
  let at = 0;
  for (let count = 0; at < bytes.length; count++) {
    if (count >= MAX_PACKETS || at + 4 > bytes.length || byte(bytes, at) >> 6 !== 2) return null;
    const items = byte(bytes, at) & 31;
    const kind = byte(bytes, at + 1);
    const end = at + 4 + ((byte(bytes, at + 2) << 8) | byte(bytes, at + 3)) * 4;
    if (end > bytes.length || kind < 192 || kind > 223) return null;
    const body = bytes.subarray(at + 4, end);
    const packet = parseOne(kind, items, body);
    if (packet === "malformed") return null;
    if (packet !== null) packets.push(packet);
    at = end;
  }
  return at === 0 ? null : packets;
}
function serializeRtcp({ ssrc, cname, info, reports, goodbye = false }) {
  const name = Buffer.from(cname, "latin1").subarray(0, 255);
  const reportBytes = 8 + (info === null ? 0 : 20) + reports.length * REPORT_BYTES;
  const descriptionBytes = (8 + 2 + name.length + 4) & ~3;
  const bytes = Buffer.alloc(reportBytes + descriptionBytes + (goodbye ? 8 : 0));
  let at = header(bytes, 0, info === null ? RECEIVER_REPORT : SENDER_REPORT, reports.length, reportBytes, ssrc);
  if (info !== null) {
    for (const value of [info.ntpSeconds, info.ntpFraction, info.rtpTimestamp, info.packets, info.octets]) {
      writeUint32(bytes, at, value);
      at += 4;
    }
  }
  for (const report of reports) {
    writeUint32(bytes, at, report.ssrc);
    writeUint32(bytes, at + 4, (report.fractionLost << 24) | (report.cumulativeLost & 16777215));
    writeUint32(bytes, at + 8, report.highestSequence);
    writeUint32(bytes, at + 12, report.jitterTicks);
    writeUint32(bytes, at + 16, report.lastSenderReport);
    writeUint32(bytes, at + 20, report.delaySinceLastSenderReport);
    at += REPORT_BYTES;
  }
  const item = header(bytes, at, SOURCE_DESCRIPTION, 1, descriptionBytes, ssrc);
  bytes[item] = CNAME;
  bytes[item + 1] = name.length;
  bytes.set(name, item + 2);
  if (goodbye) header(bytes, at + descriptionBytes, GOODBYE, 1, 8, ssrc);
  return bytes;
}
function ntpTime(epochMs2) {
  const seconds = Math.floor(epochMs2 / 1e3);
  return {
    ntpSeconds: (seconds + NTP_EPOCH_S) >>> 0,
    ntpFraction: Math.floor(((epochMs2 - seconds * 1e3) / 1e3) * 2 ** 32) >>> 0,
  };
}
function middleNtp({ ntpSeconds, ntpFraction }) {
  return (((ntpSeconds & 65535) << 16) | (ntpFraction >>> 16)) >>> 0;
}
function header(bytes, at, kind, items, length, ssrc) {
  bytes[at] = 128 | items;
  bytes[at + 1] = kind;
  bytes.writeUInt16BE(length / 4 - 1, at + 2);
  writeUint32(bytes, at + 4, ssrc);
  return at + 8;
}
function parseOne(kind, items, body) {
  switch (kind) {
    case SENDER_REPORT: {
      if (body.length < 24 + items * REPORT_BYTES) return "malformed";
      const info = {
        ntpSeconds: uint32(body, 4),
        ntpFraction: uint32(body, 8),
        rtpTimestamp: uint32(body, 12),
        packets: uint32(body, 16),
        octets: uint32(body, 20),
      };
      return { kind: "sender-report", ssrc: uint32(body, 0), info, reports: parseReports(body, 24, items) };
    }
    case RECEIVER_REPORT:
      if (body.length < 4 + items * REPORT_BYTES) return "malformed";
      return { kind: "receiver-report", ssrc: uint32(body, 0), reports: parseReports(body, 4, items) };
    case GOODBYE:
      if (body.length < items * 4) return "malformed";
      return { kind: "goodbye", ssrcs: Array.from({ length: items }, (_, i) => uint32(body, i * 4)) };
    default:
      return null;
  }
}
function parseReports(body, from, items) {
  return Array.from({ length: items }, (_, i) => {
    const at = from + i * REPORT_BYTES;
    return {
      ssrc: uint32(body, at),
      fractionLost: byte(body, at + 4),
      cumulativeLost: uint32(body, at + 4) & 16777215,
      highestSequence: uint32(body, at + 8),
      jitterTicks: uint32(body, at + 12),
      lastSenderReport: uint32(body, at + 16),
      delaySinceLastSenderReport: uint32(body, at + 20),
    };
  });
}

// packages/protocol/rtp/src/rtcp-session.ts
var INTERVAL_MS = 5e3;
var RtcpSession = class {
  #clock;
  #random;
  #sender;
  #statistics;
  #send;
  #cname;
  #address = "";
  #port = 0;
  #timer = null;
  #reportedPackets = 0;
  #lastReport = null;
  #roundTripMs = null;
  constructor({ clock, random, sender, statistics, send }) {
    this.#clock = clock;
    this.#random = random;
    this.#sender = sender;
    this.#statistics = statistics;
    this.#send = send;
    this.#cname = random.hex(12);
  }
  get roundTripMs() {
    return this.#roundTripMs;
  }
  announce(address, port3) {
    this.#address = address;
    this.#port = port3;
    if (this.#timer === null) this.#wait();
  }
  /** False when it is no RTCP. The sender of `bytes` has been checked to be the party's address. */
  receive(bytes, fromPort) {
    const packets = parseRtcp(bytes);
    if (packets === null) return false;
    this.#port = fromPort;
    for (const packet of packets) {
      if (packet.kind === "goodbye") continue;
      if (packet.kind === "sender-report" && packet.ssrc === this.#statistics.ssrc) {
        this.#lastReport = { middleNtp: middleNtp(packet.info), atMs: this.#clock.monotonicMs() };
      }
      for (const report of packet.reports) if (report.ssrc === this.#sender.ssrc) this.#measure(report);
    }
    return true;
  }
  close() {
    this.#timer?.cancel();
    this.#timer = null;
    if (this.#port !== 0) this.#report(true);
  }
  #wait() {
    const delayMs = INTERVAL_MS * 0.5 + this.#random.integer(INTERVAL_MS);
    this.#timer = this.#clock.after(delayMs, () => {
      this.#report(false);
      this.#wait();
    });
  }
  #report(goodbye) {
    const nowMs = this.#clock.monotonicMs();
    const { packets, octets } = this.#sender;
    const sent = packets > this.#reportedPackets;
    this.#reportedPackets = packets;
    const info = sent
      ? { ...ntpTime(this.#clock.nowMs()), rtpTimestamp: this.#sender.timestampAt(nowMs), packets, octets }
      : null;
    const { ssrc } = this.#statistics;
    const last = this.#lastReport;
    const reports =
      ssrc === null
        ? []
        : [
            {
              ssrc,
              ...this.#statistics.report(),
              lastSenderReport: last?.middleNtp ?? 0,
              delaySinceLastSenderReport: last === null ? 0 : Math.round(((nowMs - last.atMs) * 65536) / 1e3),
            },
          ];
    const bytes = serializeRtcp({ ssrc: this.#sender.ssrc, cname: this.#cname, info, reports, goodbye });
    this.#send(bytes, this.#port, this.#address);
  }
  /** RFC 3550 §6.4.1: now, less when we sent the report, less how long the party kept it. */
  #measure(report) {
    if (report.lastSenderReport === 0) return;
    const now = middleNtp(ntpTime(this.#clock.nowMs()));
    const units = (now - report.lastSenderReport - report.delaySinceLastSenderReport) | 0;
    if (units >= 0 && units < 65536 * 10) this.#roundTripMs = (units * 1e3) / 65536;
  }
};

// packages/protocol/rtp/src/rtp-sender.ts
var TICKS_PER_MS2 = 8;
var TALKSPURT_PAUSE_MS = 60;
var MAX_DROPOUT3 = 3e3;
var MAX_JUMP_TICKS = 8e4;
var EVENT_STEP_TICKS = 160;
var SCRATCH_PACKETS = 8;
var MAX_PACKET_BYTES = 1500;
var RtpSender = class {
  ssrc;
  #sequence;
  #timestamp;
  /** Ticks that the last packet lasts. */
  #lastTicks = 0;
  #lastMs = Number.NEGATIVE_INFINITY;
  #packets = 0;
  #octets = 0;
  /** SSRC whose packets are being relayed; -1 when the last packet was our own. */
  #relayed = -1;
  #sequenceShift = 0;
  #timestampShift = 0;
  /** Of the newest relayed packet, as it came in; and where the run began. */
  #relayedSequence = 0;
  #relayedTimestamp = 0;
  #runStart = 0;
  #eventTimestamp = 0;
  #scratch = Array.from({ length: SCRATCH_PACKETS }, () => Buffer.allocUnsafe(MAX_PACKET_BYTES));
  #scratchIndex = 0;
  constructor({ ssrc, sequence, timestamp }) {
    this.ssrc = ssrc;
    this.#sequence = sequence & 65535;
    this.#timestamp = timestamp >>> 0;
  }
  get packets() {
    return this.#packets;
  }
  /** Payload bytes, as a sender report counts them. */
  get octets() {
    return this.#octets;
  }
  get lastSentMs() {
    return this.#lastMs;
  }
  /** The media clock's reading at `nowMs`, for a sender report. */
  timestampAt(nowMs) {
    if (this.#packets === 0) return this.#timestamp;
    return (this.#timestamp + Math.round((nowMs - this.#lastMs) * TICKS_PER_MS2)) >>> 0;
  }
  /** A frame of our own: a prompt, silence, or transcoded audio that is paced by us. One byte is one tick. */
  frame(payload, payloadType, nowMs) {
    const marker = this.#advance(nowMs);
    this.#relayed = -1;
    this.#lastTicks = payload.length;
    return this.#write(payload, payloadType, marker, nowMs);
  }
  /**
   * The other party's packet, its header rewritten in place where it is plain and `payload` is its own; null for a packet
   * from before the run began.
   */
  relay(packet, payloadType, nowMs, payload) {
    const { ssrc, sequence, timestamp } = packet;
    let { marker } = packet;
    const step = sequenceDistance(this.#relayedSequence, sequence);
    const ticks = timestampDistance(this.#relayedTimestamp, timestamp);
    if (ssrc === this.#relayed && step <= 0 && step > -MAX_DROPOUT3)
      return this.#relayLate(packet, payloadType, payload);
    if (ssrc !== this.#relayed || step > MAX_DROPOUT3 || step <= 0 || ticks < 0 || ticks > MAX_JUMP_TICKS) {
      this.#advance(nowMs);
      this.#sequenceShift = this.#sequence - sequence;
      this.#timestampShift = this.#timestamp - timestamp;
      this.#relayed = ssrc;
      this.#runStart = sequence;
      marker = true;
    } else {
      this.#sequence = (sequence + this.#sequenceShift) & 65535;
      this.#timestamp = (timestamp + this.#timestampShift) >>> 0;
    }
    this.#relayedSequence = sequence;
    this.#relayedTimestamp = timestamp;
    this.#lastTicks = packet.payloadEnd - packet.payloadStart;
    if (payload === void 0 && packet.isPlain) {
      const bytes = packet.bytes;
      writeRtpHeader(bytes, marker, payloadType, this.#sequence, this.#timestamp, this.ssrc);
      this.#count(bytes.length - RTP_HEADER_BYTES, nowMs);
      return bytes;
    }
    return this.#write(payload ?? packet.payload(), payloadType, marker, nowMs);
  }
  /** A packet of the relayed source that is not sent on (a digit): what follows closes up, so that nothing looks lost. */
  skip(packet) {
    const step = sequenceDistance(this.#relayedSequence, packet.sequence);
    if (packet.ssrc !== this.#relayed || step <= 0) return;
    this.#sequenceShift -= step;
    this.#relayedSequence = packet.sequence;
    this.#runStart = packet.sequence;
  }
  /** A telephone-event packet; all of one digit carry the timestamp of its first (RFC 4733 §2.2). */
  event(payload, payloadType, isFirst, nowMs) {
    if (isFirst) {
      this.#advance(nowMs);
      this.#relayed = -1;
      this.#eventTimestamp = this.#timestamp;
    } else {
      this.#sequence = (this.#sequence + 1) & 65535;
    }
    const packet = this.#take(payload, isFirst, payloadType, this.#sequence, this.#eventTimestamp);
    this.#count(payload.length, nowMs);
    const ticks = (byte(payload, 2) << 8) | byte(payload, 3);
    this.#lastTicks = Math.min(ticks, EVENT_STEP_TICKS);
    this.#timestamp = (this.#eventTimestamp + ticks - this.#lastTicks) >>> 0;
    return packet;
  }
  /** Moves to the next packet; true when it begins a talkspurt. */
  #advance(nowMs) {
    if (this.#packets === 0) return true;
    this.#sequence = (this.#sequence + 1) & 65535;
    const elapsed = Math.round((nowMs - this.#lastMs) * TICKS_PER_MS2);
    const paused = elapsed - this.#lastTicks > TALKSPURT_PAUSE_MS * TICKS_PER_MS2;
    this.#timestamp = (this.#timestamp + (paused ? elapsed : this.#lastTicks)) >>> 0;
    return paused;
  }
  /** Out of order: sent on in its own place, unless that place was before the run. */
  #relayLate(packet, payloadType, payload) {
    const { sequence } = packet;
    if (sequence === this.#relayedSequence || sequenceDistance(this.#runStart, sequence) < 0) return null;
    const body = payload ?? packet.payload();
    this.#packets += 1;
    this.#octets += body.length;
    const timestamp = (packet.timestamp + this.#timestampShift) >>> 0;
    return this.#take(body, packet.marker, payloadType, (sequence + this.#sequenceShift) & 65535, timestamp);
  }
  #write(payload, payloadType, marker, nowMs) {
    const packet = this.#take(payload, marker, payloadType, this.#sequence, this.#timestamp);
    this.#count(payload.length, nowMs);
    return packet;
  }
  #take(payload, marker, payloadType, sequence, timestamp) {
    this.#scratchIndex = (this.#scratchIndex + 1) % SCRATCH_PACKETS;
    const scratch = this.#scratch[this.#scratchIndex];
    const length = Math.min(payload.length, MAX_PACKET_BYTES - RTP_HEADER_BYTES);
    writeRtpHeader(scratch, marker, payloadType, sequence, timestamp, this.ssrc);
    scratch.set(length === payload.length ? payload : payload.subarray(0, length), RTP_HEADER_BYTES);
    return scratch.subarray(0, RTP_HEADER_BYTES + length);
  }
  #count(octets, nowMs) {
    this.#packets += 1;
    this.#octets += octets;
    this.#lastMs = nowMs;
  }
};

// packages/protocol/rtp/src/source-lock.ts
var SSRC_HANDOVER_MS = 30;
var ANNOUNCED_RETURN_MS = 200;
var MAX_RUN_ON = 3e3;
var PROBATION_MS = 500;
var MAX_STEP = 3;
var SourceLock = class {
  #probationPackets;
  #relockAfterSilenceMs;
  #announcedAddress = "";
  #announcedPort = 0;
  #locked = false;
  #address = "";
  #port = 0;
  #ssrc = 0;
  #lastSequence = 0;
  #lastMs = 0;
  #candidate = null;
  #rejected = 0;
  constructor({ probationPackets = 3, relockAfterSilenceMs = 1e3 } = {}) {
    this.#probationPackets = probationPackets;
    this.#relockAfterSilenceMs = relockAfterSilenceMs;
  }
  /** Packets from others than the source, or that could not be told from them. */
  get rejected() {
    return this.#rejected;
  }
  get isLocked() {
    return this.#locked;
  }
  get address() {
    return this.#address;
  }
  get port() {
    return this.#port;
  }
  /** What was negotiated; opens the lock when it differs from what was negotiated before. */
  announce(address, port3) {
    if (address === this.#announcedAddress && port3 === this.#announcedPort) return;
    this.#announcedAddress = address;
    this.#announcedPort = port3;
    this.#locked = false;
    this.#candidate = null;
  }
  judge(address, port3, ssrc, sequence, nowMs) {
    if (this.#locked && ssrc === this.#ssrc && port3 === this.#port && address === this.#address) {
      this.#lastMs = nowMs;
      this.#lastSequence = sequence;
      this.#candidate = null;
      return "accepted";
    }
    if (this.#locked) return this.#judgeChange(address, port3, ssrc, sequence, nowMs);
    if (address === this.#announcedAddress && port3 === this.#announcedPort) {
      return this.#lock(address, port3, ssrc, sequence, nowMs);
    }
    return this.#probe(address, port3, ssrc, sequence, nowMs);
  }
  #judgeChange(address, port3, ssrc, sequence, nowMs) {
    const silentMs = nowMs - this.#lastMs;
    const moves = address !== this.#address || port3 !== this.#port;
    const isAnnounced = address === this.#announcedAddress && port3 === this.#announcedPort;
    if (moves && isAnnounced && silentMs >= ANNOUNCED_RETURN_MS)
      return this.#lock(address, port3, ssrc, sequence, nowMs);
    if (address === this.#address && port3 === this.#port) {
      const verdict = this.#probe(address, port3, ssrc, sequence, nowMs, silentMs >= SSRC_HANDOVER_MS);
      return verdict === "locked" ? "accepted" : verdict;
    }
    const runOn = sequenceDistance(this.#lastSequence, sequence);
    const continues = ssrc === this.#ssrc && runOn > 0 && runOn <= MAX_RUN_ON;
    if (continues && silentMs >= this.#relockAfterSilenceMs) return this.#probe(address, port3, ssrc, sequence, nowMs);
    return this.#reject();
  }
  #probe(address, port3, ssrc, sequence, nowMs, mayLock = true) {
    const candidate = this.#candidate;
    if (candidate === null || nowMs - candidate.atMs > PROBATION_MS) {
      this.#candidate = { address, port: port3, ssrc, sequence, packets: 1, atMs: nowMs };
      return "probing";
    }
    if (candidate.address !== address || candidate.port !== port3) return this.#reject();
    const step = sequenceDistance(candidate.sequence, sequence);
    if (candidate.ssrc !== ssrc || step < 1 || step > MAX_STEP) {
      this.#candidate = { address, port: port3, ssrc, sequence, packets: 1, atMs: nowMs };
      return this.#reject();
    }
    candidate.sequence = sequence;
    candidate.packets += 1;
    candidate.atMs = nowMs;
    if (candidate.packets < this.#probationPackets || !mayLock) return "probing";
    return this.#lock(address, port3, ssrc, sequence, nowMs);
  }
  #lock(address, port3, ssrc, sequence, nowMs) {
    this.#locked = true;
    this.#address = address;
    this.#port = port3;
    this.#ssrc = ssrc;
    this.#lastSequence = sequence;
    this.#lastMs = nowMs;
    this.#candidate = null;
    return "locked";
  }
  #reject() {
    this.#rejected += 1;
    return "rejected";
  }
};

// packages/protocol/rtp/src/telephone-event.ts
var DIGITS = "0123456789*#ABCD";
var TICKS_PER_MS3 = 8;
var EVENT_BYTES = 4;
var END = 128;
var VOLUME = 10;
var STEP_TICKS = 160;
var END_REPEATS = 3;
var DigitReceiver = class {
  #open = null;
  #doneTimestamp = null;
  /** A digit has begun whose end has not come yet. */
  get isOpen() {
    return this.#open !== null;
  }
  /** Null unless this packet completes a digit. Anything that is no event is ignored. */
  push(payload, timestamp, nowMs) {
    if (payload.length < EVENT_BYTES) return null;
    const event = byte(payload, 0);
    if (event >= DIGITS.length) return null;
    const ticks = (byte(payload, 2) << 8) | byte(payload, 3);
    const ended = (byte(payload, 1) & END) !== 0;
    if (this.#doneTimestamp !== null && timestampDistance(this.#doneTimestamp, timestamp) <= 0) {
      if (timestampDistance(this.#doneTimestamp, timestamp) > -8e4) return null;
    }
    const open2 = this.#open;
    if (open2 !== null && open2.timestamp === timestamp) {
      open2.ticks = Math.max(open2.ticks, ticks);
      open2.atMs = nowMs;
      return ended ? this.#close(open2) : null;
    }
    const previous = open2 === null ? null : this.#close(open2);
    const next = { event, timestamp, ticks, atMs: nowMs };
    if (ended && previous === null) return this.#close(next);
    this.#open = next;
    return previous;
  }
  /** The digit whose end never came, once nothing was heard of it for `afterMs`. */
  expire(nowMs, afterMs = 150) {
    return this.#open !== null && nowMs - this.#open.atMs >= afterMs ? this.#close(this.#open) : null;
  }
  #close(open2) {
    this.#open = null;
    this.#doneTimestamp = open2.timestamp;
    return { digit: DIGITS[open2.event] ?? "", durationMs: open2.ticks / TICKS_PER_MS3 };
  }
};
var DigitSender = class {
  #waiting = [];
  #current = null;
  #pauseSteps = 0;
  #digitSteps;
  #gapSteps;
  constructor({ digitMs = 100, gapMs = 60 } = {}) {
    this.#digitSteps = Math.max(2, Math.round(digitMs / 20));
    this.#gapSteps = Math.max(1, Math.round(gapMs / 20));
  }
  /** False, and nothing queued, when a character is no digit or more than 64 would wait. */
  queue(digits) {
    const events = [...digits.toUpperCase()].map((digit) => DIGITS.indexOf(digit));
    if (events.some((event) => event < 0) || this.#waiting.length + events.length > 64) return false;
    this.#waiting.push(...events);
    return true;
  }
  /** While busy the leg's audio gives way. */
  get busy() {
    return this.#current !== null || this.#waiting.length > 0 || this.#pauseSteps > 0;
  }
  /** Null in the pause between two digits and when there is nothing to send. */
  step() {
    if (this.#pauseSteps > 0) {
      this.#pauseSteps -= 1;
      return null;
    }
    const isFirst = this.#current === null;
    const current = this.#current ?? this.#next();
    if (current === null) return null;
    current.ticks += STEP_TICKS;
    const ended = current.ticks >= this.#digitSteps * STEP_TICKS;
    const payload = Uint8Array.of(current.event, (ended ? END : 0) | VOLUME, current.ticks >> 8, current.ticks);
    if (ended) {
      this.#current = null;
      this.#pauseSteps = this.#gapSteps;
    }
    return { payload, isFirst, copies: ended ? END_REPEATS : 1, endedTicks: ended ? current.ticks : null };
  }
  #next() {
    const event = this.#waiting.shift();
    this.#current = event === void 0 ? null : { event, ticks: 0 };
    return this.#current;
  }
};

// packages/protocol/rtp/src/udp-pair.ts
import { createSocket } from "node:dgram";

var RANDOM_TRIES = 24;
async function openUdpPair({ bindAddress, ports, random }) {
  const first = ports.first + (ports.first & 1);
  const pairs = Math.floor((ports.last - first + 1) / 2);
  const sweep = pairs > 0 ? random.integer(pairs) : 0;
  for (let attempt = 0; attempt < RANDOM_TRIES + pairs; attempt++) {
    if (pairs <= 0) break;
    const index = attempt < RANDOM_TRIES ? random.integer(pairs) : (sweep + attempt) % pairs;
    const rtpPort = first + index * 2;
    const rtp = await bind(bindAddress, rtpPort);
    if (rtp === null) continue;
    const rtcp = await bind(bindAddress, rtpPort + 1);
    if (rtcp !== null) return { rtp, rtcp, rtpPort, rtcpPort: rtpPort + 1 };
    rtp.close();
  }
  throw new RtpError("no-free-ports", `no free pair of ports from ${ports.first} to ${ports.last}`);
}
function bind(address, port3) {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: "udp4", lookup: (host, _options, done) => done(null, host, 4) });
    socket.once("error", (cause) => {
      socket.close();
      if (cause.code === "EADDRINUSE" || cause.code === "EACCES") resolve(null);
      else reject(new RtpError("address-unusable", `${address} cannot be listened on`, { cause }));
    });
    socket.bind({ address, port: port3, exclusive: true }, () => {
      socket.removeAllListeners("error");
      resolve(socket);
    });
  });
}

// packages/protocol/rtp/src/rtp-endpoint.ts
var DIGIT_LOST_END_MS = 200;
var RtpEndpoint = class _RtpEndpoint {
  rtpPort;
  rtcpPort;
  sender;
  #pair;
  #clock;
  #listener;
  #reader = new RtpReader();
  #lock = new SourceLock();
  #statistics = new ReceiverStatistics();
  #digitsIn = new DigitReceiver();
  #digitsSsrc = -1;
  #digitsOut = new DigitSender();
  #rtcp;
  #audio = null;
  #sendAddress = "";
  #sendPort = 0;
  #lastPacketMs = null;
  #malformed = 0;
  #digitWatch = null;
  #closed = false;
  /** Takes over the pair: it is closed with the endpoint. */
  constructor(pair, { clock, random, listener }) {
    this.#pair = pair;
    this.#clock = clock;
    this.#listener = listener;
    this.rtpPort = pair.rtpPort;
    this.rtcpPort = pair.rtcpPort;
    this.sender = new RtpSender({
      ssrc: random.integer(2 ** 32),
      sequence: random.integer(2 ** 15),
      timestamp: random.integer(2 ** 32),
    });
    this.#rtcp = new RtcpSession({
      clock,
      random,
      sender: this.sender,
      statistics: this.#statistics,
      send: (bytes, port3, address) =>
        this.#transmit(this.#audio?.rtcpMux ? pair.rtp : pair.rtcp, bytes, port3, address),
    });
    pair.rtp.on("message", (bytes, from) => this.#receive(bytes, from));
    pair.rtcp.on("message", (bytes, from) => this.#receiveRtcp(bytes, from));
    for (const socket of [pair.rtp, pair.rtcp]) socket.on("error", (failure) => listener.failed?.(failure));
  }
  /** On a free pair of ports of the range. Rejects with `RtpError` when there is none. */
  static async open({ bindAddress, ports, ...rest }) {
    return new _RtpEndpoint(await openUdpPair({ bindAddress, ports, random: rest.random }), rest);
  }
  /** Takes the outcome of an offer and answer; again at each renegotiation. */
  configure(audio) {
    const { remote } = audio;
    this.#audio = audio;
    if (remote !== null) {
      this.#lock.announce(remote.address, remote.rtpPort);
      this.#sendAddress = this.#lock.isLocked ? this.#lock.address : remote.address;
      this.#sendPort = this.#lock.isLocked ? this.#lock.port : remote.rtpPort;
      this.#rtcp.announce(
        audio.rtcpMux ? remote.address : remote.rtcpAddress,
        audio.rtcpMux ? remote.rtpPort : remote.rtcpPort,
      );
    }
  }
  /** Whether what we send may reach the party now: negotiated, and not on hold towards it. */
  get canSend() {
    const audio = this.#audio;
    return (
      audio !== null && audio.remote !== null && (audio.direction === "sendrecv" || audio.direction === "sendonly")
    );
  }
  /** Whether the party is to be heard now. */
  get canReceive() {
    const audio = this.#audio;
    return audio !== null && (audio.direction === "sendrecv" || audio.direction === "recvonly");
  }
  get takesDigits() {
    return this.#audio !== null && this.#audio.digitsPayloadType !== null;
  }
  get digitsBusy() {
    return this.#digitsOut.busy;
  }
  /** A frame of our own in the negotiated codec. */
  sendFrame(payload, nowMs) {
    if (!this.canSend || this.#audio === null) return;
    this.#sendRtp(this.sender.frame(payload, this.#audio.payloadType, nowMs));
  }
  /** The other party's packet, as it is (its header is rewritten in place) or with another payload. */
  relay(packet, nowMs, payload) {
    if (!this.canSend || this.#audio === null) return;
    const bytes = this.sender.relay(packet, this.#audio.payloadType, nowMs, payload);
    if (bytes !== null) this.#sendRtp(bytes);
  }
  /** False when the party takes no telephone events, or what is asked is no digit. Sent by `stepDigits`. */
  queueDigits(digits) {
    return this.takesDigits && this.#digitsOut.queue(digits);
  }
  /** One 20 ms step of what `queueDigits` left to send; true while digits take the place of audio. */
  stepDigits(nowMs) {
    const payloadType = this.#audio?.digitsPayloadType ?? null;
    if (!this.#digitsOut.busy || payloadType === null || !this.canSend) return false;
    const step = this.#digitsOut.step();
    for (let copy = 0; step !== null && copy < step.copies; copy++) {
      this.#sendRtp(this.sender.event(step.payload, payloadType, step.isFirst && copy === 0, nowMs));
    }
    return true;
  }
  stats() {
    return {
      packetsReceived: this.#statistics.packetsReceived,
      packetsSent: this.sender.packets,
      packetsLost: this.#statistics.packetsLost,
      packetsRejected: this.#lock.rejected + this.#malformed,
      jitterMs: this.#statistics.jitterMs,
      lastPacketMs: this.#lastPacketMs,
      roundTripMs: this.#rtcp.roundTripMs,
    };
  }
  get lastPacketMs() {
    return this.#lastPacketMs;
  }
  /** Says goodbye by RTCP and closes both sockets. */
  async [Symbol.asyncDispose]() {
    if (this.#closed) return;
    this.#digitWatch?.cancel();
    this.#rtcp.close();
    this.#closed = true;
    const { rtp, rtcp } = this.#pair;
    await Promise.all([rtp, rtcp].map((socket) => new Promise((resolve) => socket.close(() => resolve()))));
  }
  #receive(bytes, from) {
    if (isRtcp(bytes)) {
      this.#receiveRtcp(bytes, from);
      return;
    }
    const audio = this.#audio;
    const packet = this.#reader;
    if (audio === null || !packet.read(bytes)) {
      this.#malformed += 1;
      return;
    }
    const codec = audio.receive.get(packet.payloadType);
    if (codec === void 0) {
      if (packet.payloadType === 13 && from.port === this.#lock.port) this.#lastPacketMs = this.#clock.monotonicMs();
      else this.#malformed += 1;
      return;
    }
    const nowMs = this.#clock.monotonicMs();
    const verdict = this.#lock.judge(from.address, from.port, packet.ssrc, packet.sequence, nowMs);
    if (verdict === "rejected" || verdict === "probing") return;
    if (verdict === "locked") {
      this.#sendAddress = from.address;
      this.#sendPort = from.port;
    }
    this.#lastPacketMs = nowMs;
    this.#statistics.update(packet.ssrc, packet.sequence, packet.timestamp, nowMs);
    if (verdict === "locked") this.#listener.locked?.();
    if (codec === "digits") this.#hearDigit(packet, nowMs);
    else if (this.canReceive) this.#listener.audio(packet, codec, nowMs);
  }
  #hearDigit(packet, nowMs) {
    if (packet.ssrc !== this.#digitsSsrc) {
      this.#digitsSsrc = packet.ssrc;
      this.#digitsIn = new DigitReceiver();
    }
    this.#listener.digitPacket?.(packet);
    const digit = this.#digitsIn.push(packet.payload(), packet.timestamp, nowMs);
    if (digit !== null) this.#listener.digit?.(digit);
    this.#digitWatch ??= this.#clock.after(DIGIT_LOST_END_MS, () => this.#expireDigit());
  }
  #expireDigit() {
    this.#digitWatch = null;
    const digit = this.#digitsIn.expire(this.#clock.monotonicMs());
    if (digit !== null) this.#listener.digit?.(digit);
    else if (this.#digitsIn.isOpen) this.#digitWatch = this.#clock.after(DIGIT_LOST_END_MS, () => this.#expireDigit());
  }
  #receiveRtcp(bytes, from) {
    const trusted = this.#lock.isLocked ? this.#lock.address : this.#audio?.remote?.address;
    if (from.address !== trusted || !this.#rtcp.receive(bytes, from.port)) this.#malformed += 1;
  }
  #sendRtp(bytes) {
    this.#transmit(this.#pair.rtp, bytes, this.#sendPort, this.#sendAddress);
  }
  #transmit(socket, bytes, port3, address) {
    if (!this.#closed) socket.send(bytes, port3, address);
  }
};

// apps/media/src/telephone-sound.ts
var FRAME_SAMPLES = 160;
var SAMPLES_PER_MS = 8;
var QUIET_PEAK = 130;
var LONGEST_SILENCE = 1600;
var TelephoneSound = class {
  #encoded;
  samples;
  constructor(pcm) {
    const frames = Math.ceil(pcm.length / FRAME_SAMPLES);
    const whole = new Int16Array(frames * FRAME_SAMPLES);
    whole.set(pcm);
    this.samples = whole.length;
    this.#encoded = { pcmu: Buffer.from(encodeG711("pcmu", whole)), pcma: Buffer.from(encodeG711("pcma", whole)) };
  }
  /** Bytes held in memory. */
  get bytes() {
    return this.samples * 2;
  }
  /** A view of the frame that begins at `sample` (a multiple of a frame). */
  frame(codec, sample) {
    return this.#encoded[codec].subarray(sample, sample + FRAME_SAMPLES);
  }
};
var SILENCE = {
  pcmu: Buffer.alloc(LONGEST_SILENCE, g711Silence("pcmu")),
  pcma: Buffer.alloc(LONGEST_SILENCE, g711Silence("pcma")),
};
function silence(codec, samples = FRAME_SAMPLES) {
  return SILENCE[codec].subarray(0, samples);
}
var LOUD = { pcmu: loudBytes("pcmu"), pcma: loudBytes("pcma") };
function isQuiet(codec, payload) {
  const loud = LOUD[codec];
  for (const byte2 of payload) if (loud[byte2] === 1) return false;
  return true;
}
function isG711(codec) {
  return codec === "pcmu" || codec === "pcma";
}
function loudBytes(codec) {
  const pcm = decodeG711(
    codec,
    Uint8Array.from({ length: 256 }, (_, byte2) => byte2),
  );
  return Uint8Array.from(pcm, (sample) => (Math.abs(sample) > QUIET_PEAK ? 1 : 0));
}

// apps/media/src/call-plays.ts
var CallPlays = class {
  #events;
  #plays = /* @__PURE__ */ new Map();
  /** What was asked for last on a leg, perhaps still being read; and what the leg hears. */
  #wanted = /* @__PURE__ */ new Map();
  #heard = /* @__PURE__ */ new Map();
  constructor(events) {
    this.#events = events;
  }
  /** A sound has been read and is on its way. */
  get isPlaying() {
    return [...this.#plays.values()].some(({ sound }) => sound !== null);
  }
  /** Asks for a play; what plays now goes on until `begin`. */
  announce(playId2, legs, loop) {
    this.stop(playId2);
    const play = { playId: playId2, first: legs[0], legs, loop, sound: null, position: 0, sentSamples: 0 };
    this.#plays.set(playId2, play);
    for (const leg of legs) this.#wanted.set(leg, play);
  }
  /** The sound has been read: it takes the legs over, except those for which another was asked in the meantime. */
  begin(playId2, sound) {
    const play = this.#plays.get(playId2);
    if (play === void 0) return;
    if (this.#wanted.get(play.first) !== play) {
      this.#end(play, "stopped");
      return;
    }
    play.sound = sound;
    for (const leg of play.legs) {
      if (this.#wanted.get(leg) !== play) continue;
      const before = this.#heard.get(leg);
      if (before?.first === leg) this.#end(before, "stopped");
      this.#heard.set(leg, play);
      leg.setPlayedTo(true);
    }
  }
  unreadable(playId2) {
    const play = this.#plays.get(playId2);
    if (play !== void 0) this.#end(play, "sound-unreadable");
  }
  stop(playId2) {
    const play = this.#plays.get(playId2);
    if (play !== void 0) this.#end(play, "stopped");
  }
  /** The leg is going away. */
  release(leg) {
    for (const play of [...this.#plays.values()]) if (play.first === leg) this.#end(play, "leg-released");
    this.#wanted.delete(leg);
    this.#heard.delete(leg);
  }
  /** Sends the next 20 ms of every sound. */
  tick(dueMs) {
    if (this.#plays.size === 0) return;
    for (const play of this.#plays.values()) {
      if (play.sound !== null && play.first.canSend && !play.first.digitsBusy) this.#step(play, play.sound, dueMs);
    }
  }
  #step(play, sound, dueMs) {
    for (const leg of play.legs) {
      const { codec } = leg;
      if (codec === null || !leg.canSend || leg.digitsBusy || this.#heard.get(leg) !== play) continue;
      const payload = sound.frame(codec, play.position);
      leg.sendFrame(payload, dueMs);
      this.#events.sent(leg, dueMs, codec, payload);
    }
    if (play.sentSamples === 0) this.#events.started(play.playId, play.first);
    play.sentSamples += FRAME_SAMPLES;
    play.position += FRAME_SAMPLES;
    if (play.position < sound.samples) return;
    if (play.loop) play.position = 0;
    else this.#end(play, "completed");
  }
  #end(play, outcome) {
    if (!this.#plays.delete(play.playId)) return;
    for (const leg of play.legs) {
      if (this.#wanted.get(leg) === play) this.#wanted.delete(leg);
      if (this.#heard.get(leg) !== play) continue;
      this.#heard.delete(leg);
      leg.setPlayedTo(false);
    }
    this.#events.completed(play.playId, play.first, outcome, play.sentSamples / SAMPLES_PER_MS);
  }
};

// apps/media/src/track-recorder.ts
var SHORTEST_GAP_SAMPLES = 480;
var SETTLE_SAMPLES = 28e3;
var TrackRecorder = class {
  #writer;
  #track;
  #zero;
  /** Up to here the track is told. */
  #end;
  #codec = "pcmu";
  /** Why nothing is heard, and since when; ascending, the first at or before `#end`. */
  #reasons;
  constructor({ writer, track, zero, reason: reason2 }) {
    this.#writer = writer;
    this.#track = track;
    this.#zero = zero;
    this.#end = zero;
    this.#reasons = [{ from: zero, reason: reason2 }];
  }
  /** From `position` on, silence has this reason. */
  because(reason2, position) {
    if (this.#reasons.at(-1)?.reason === reason2) return;
    this.#reasons.push({ from: Math.max(position, this.#end), reason: reason2 });
  }
  audio(position, codec, payload) {
    this.#codec = codec;
    if (position > this.#end) this.#tellUntil(position, null);
    const overlap = this.#end - position;
    if (overlap >= payload.length) return;
    const kept = overlap > 0 ? payload.subarray(overlap) : payload;
    const start = position + Math.max(0, overlap);
    this.#writer.write(this.#track, start - this.#zero, codec, kept);
    this.#end = start + kept.length;
  }
  /** Packets on the way to `position` are known to be lost. */
  lostUntil(position) {
    if (position > this.#end) this.#tellUntil(position, "packet-loss");
  }
  /** Tells what is long empty, so that a crash leaves it explained. */
  settle(nowPosition) {
    const until = nowPosition - SETTLE_SAMPLES;
    if (until - this.#end > SETTLE_SAMPLES) this.#tellUntil(until, null);
  }
  /** Up to here every sample is audio or a gap. */
  get end() {
    return this.#end;
  }
  close(until) {
    if (until > this.#end) this.#tellUntil(until, null);
  }
  #tellUntil(until, lost) {
    let from = this.#end;
    if (lost === null && until - from <= FRAME_SAMPLES) {
      this.#writer.write(this.#track, from - this.#zero, this.#codec, silence(this.#codec, until - from));
      from = until;
    }
    while (from < until) {
      const [current, next] = this.#reasons;
      const isPast = next !== void 0 && next.from < until;
      const to = isPast ? next.from : until;
      if (isPast && to - from < SHORTEST_GAP_SAMPLES) {
        this.#reasons.shift();
        continue;
      }
      const reason2 = current?.reason ?? "no-rtp";
      this.#writer.gap(
        this.#track,
        from - this.#zero,
        to - this.#zero,
        reason2 === "no-rtp" && lost !== null ? lost : reason2,
      );
      from = to;
      if (isPast) this.#reasons.shift();
    }
    this.#end = until;
    while (this.#reasons.length > 1 && (this.#reasons[1]?.from ?? until) <= until) this.#reasons.shift();
  }
};

// apps/media/src/call-recorder.ts
var STILL_TALKING_SAMPLES = 480;
var CallRecorder = class {
  #writer;
  #zero;
  #tracks;
  #legs = { caller: null, agent: null };
  /** `zero`: position of the recording's start on the monotonic clock. */
  constructor(writer, zero) {
    this.#writer = writer;
    this.#zero = zero;
    const track = (speaker3) => new TrackRecorder({ writer, track: speaker3, zero, reason: "not-connected" });
    this.#tracks = { caller: track("caller"), agent: track("agent") };
  }
  get path() {
    return this.#writer.path;
  }
  /** The channel passes to `leg`, without a seam. */
  assign(channel, leg, nowPosition) {
    this.#legs[channel]?.recordOn(null);
    this.#legs[channel] = leg;
    this.#tracks[channel].because(leg.isHeld ? "hold" : "no-rtp", nowPosition);
    leg.recordOn(this.#tracks[channel]);
  }
  /** The leg is gone; its channel is silent until another takes it. */
  leave(leg, nowPosition) {
    for (const channel of ["caller", "agent"]) {
      if (this.#legs[channel] !== leg) continue;
      leg.recordOn(null);
      this.#legs[channel] = null;
      this.#tracks[channel].because("not-connected", nowPosition);
    }
  }
  /** What was played to `leg` goes on the record when it is the caller who heard it. */
  played(leg, position, codec, payload) {
    if (this.#legs.caller === leg) this.#writer.write("announcement", position - this.#zero, codec, payload);
  }
  settle(nowPosition) {
    this.#tracks.caller.settle(nowPosition);
    this.#tracks.agent.settle(nowPosition);
  }
  /** Both tracks end together: where the last sample is, or now if one has long been silent. */
  close(nowPosition) {
    const { caller, agent } = this.#tracks;
    const last = Math.max(caller.end, agent.end);
    const until = nowPosition - last > STILL_TALKING_SAMPLES ? nowPosition : last;
    for (const channel of ["caller", "agent"]) {
      this.#legs[channel]?.recordOn(null);
      this.#legs[channel] = null;
      this.#tracks[channel].close(until);
    }
    return this.#writer.close();
  }
};

// apps/media/src/errors.ts
var MediaError = class extends Error {
  code;
  constructor(code, message, options) {
    super(message, options);
    this.name = "MediaError";
    this.code = code;
  }
};

// apps/media/src/tap-stream.ts
import { connect } from "node:net";

var BATCH_SAMPLES = 1600;
var SOCKET_BYTES = 32 * 1024;
var WAITING_FRAMES = 50;
var CONNECT_TIMEOUT_MS = 3e3;
var TapStream = class {
  #socket;
  #log;
  /** Wall clock at the monotonic clock's zero, in ms. */
  #epochOffsetMs;
  #batch = new Int16Array(BATCH_SAMPLES);
  #waiting = [];
  #droppedFrames = 0;
  #batchLength = 0;
  /** Position of the batch's first sample, on the monotonic clock at 8 kHz. */
  #batchPosition = 0;
  #state = "connecting";
  constructor({ sink, epochOffsetMs, log }) {
    this.#epochOffsetMs = epochOffsetMs;
    this.#log = log;
    this.#socket = connect({ host: sink.host, port: sink.port, noDelay: true, timeout: CONNECT_TIMEOUT_MS });
    this.#socket.on("timeout", () => this.#connectTimedOut());
    this.#socket.on("connect", () => {
      this.#socket.setTimeout(0);
      this.#socket.write(encodeTapOpening(sink.token));
      this.#state = "open";
      this.#drain();
    });
    this.#socket.on("drain", () => this.#drain());
    this.#socket.on("error", (failure) => this.#log.warn({ failure: failure.message }, "tap broke"));
    this.#socket.on("close", () => {
      this.#state = "closed";
    });
    this.#socket.resume();
  }
  /** Frames that a slow reader did not get. */
  get droppedFrames() {
    return this.#droppedFrames;
  }
  get isClosed() {
    return this.#state === "closed";
  }
  audio(position, codec, payload) {
    if (this.#state === "closed") return;
    if (position !== this.#batchPosition + this.#batchLength) this.flush();
    let taken = 0;
    while (taken < payload.length) {
      if (this.#batchLength === 0) this.#batchPosition = position + taken;
      const room = Math.min(BATCH_SAMPLES - this.#batchLength, payload.length - taken);
      decodeG711Into(codec, payload, taken, taken + room, this.#batch, this.#batchLength);
      this.#batchLength += room;
      taken += room;
      if (this.#batchLength === BATCH_SAMPLES) this.flush();
    }
  }
  /** Sends what was gathered; called at a gap, and every 100 ms: so much audio goes in one write. */
  flush() {
    if (this.#batchLength === 0) return;
    const atMs = this.#epochOffsetMs + this.#batchPosition / SAMPLES_PER_MS;
    const frame = encodeTapFrame(atMs, this.#batch.subarray(0, this.#batchLength));
    this.#batchLength = 0;
    if (this.#state === "open") this.#write(frame);
    else if (this.#state !== "closed") this.#wait(frame);
  }
  /** Sends what is left and closes. */
  close() {
    this.flush();
    if (this.#state === "connecting") this.#socket.destroy();
    else if (this.#state !== "closed") this.#socket.destroySoon();
    this.#state = "closed";
  }
  #write(frame) {
    this.#socket.write(frame);
    if (this.#socket.writableLength > SOCKET_BYTES) this.#state = "full";
  }
  #wait(frame) {
    if (this.#waiting.length >= WAITING_FRAMES) {
      this.#waiting.shift();
      this.#droppedFrames += 1;
    }
    this.#waiting.push(frame);
  }
  #drain() {
    if (this.#state === "closed") return;
    this.#state = "open";
    while (this.#state === "open") {
      const frame = this.#waiting.shift();
      if (frame === void 0) return;
      this.#write(frame);
    }
  }
  #connectTimedOut() {
    if (this.#state === "connecting") this.#socket.destroy(new Error("no connection in time"));
  }
};

// apps/media/src/call-media.ts
var CallMedia = class {
  callId;
  #options;
  #legs = /* @__PURE__ */ new Map();
  #opening = /* @__PURE__ */ new Map();
  #plays;
  #bridged = null;
  #recorder = null;
  #closed = false;
  constructor(options) {
    this.callId = options.callId;
    this.#options = options;
    this.#plays = new CallPlays({
      started: (playId2, leg) => this.#report({ kind: "play-started", ...this.#at(leg), playId: playId2 }),
      completed: (playId2, leg, outcome, playedMs) =>
        this.#report({ kind: "play-completed", ...this.#at(leg), playId: playId2, outcome, playedMs }),
      sent: (leg, dueMs, codec, payload) => this.#sent(leg, dueMs, codec, payload),
    });
  }
  get isEmpty() {
    return this.#legs.size === 0 && this.#opening.size === 0 && this.#recorder === null;
  }
  get legs() {
    return [...this.#legs.values()];
  }
  async answer(request) {
    const isNew = !this.#legs.has(request.legId);
    const leg = await this.#openLeg(request.legId, request.memory);
    const answer = leg.answer(request.offerSdp, { hold: request.hold, prefer: this.#codecBeside(leg) });
    if (answer.kind === "unacceptable" && isNew) await this.release(request.legId);
    return { leg, answer };
  }
  async offer(request) {
    const leg = await this.#openLeg(request.legId, request.memory);
    return { leg, sdp: leg.offer({ hold: request.hold, prefer: this.#codecBeside(leg) }) };
  }
  /** Null when the answer is taken, else why not. */
  acceptAnswer(legId2, answerSdp) {
    return this.#leg(legId2).acceptAnswer(answerSdp);
  }
  bridge([one, other]) {
    const legs = [this.#leg(one), this.#leg(other)];
    this.unbridge();
    this.#bridged = legs;
    legs[0].bridgeTo(legs[1]);
    legs[1].bridgeTo(legs[0]);
  }
  unbridge() {
    for (const leg of this.#bridged ?? []) leg.bridgeTo(null);
    this.#bridged = null;
  }
  async release(legId2) {
    const leg = this.#legs.get(legId2);
    if (leg === void 0) return;
    this.#legs.delete(legId2);
    if (this.#bridged?.includes(leg)) this.unbridge();
    this.#plays.release(leg);
    this.#recorder?.leave(leg, this.#position());
    await leg[Symbol.asyncDispose]();
  }
  /** Resolves once the play is asked for; the sound is read and played from there on. */
  play(request) {
    const { playId: playId2, legIds, path, loop } = request;
    const [first, ...others] = legIds;
    if (first === void 0) throw new MediaError("unknown-leg", "a play without a leg");
    const more = others.flatMap((legId2) => this.#legs.get(legId2) ?? []);
    this.#plays.announce(playId2, [this.#leg(first), ...more], loop);
    void this.#options.sounds.load(path).then((load) => {
      if (load.kind === "ok") this.#plays.begin(playId2, load.sound);
      else {
        this.#options.log.error({ callId: this.callId, path, why: load.why }, "a sound cannot be read");
        this.#plays.unreadable(playId2);
      }
    });
  }
  stopPlay(playId2) {
    this.#plays.stop(playId2);
  }
  mute(legId2, muted) {
    this.#leg(legId2).mute(muted);
  }
  /** Takes the writer over; a second recording at a time is refused. */
  startRecording(writer, request) {
    if (this.#recorder !== null) throw new MediaError("recording-exists", "the call is already being recorded");
    const { clock } = this.#options;
    const zeroMs = clock.monotonicMs() - (clock.nowMs() - request.startedAtMs);
    this.#recorder = new CallRecorder(writer, Math.round(zeroMs * SAMPLES_PER_MS));
    for (const channel of ["caller", "agent"]) {
      const legId2 = request.channels[channel];
      const leg = legId2 === null ? void 0 : this.#legs.get(legId2);
      if (leg !== void 0) this.#recorder.assign(channel, leg, Math.round(zeroMs * SAMPLES_PER_MS));
    }
  }
  assignChannel(channel, legId2) {
    this.#recorder?.assign(channel, this.#leg(legId2), this.#position());
  }
  async stopRecording() {
    const recorder = this.#recorder;
    this.#recorder = null;
    return recorder === null ? null : recorder.close(this.#position());
  }
  get isPlaying() {
    return this.#plays.isPlaying;
  }
  get isRecording() {
    return this.#recorder !== null;
  }
  tap(legId2, sink) {
    const { clock, log } = this.#options;
    const epochOffsetMs = clock.nowMs() - clock.monotonicMs();
    const tapLog = log.child({ callId: this.callId, legId: legId2 });
    this.#leg(legId2).said.tapTo(new TapStream({ sink, epochOffsetMs, log: tapLog }));
  }
  untap(legId2) {
    this.#legs.get(legId2)?.said.tapTo(null);
  }
  sendDigits(legId2, digits) {
    if (this.#leg(legId2).sendDigits(digits)) return;
    throw new MediaError("digits-not-negotiated", "the party takes no telephone events, or these are no digits");
  }
  /** Every 20 ms. */
  tick(dueMs) {
    this.#plays.tick(dueMs);
    for (const leg of this.#legs.values()) leg.tick(dueMs);
  }
  /** Every 100 ms: what the parties said goes to tap and record. */
  work(nowMs) {
    for (const leg of this.#legs.values()) leg.said.work(nowMs);
  }
  /** About once a second. */
  watch(nowMs) {
    for (const leg of this.#legs.values()) leg.watch(nowMs);
    this.#recorder?.settle(Math.round(nowMs * SAMPLES_PER_MS));
  }
  /** Releases every leg and closes the recording. */
  async [Symbol.asyncDispose]() {
    this.#closed = true;
    const recording = this.stopRecording();
    await Promise.all([recording, ...[...this.#legs.keys()].map((legId2) => this.release(legId2))]);
  }
  #leg(legId2) {
    const leg = this.#legs.get(legId2);
    if (leg === void 0) throw new MediaError("unknown-leg", `no leg ${legId2} in call ${this.callId}`);
    return leg;
  }
  async #openLeg(legId2, memory2) {
    const known = this.#legs.get(legId2) ?? this.#opening.get(legId2);
    if (known !== void 0) return known;
    const opening = this.#options.openLeg(legId2, memory2, (leg, event) => this.#told(leg, event));
    this.#opening.set(legId2, opening);
    try {
      const leg = await opening;
      if (this.#closed) {
        await leg[Symbol.asyncDispose]();
        throw new MediaError("unknown-leg", `call ${this.callId} was released meanwhile`);
      }
      this.#legs.set(legId2, leg);
      return leg;
    } finally {
      this.#opening.delete(legId2);
    }
  }
  /** What the other leg speaks: to speak the same saves transcoding. */
  #codecBeside(leg) {
    const bridged = this.#bridged?.includes(leg) ? this.#bridged : this.legs;
    return bridged.find((other) => other !== leg && other.codec !== null)?.codec ?? null;
  }
  #sent(leg, dueMs, codec, payload) {
    this.#recorder?.played(leg, Math.round(dueMs * SAMPLES_PER_MS), codec, payload);
  }
  #told(leg, event) {
    if (event.kind === "digit") {
      this.#report({ kind: "digit", ...this.#at(leg), digit: event.digit.digit, durationMs: event.digit.durationMs });
    } else {
      this.#report({ ...event, ...this.#at(leg) });
    }
  }
  #at({ legId: legId2 }) {
    return { callId: this.callId, legId: legId2, atMs: this.#options.clock.nowMs() };
  }
  #report(event) {
    this.#options.report(event);
  }
  #position() {
    return Math.round(this.#options.clock.monotonicMs() * SAMPLES_PER_MS);
  }
};

// packages/protocol/sdp/src/description.ts
var MAX_CHARS = 65536;
var MAX_LINES = 2e3;
var MAX_MEDIA = 32;
function parseSdp(text) {
  if (text.length > MAX_CHARS) return malformed(`longer than ${MAX_CHARS} characters`);
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.length > MAX_LINES) return malformed(`more than ${MAX_LINES} lines`);
  if (lines[0]?.trimEnd() !== "v=0") return malformed("it does not begin with v=0");
  let origin = null;
  let sessionName = "-";
  const session = { connection: null, attributes: [] };
  const media = [];
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
        if (address === void 0) return malformed(`${where}: a c= of the wrong shape`);
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
function serializeSdp(description) {
  const { origin } = description;
  const lines = [
    "v=0",
    `o=${origin.username} ${origin.sessionId} ${origin.version} ${network(origin.address)}`,
    `s=${description.sessionName}`,
    ...connectionLines(description.connection),
    "t=0 0",
    ...description.attributes.map(attributeLine),
  ];
  for (const { media, port: port3, protocol, formats, connection, attributes } of description.media) {
    lines.push(`m=${media} ${port3} ${protocol} ${formats.join(" ")}`);
    lines.push(...connectionLines(connection), ...attributes.map(attributeLine));
  }
  return `${lines.join("\r\n")}\r
`;
}
function malformed(why) {
  return { kind: "malformed", why };
}
function parseOrigin(value) {
  const [username, sessionId, version, , , address] = value.trim().split(/ +/);
  if (username === void 0 || sessionId === void 0 || version === void 0 || address === void 0) return null;
  return { username, sessionId, version, address };
}
function parseAttribute(value) {
  const colon = value.indexOf(":");
  if (colon < 0) return { name: value.trim().toLowerCase(), value: null };
  return { name: value.slice(0, colon).trim().toLowerCase(), value: value.slice(colon + 1).trim() };
}
function parseMedia(value) {
  const [media, portText, protocol, ...formats] = value.trim().split(/ +/);
  const port3 = /^(\d{1,5})(?:\/\d+)?$/.exec(portText ?? "")?.[1];
  if (media === void 0 || port3 === void 0 || protocol === void 0 || formats.length === 0) return null;
  if (Number(port3) > 65535) return null;
  return { media: media.toLowerCase(), port: Number(port3), protocol, formats, connection: null, attributes: [] };
}
function connectionLines(address) {
  return address === null ? [] : [`c=${network(address)}`];
}
function network(address) {
  return `IN ${address.includes(":") ? "IP6" : "IP4"} ${address}`;
}
function attributeLine({ name, value }) {
  return value === null ? `a=${name}` : `a=${name}:${value}`;
}

// packages/protocol/sdp/src/direction.ts
function directionOf(description, media) {
  const stated = statedDirection(media.attributes) ?? statedDirection(description.attributes) ?? "sendrecv";
  const address = media.connection ?? description.connection;
  return address === "0.0.0.0" || address === "::" ? direction(sends(stated), false) : stated;
}
function sends(value) {
  return value === "sendrecv" || value === "sendonly";
}
function receives(value) {
  return value === "sendrecv" || value === "recvonly";
}
function agreedDirection(ours, theirs) {
  return direction(sends(ours) && receives(theirs), receives(ours) && sends(theirs));
}
function direction(send, receive) {
  if (send) return receive ? "sendrecv" : "sendonly";
  return receive ? "recvonly" : "inactive";
}
function statedDirection(attributes) {
  for (const { name } of attributes) {
    if (name === "sendrecv" || name === "sendonly" || name === "recvonly" || name === "inactive") return name;
  }
  return null;
}

// packages/protocol/sdp/src/offer-answer.ts
import { isIPv4 } from "node:net";

// packages/protocol/sdp/src/audio-formats.ts
var STATIC_TYPES = { 0: "PCMU/8000", 8: "PCMA/8000" };
var STATIC_NUMBERS = { pcmu: 0, pcma: 8 };
function readFormats({ formats, attributes }) {
  const maps = /* @__PURE__ */ new Map();
  for (const { name, value } of attributes) {
    const map = name === "rtpmap" ? /^(\d{1,3})\s+(\S+)/.exec(value ?? "") : null;
    if (map?.[1] !== void 0 && map[2] !== void 0) maps.set(map[1], map[2]);
  }
  const codecs = [];
  let digitsPayloadType = null;
  for (const format of formats) {
    const payloadType = /^\d{1,3}$/.test(format) ? Number(format) : 128;
    if (payloadType > 127) continue;
    const [encoding, rate, channels] = (maps.get(format) ?? STATIC_TYPES[format] ?? "").toLowerCase().split("/");
    if (rate !== "8000" || (channels !== void 0 && channels !== "1")) continue;
    if (encoding === "telephone-event") digitsPayloadType ??= payloadType;
    if (encoding !== "pcmu" && encoding !== "pcma") continue;
    if (!codecs.some(({ codec }) => codec === encoding)) codecs.push({ codec: encoding, payloadType });
  }
  return { codecs, digitsPayloadType };
}
function writeFormats({ codecs, digitsPayloadType }) {
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
function staticPayloadType(codec) {
  return STATIC_NUMBERS[codec];
}

// packages/protocol/sdp/src/offer-answer.ts
var AUDIO_LINE = { media: "audio", protocol: "RTP/AVP", formats: [] };
var NO_PTIME_MS = 20;
var OfferAnswer = class {
  #local;
  #memory;
  #offered = null;
  constructor({ local, random, memory: memory2 }) {
    this.#local = local;
    this.#memory = memory2 ?? {
      sessionId: String(random.integer(2 ** 31) + 1),
      version: 0,
      lastSdp: null,
      lines: [AUDIO_LINE],
      audioLine: 0,
      codecs: ["pcmu", "pcma"],
      digitsPayloadType: 101,
    };
  }
  get memory() {
    return this.#memory;
  }
  answer(offerSdp, { hold = false, prefer } = {}) {
    const parsed = parseSdp(offerSdp);
    if (parsed.kind === "malformed") return unacceptable(`the offer cannot be read: ${parsed.why}`);
    const { description } = parsed;
    const audioLine = description.media.findIndex(isPlainAudio);
    const offered = description.media[audioLine];
    if (offered === void 0) return unacceptable("no audio over RTP/AVP is offered");
    const theirs = readFormats(offered);
    const first = theirs.codecs.find(({ codec }) => codec === prefer) ?? theirs.codecs[0];
    if (first === void 0) return unacceptable("neither PCMU nor PCMA is offered");
    const remote = remoteOf(description, offered);
    if (remote === "unusable") return unacceptable("the party's address is not a usable IPv4 address");
    const codecs = [first, ...theirs.codecs.filter((other) => other !== first)];
    const formats = { codecs, digitsPayloadType: theirs.digitsPayloadType };
    const direction2 = agreedDirection(hold ? "sendonly" : "sendrecv", directionOf(description, offered));
    const rtcpMux = offered.attributes.some(({ name }) => name === "rtcp-mux");
    const lines = description.media.map(({ media, protocol, formats: formats2 }) => ({
      media,
      protocol,
      formats: formats2,
    }));
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
      sdp: this.#describe(formats, direction2, rtcpMux),
      audio: negotiated({
        first,
        ours: formats,
        theirs,
        direction: direction2,
        remote,
        rtcpMux,
        ptimeMs: ptimeOf(offered),
      }),
    };
  }
  offer({ hold = false, prefer } = {}) {
    const { codecs, digitsPayloadType } = this.#memory;
    const all = [.../* @__PURE__ */ new Set([...(prefer === void 0 ? [] : [prefer]), ...codecs, "pcmu", "pcma"])];
    const formats = {
      codecs: all.map((codec) => ({ codec, payloadType: staticPayloadType(codec) })),
      digitsPayloadType,
    };
    const direction2 = hold ? "sendonly" : "sendrecv";
    this.#offered = { formats, direction: direction2 };
    return this.#describe(formats, direction2, false);
  }
  /** May be called again for the same offer: early media is answered before the final answer comes. */
  acceptAnswer(answerSdp) {
    if (this.#offered === null) return unacceptable("no offer of ours awaits an answer");
    const parsed = parseSdp(answerSdp);
    if (parsed.kind === "malformed") return unacceptable(`the answer cannot be read: ${parsed.why}`);
    const { description } = parsed;
    const answered = description.media[this.#memory.audioLine];
    if (answered === void 0 || !isPlainAudio(answered)) return unacceptable("the party refused the audio");
    const { formats: ours, direction: wished } = this.#offered;
    const listed = readFormats(answered);
    const first = listed.codecs.find(({ codec }) => ours.codecs.some((offered) => offered.codec === codec));
    if (first === void 0) return unacceptable("the party answered with no codec that was offered");
    const remote = remoteOf(description, answered);
    if (remote === "unusable") return unacceptable("the party's address is not a usable IPv4 address");
    const direction2 = agreedDirection(wished, directionOf(description, answered));
    return {
      kind: "ok",
      audio: negotiated({
        first,
        ours,
        theirs: listed,
        direction: direction2,
        remote,
        rtcpMux: false,
        ptimeMs: ptimeOf(answered),
      }),
    };
  }
  #describe(formats, direction2, rtcpMux) {
    const { address, rtpPort, rtcpPort } = this.#local;
    const written = writeFormats(formats);
    const media = this.#memory.lines.map((line, index) => {
      if (index !== this.#memory.audioLine) return { ...line, port: 0, connection: null, attributes: [] };
      const attributes = [
        ...written.attributes,
        { name: "ptime", value: "20" },
        { name: direction2, value: null },
        ...(rtcpMux ? [{ name: "rtcp-mux", value: null }] : []),
        ...(rtcpMux || rtcpPort === rtpPort + 1 ? [] : [{ name: "rtcp", value: String(rtcpPort) }]),
      ];
      return { ...line, port: rtpPort, formats: written.formats, connection: null, attributes };
    });
    const { sessionId, lastSdp } = this.#memory;
    const write = (version2) =>
      serializeSdp({
        // "-" would do (RFC 8866 §5.2), but there are peers that expect a word: sipp's built-in regexp caller is one.
        origin: { username: "jikimi", sessionId, version: String(version2), address },
        sessionName: "-",
        connection: address,
        attributes: [],
        media,
      });
    const { version } = this.#memory;
    const changed = lastSdp !== write(version);
    const next = changed ? version + 1 : version;
    const sdp2 = write(next);
    this.#memory = { ...this.#memory, version: next, lastSdp: sdp2 };
    return sdp2;
  }
};
function unacceptable(why) {
  return { kind: "unacceptable", why };
}
function isPlainAudio({ media, protocol, port: port3 }) {
  return media === "audio" && port3 !== 0 && protocol.toUpperCase() === "RTP/AVP";
}
function negotiated({ first, ours, theirs, ...agreed }) {
  const receive = /* @__PURE__ */ new Map();
  for (const side of [theirs, ours]) {
    for (const { codec, payloadType } of side.codecs) receive.set(payloadType, codec);
    if (side.digitsPayloadType !== null) receive.set(side.digitsPayloadType, "digits");
  }
  return { ...first, receive, digitsPayloadType: theirs.digitsPayloadType, ...agreed };
}
function remoteOf(description, media) {
  const address = media.connection ?? description.connection;
  if (address === "0.0.0.0") return null;
  if (address === null || !isUnicastIpv4(address)) return "unusable";
  const rtcp = media.attributes.find(({ name }) => name === "rtcp")?.value ?? "";
  const [, portText, rtcpAddress] = /^(\d{1,5})(?:\s+IN\s+IP4\s+(\S+))?$/i.exec(rtcp) ?? [];
  const rtcpPort = Number(portText ?? 0);
  return {
    address,
    rtpPort: media.port,
    rtcpAddress: rtcpAddress !== void 0 && isUnicastIpv4(rtcpAddress) ? rtcpAddress : address,
    rtcpPort: rtcpPort > 0 && rtcpPort <= 65535 ? rtcpPort : Math.min(media.port + 1, 65535),
  };
}
function isUnicastIpv4(address) {
  const first = Number(address.split(".")[0]);
  return isIPv4(address) && first > 0 && first < 224;
}
function ptimeOf({ attributes }) {
  const ptime = Number(attributes.find(({ name }) => name === "ptime")?.value ?? NO_PTIME_MS);
  return Number.isFinite(ptime) && ptime > 0 && ptime <= 200 ? ptime : NO_PTIME_MS;
}

// apps/media/src/said-audio.ts
var QUEUE_PACKETS = 10;
var NO_BYTES = new Uint8Array(0);
var SaidAudio = class {
  #placer = new AudioPlacer({
    out: this,
    isQuiet: (codec, payload) => isG711(codec) && isQuiet(codec, payload),
    silence: (codec, samples) => silence(isG711(codec) ? codec : "pcmu", samples),
  });
  #queue = Array.from({ length: QUEUE_PACKETS }, () => ({
    bytes: NO_BYTES,
    payloadStart: 0,
    payloadEnd: 0,
    ssrc: 0,
    sequence: 0,
    timestamp: 0,
    codec: "",
    arrivalMs: 0,
  }));
  #queued = 0;
  #tap = null;
  #track = null;
  /** The party's audio goes on this track from now on; null: on none. */
  recordOn(track) {
    this.#work();
    if (track === null) this.#placer.flush();
    this.#track = track;
  }
  /** Closes the tap before, if there is one. */
  tapTo(tap) {
    this.#work();
    this.#tap?.close();
    this.#tap = tap;
  }
  /** `packet`'s payload must stay as it is; its header may be rewritten. */
  push(packet, codec, nowMs) {
    if (this.#track === null && this.#tap === null) return;
    if (this.#queued === QUEUE_PACKETS) this.#work();
    const queued = this.#queue[this.#queued];
    queued.bytes = packet.bytes;
    queued.payloadStart = packet.payloadStart;
    queued.payloadEnd = packet.payloadEnd;
    queued.ssrc = packet.ssrc;
    queued.sequence = packet.sequence;
    queued.timestamp = packet.timestamp;
    queued.codec = codec;
    queued.arrivalMs = nowMs;
    this.#queued += 1;
  }
  /** Works on what has come; every 100 ms. */
  work(nowMs) {
    this.#work();
    this.#placer.expire(nowMs);
    this.#tap?.flush();
  }
  audio(position, codec, payload) {
    if (!isG711(codec)) return;
    this.#tap?.audio(position, codec, payload);
    this.#track?.audio(position, codec, payload);
  }
  gap(_from, to, reason2) {
    this.#tap?.flush();
    if (reason2 === "packet-loss") this.#track?.lostUntil(to);
  }
  /** The party's description says that it will not be heard now, or again. */
  setHeld(held, nowPosition) {
    this.#work();
    if (held) this.#placer.flush();
    this.#track?.because(held ? "hold" : "no-rtp", nowPosition);
  }
  close() {
    this.tapTo(null);
    this.#placer.flush();
    this.#track = null;
  }
  #work() {
    for (let i = 0; i < this.#queued; i++) {
      const { bytes, payloadStart, payloadEnd, ssrc, sequence, timestamp, codec, arrivalMs } = this.#queue[i];
      this.#placer.push(ssrc, sequence, timestamp, bytes.subarray(payloadStart, payloadEnd), codec, arrivalMs);
    }
    this.#queued = 0;
  }
};

// apps/media/src/silence-watch.ts
var SilenceWatch = class {
  #timeoutMs;
  #onEvent;
  /** Monotonic; null while the party is on hold. */
  #expectedSinceMs = null;
  #reportedAtMs = null;
  constructor(timeoutMs, onEvent) {
    this.#timeoutMs = timeoutMs;
    this.#onEvent = onEvent;
  }
  /** Called at each negotiation: the time of waiting begins when the party becomes one that is to be heard. */
  expect(expected, nowMs) {
    if (!expected) this.#expectedSinceMs = null;
    else this.#expectedSinceMs ??= nowMs;
  }
  heard() {
    if (this.#reportedAtMs === null) return;
    this.#reportedAtMs = null;
    this.#onEvent({ kind: "rtp-resumed" });
  }
  /** `lastPacketMs` counts digits and comfort noise too. */
  check(nowMs, lastPacketMs) {
    if (this.#reportedAtMs !== null) {
      if (lastPacketMs !== null && lastPacketMs > this.#reportedAtMs) this.heard();
      return;
    }
    if (this.#expectedSinceMs === null) return;
    const silentMs = nowMs - Math.max(this.#expectedSinceMs, lastPacketMs ?? 0);
    if (silentMs < this.#timeoutMs) return;
    this.#reportedAtMs = nowMs;
    this.#onEvent({ kind: "rtp-timeout", silentMs: Math.round(silentMs) });
  }
};

// apps/media/src/leg.ts
var FILL_AFTER_MS = 200;
var FILL_UNBRIDGED_AFTER_MS = 40;
var LONGEST_PAYLOAD = 1600;
var Leg = class _Leg {
  legId;
  said = new SaidAudio();
  #clock;
  #log;
  #onEvent;
  #endpoint;
  #negotiation;
  #silenceWatch;
  #transcoded = Buffer.alloc(LONGEST_PAYLOAD);
  #audio = null;
  #codec = "pcmu";
  #peer = null;
  #muted = false;
  #isPlayedTo = false;
  #filling = false;
  /** The party is being sent digits: they take the place of audio. */
  #sendingDigits = false;
  #socketFailed = false;
  constructor(pair, options) {
    const { clock, random, advertisedAddress } = options;
    this.legId = options.legId;
    this.#clock = clock;
    this.#log = options.log;
    this.#onEvent = options.onEvent;
    this.#endpoint = new RtpEndpoint(pair, { clock, random, listener: this });
    this.#negotiation = new OfferAnswer({
      local: { address: advertisedAddress, rtpPort: pair.rtpPort, rtcpPort: pair.rtcpPort },
      random,
      memory: options.memory ?? void 0,
    });
    this.#silenceWatch = new SilenceWatch(options.rtpTimeoutMs, (event) => this.#onEvent(this, event));
  }
  /** Rejects with `RtpError` when no port can be had. */
  static async open(options) {
    const { bindAddress, rtpPorts: ports, random } = options;
    return new _Leg(await openUdpPair({ bindAddress, ports, random }), options);
  }
  /** What to remember of the negotiation, should the leg have to go on elsewhere. */
  get memory() {
    return this.#negotiation.memory;
  }
  /** What the party is sent; null until it is negotiated. */
  get codec() {
    return this.#audio === null ? null : this.#codec;
  }
  get canSend() {
    return this.#endpoint.canSend;
  }
  /** Negotiated so that the party is not heard. */
  get isHeld() {
    return this.#audio !== null && !receives(this.#audio.direction);
  }
  get digitsBusy() {
    return this.#sendingDigits;
  }
  /** `prefer` saves transcoding when the party offers it. */
  answer(offerSdp, wish) {
    const answer = this.#negotiation.answer(offerSdp, sdpWish(wish));
    if (answer.kind === "ok") this.#configure(answer.audio);
    return answer;
  }
  offer(wish) {
    return this.#negotiation.offer(sdpWish(wish));
  }
  /** Null when the answer is taken, else why not. */
  acceptAnswer(answerSdp) {
    const accepted = this.#negotiation.acceptAnswer(answerSdp);
    if (accepted.kind === "unacceptable") return accepted.why;
    this.#configure(accepted.audio);
    return null;
  }
  /** From now on this leg says to `peer` what it says; null says it to nobody. */
  bridgeTo(peer) {
    this.#peer = peer;
  }
  mute(muted) {
    this.#muted = muted;
  }
  recordOn(track) {
    this.said.recordOn(track);
  }
  /** While a sound is played to it the leg does not hear the other party. */
  setPlayedTo(isPlayedTo) {
    this.#isPlayedTo = isPlayedTo;
  }
  /** False when the party takes no digits, or they are none. */
  sendDigits(digits) {
    if (!this.#endpoint.queueDigits(digits)) return false;
    this.#sendingDigits = true;
    return true;
  }
  /** A frame of a sound, in this leg's codec. */
  sendFrame(payload, dueMs) {
    this.#filling = false;
    this.#endpoint.sendFrame(payload, dueMs);
  }
  /** One 20 ms step of what is ours to send: digits, or silence where there is nothing else. Sounds come by `sendFrame`. */
  tick(dueMs) {
    const quietMs = dueMs - this.#endpoint.sender.lastSentMs;
    if (quietMs < FILL_UNBRIDGED_AFTER_MS && !this.#filling && !this.#sendingDigits) return;
    if (this.#sendingDigits) {
      if (this.#endpoint.stepDigits(dueMs)) return;
      this.#sendingDigits = this.#endpoint.digitsBusy;
    }
    if (this.#isPlayedTo || !this.#endpoint.canSend) return;
    if (!this.#filling) this.#filling = quietMs > (this.#peer === null ? FILL_UNBRIDGED_AFTER_MS : FILL_AFTER_MS);
    if (this.#filling) this.#endpoint.sendFrame(silence(this.#codec), dueMs);
  }
  /** About once a second. */
  watch(nowMs) {
    this.#silenceWatch.check(nowMs, this.#endpoint.lastPacketMs);
  }
  stats() {
    return this.#endpoint.stats();
  }
  async [Symbol.asyncDispose]() {
    this.#peer = null;
    this.said.close();
    await this.#endpoint[Symbol.asyncDispose]();
  }
  // What the endpoint tells, packet by packet.
  audio(packet, codec, nowMs) {
    this.#silenceWatch.heard();
    if (this.#peer !== null) this.#peer.#hear(packet, codec, this.#muted, nowMs);
    this.said.push(packet, codec, nowMs);
  }
  digit(digit) {
    this.#onEvent(this, { kind: "digit", digit });
  }
  digitPacket(packet) {
    if (this.#peer !== null) this.#peer.#endpoint.sender.skip(packet);
  }
  locked() {
    this.#onEvent(this, { kind: "rtp-started" });
  }
  /** Told once: a telephone that is gone refuses every packet, fifty a second. */
  failed(failure) {
    if (this.#socketFailed) return;
    this.#socketFailed = true;
    this.#log.warn({ legId: this.legId, failure: failure.message }, "a socket of a leg failed");
  }
  /** The other party's packet. */
  #hear(packet, codec, muted, nowMs) {
    if (this.#isPlayedTo || this.#sendingDigits) return;
    this.#filling = false;
    if (muted) {
      this.#endpoint.relay(packet, nowMs, silence(this.#codec, packet.payloadEnd - packet.payloadStart));
    } else if (codec === this.#codec) {
      this.#endpoint.relay(packet, nowMs);
    } else {
      const length = Math.min(packet.payloadEnd - packet.payloadStart, LONGEST_PAYLOAD);
      transcodeG711(codec === "pcma" ? "pcma" : "pcmu", packet.payload(), this.#transcoded);
      this.#endpoint.relay(packet, nowMs, this.#transcoded.subarray(0, length));
    }
  }
  #configure(audio) {
    const wasHeld = this.isHeld;
    this.#audio = audio;
    this.#codec = audio.codec;
    this.#endpoint.configure(audio);
    const nowMs = this.#clock.monotonicMs();
    this.#silenceWatch.expect(!this.isHeld, nowMs);
    if (this.isHeld !== wasHeld) this.said.setHeld(this.isHeld, Math.round(nowMs * SAMPLES_PER_MS));
  }
};
function sdpWish({ hold, prefer }) {
  return prefer === null ? { hold } : { hold, prefer };
}

// apps/media/src/sound-shelf.ts
import { readFile, stat } from "node:fs/promises";

var CAPACITY_BYTES = 64 * 1024 * 1024;
var MAX_FILE_BYTES = 64 * 1024 * 1024;
var SoundShelf = class {
  #kept = /* @__PURE__ */ new Map();
  #bytes = 0;
  /** Never rejects. */
  async load(path) {
    let version;
    try {
      const { mtimeMs, size } = await stat(path);
      if (size > MAX_FILE_BYTES) return { kind: "unreadable", why: `${size} bytes are too many for a sound` };
      version = `${mtimeMs}/${size}`;
    } catch (cause) {
      this.#drop(path);
      return { kind: "unreadable", why: reason(cause) };
    }
    const kept = this.#kept.get(path);
    if (kept?.version === version) {
      this.#kept.delete(path);
      this.#kept.set(path, kept);
      return kept.load;
    }
    this.#drop(path);
    const fresh = { version, load: readTelephoneSound(path), bytes: 0 };
    this.#kept.set(path, fresh);
    const load = await fresh.load;
    if (load.kind === "unreadable") this.#drop(path, fresh);
    else this.#count(path, fresh, load.sound.bytes);
    return load;
  }
  #count(path, kept, bytes) {
    if (this.#kept.get(path) !== kept) return;
    kept.bytes = bytes;
    this.#bytes += bytes;
    for (const [oldest, { bytes: freed }] of this.#kept) {
      if (this.#bytes <= CAPACITY_BYTES || oldest === path) break;
      if (freed > 0) this.#drop(oldest);
    }
  }
  #drop(path, only) {
    const kept = this.#kept.get(path);
    if (kept === void 0 || (only !== void 0 && only !== kept)) return;
    this.#kept.delete(path);
    this.#bytes -= kept.bytes;
  }
};
async function readTelephoneSound(path) {
  try {
    const read = readSound(await readFile(path));
    return read.kind === "ok" ? { kind: "ok", sound: new TelephoneSound(read.pcm) } : read;
  } catch (cause) {
    return { kind: "unreadable", why: reason(cause) };
  }
}
function reason(cause) {
  return cause instanceof Error ? cause.message : String(cause);
}

// apps/media/src/media-worker.ts
var NOTHING = { kind: "nothing" };
var WATCH_EVERY_TICKS = 50;
var WORK_EVERY_TICKS = 5;
var MediaWorker = class {
  #options;
  #calls = /* @__PURE__ */ new Map();
  #sounds = new SoundShelf();
  #pacer;
  #ticks = 0;
  constructor(options) {
    this.#options = options;
    this.#pacer = new Pacer({ clock: options.clock, onTick: (dueMs) => this.#tick(dueMs) });
  }
  /** Answers every request with one report. Never rejects. */
  async handle({ requestId: requestId2, command }) {
    const { report, log } = this.#options;
    try {
      report({ kind: "done", requestId: requestId2, result: await this.#carryOut(command) });
    } catch (failure) {
      const { code, why } = describeFailure(failure);
      if (code === "internal") log.error({ command: command.kind, failure: why }, "a media command failed");
      report({ kind: "failed", requestId: requestId2, code, why });
    }
  }
  /** Whether a sound is on its way to any leg of the call. */
  isPlaying(callId3) {
    return this.#calls.get(callId3)?.isPlaying ?? false;
  }
  /** Closes every recording and leg. */
  async [Symbol.asyncDispose]() {
    this.#pacer.stop();
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    await Promise.all(calls.map((call) => call[Symbol.asyncDispose]()));
  }
  async #carryOut(command) {
    switch (command.kind) {
      case "answer": {
        const { leg, answer } = await this.#open(command.callId).answer(command);
        this.#forgetEmpty(command.callId);
        if (answer.kind === "unacceptable") return answer;
        return { kind: "sdp", sdp: answer.sdp, memory: plain(leg) };
      }
      case "offer": {
        const { leg, sdp: sdp2 } = await this.#open(command.callId).offer(command);
        return { kind: "sdp", sdp: sdp2, memory: plain(leg) };
      }
      case "accept-answer": {
        const why = this.#call(command.callId).acceptAnswer(command.legId, command.answerSdp);
        return why === null ? NOTHING : { kind: "unacceptable", why };
      }
      case "bridge":
        this.#call(command.callId).bridge(command.legIds);
        return NOTHING;
      case "unbridge":
        this.#calls.get(command.callId)?.unbridge();
        return NOTHING;
      case "release":
        await this.#release(command);
        return NOTHING;
      case "play":
        this.#call(command.callId).play(command);
        return NOTHING;
      case "stop-play":
        this.#calls.get(command.callId)?.stopPlay(command.playId);
        return NOTHING;
      case "mute":
        this.#call(command.callId).mute(command.legId, command.muted);
        return NOTHING;
      case "start-recording":
        await this.#startRecording(command);
        return NOTHING;
      case "assign-channel":
        this.#call(command.callId).assignChannel(command.channel, command.legId);
        return NOTHING;
      case "stop-recording": {
        const summary = (await this.#calls.get(command.callId)?.stopRecording()) ?? null;
        this.#forgetEmpty(command.callId);
        return { kind: "recording", summary: summary === null ? null : { ...summary, gaps: [...summary.gaps] } };
      }
      case "tap":
        this.#call(command.callId).tap(command.legId, command.sink);
        return NOTHING;
      case "untap":
        this.#calls.get(command.callId)?.untap(command.legId);
        return NOTHING;
      case "send-digits":
        this.#call(command.callId).sendDigits(command.legId, command.digits);
        return NOTHING;
      case "stats":
        return { kind: "stats", legs: this.#stats(command.callId) };
      case "ping":
      case "stop":
        return NOTHING;
    }
  }
  #tick(dueMs) {
    this.#ticks += 1;
    let turn = this.#ticks;
    for (const call of this.#calls.values()) {
      call.tick(dueMs);
      if (turn % WORK_EVERY_TICKS === 0) call.work(dueMs);
      if (turn % WATCH_EVERY_TICKS === 0) call.watch(dueMs);
      turn += 1;
    }
  }
  #call(callId3) {
    const call = this.#calls.get(callId3);
    if (call === void 0) throw new MediaError("unknown-leg", `no call ${callId3}`);
    return call;
  }
  #open(callId3) {
    const known = this.#calls.get(callId3);
    if (known !== void 0) return known;
    const { config, clock, random, log, report } = this.#options;
    const call = new CallMedia({
      callId: callId3,
      clock,
      log,
      sounds: this.#sounds,
      openLeg: (legId2, memory2, onEvent) =>
        Leg.open({ ...config, legId: legId2, clock, random, log, memory: memory2, onEvent }),
      report: (event) => report({ kind: "event", event }),
    });
    this.#calls.set(callId3, call);
    this.#pacer.start();
    return call;
  }
  async #release({ callId: callId3, legId: legId2 }) {
    const call = this.#calls.get(callId3);
    if (call === void 0) return;
    if (legId2 !== null) {
      await call.release(legId2);
      this.#forgetEmpty(callId3);
      return;
    }
    this.#calls.delete(callId3);
    if (this.#calls.size === 0) this.#pacer.stop();
    await call[Symbol.asyncDispose]();
  }
  #forgetEmpty(callId3) {
    if (this.#calls.get(callId3)?.isEmpty !== true) return;
    this.#calls.delete(callId3);
    if (this.#calls.size === 0) this.#pacer.stop();
  }
  async #startRecording(command) {
    const { callId: callId3, path, startedAtMs } = command;
    const { clock, log, report } = this.#options;
    const call = this.#call(callId3);
    if (call.isRecording) throw new MediaError("recording-exists", "the call is already being recorded");
    const callKey = Buffer.from(command.callKey, "base64");
    const wrappedKey = Buffer.from(command.wrappedKey, "base64");
    const writer = await this.#options.createRecordingWriter({
      path,
      callId: callId3,
      startedAtMs,
      callKey,
      wrappedKey,
      clock,
      onFailure: (reason2, cause) => {
        log.error({ callId: callId3, reason: reason2, cause: String(cause) }, "recording failed");
        report({
          kind: "event",
          event: { kind: "recording-failed", callId: callId3, reason: reason2, atMs: clock.nowMs() },
        });
      },
    });
    callKey.fill(0);
    if (this.#calls.get(callId3) !== call) {
      await writer.close();
      throw new MediaError("unknown-leg", `call ${callId3} was released meanwhile`);
    }
    try {
      call.startRecording(writer, command);
    } catch (failure) {
      await writer.close();
      throw failure;
    }
  }
  #stats(callId3) {
    const { clock } = this.#options;
    const epochOffsetMs = clock.nowMs() - clock.monotonicMs();
    return (this.#calls.get(callId3)?.legs ?? []).map((leg) => {
      const { lastPacketMs, roundTripMs: _, ...numbers } = leg.stats();
      const lastPacketAtMs = lastPacketMs === null ? null : Math.round(epochOffsetMs + lastPacketMs);
      return { legId: leg.legId, ...numbers, lastPacketAtMs };
    });
  }
};
function plain({ memory: memory2 }) {
  return {
    ...memory2,
    lines: memory2.lines.map((line) => ({ ...line, formats: [...line.formats] })),
    codecs: [...memory2.codecs],
  };
}
function describeFailure(failure) {
  const why = failure instanceof Error ? failure.message : String(failure);
  if (failure instanceof MediaError) return { code: failure.code, why };
  if (failure instanceof RtpError) return { code: "no-free-ports", why };
  if (failure instanceof RecordingError) return { code: "recording-failed", why };
  return { code: "internal", why };
}

// apps/media/src/main.ts
function main() {
  const config = MediaWorkerConfig.parse(JSON.parse(process.argv[2] ?? "null"));
  const log = createLog({ level: config.logLevel, process: `media ${config.workerId}` });
  const report = (message) => {
    if (process.connected) process.send?.(message);
  };
  if (process.send === void 0) {
    log.error({}, "media is started by the server, not by hand");
    process.exit(2);
  }
  const worker = new MediaWorker({
    config,
    clock: new SystemClock(),
    random: new SystemRandom(),
    log,
    createRecordingWriter,
    report,
  });
  let leaving = false;
  const leave = async (why) => {
    if (leaving) return;
    leaving = true;
    await worker[Symbol.asyncDispose]();
    log.info({ why }, "media stopped");
    process.exit(0);
  };
  process.on("SIGTERM", () => void leave("asked to"));
  process.on("SIGINT", () => {});
  process.on("disconnect", () => void leave("the server is gone"));
  process.on("message", (message) => {
    const request = MediaRequest.safeParse(message);
    if (!request.success) log.error({ issues: request.error.issues.length }, "a request that is none");
    else if (request.data.command.kind === "stop") void leave("asked to");
    else void worker.handle(request.data);
  });
  report({ kind: "ready" });
}
main();
