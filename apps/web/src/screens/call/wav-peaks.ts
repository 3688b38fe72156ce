/**
 * The outline of a two-channel 16-bit PCM WAV (RFC 2361, Microsoft's RIFF), read as it arrives: one loudest value for
 * each step of time and channel, 0 to 1. Bytes that are no such WAV give `null`, never an error.
 */
export class WavPeaks {
  readonly #stepMs: number;
  #head = new Uint8Array(0);
  #format: { sampleRateHz: number } | null = null;
  #failed = false;
  #odd: number | null = null;
  #channel = 0;
  #framesInStep = 0;
  readonly #loudest: [number, number] = [0, 0];
  readonly #peaks: [number[], number[]] = [[], []];

  constructor({ stepMs = 100 }: { stepMs?: number } = {}) {
    this.#stepMs = stepMs;
  }

  get stepMs(): number {
    return this.#stepMs;
  }

  push(bytes: Uint8Array): void {
    if (this.#failed) return;
    if (this.#format !== null) {
      this.#take(bytes);
      return;
    }
    this.#head = joined(this.#head, bytes);
    const header = readHeader(this.#head);
    if (header === "more") return;
    if (header === null) {
      this.#failed = true;
      return;
    }
    this.#format = header;
    this.#take(this.#head.subarray(header.dataOffset));
    this.#head = new Uint8Array(0);
  }

  /** Caller and agent; null when it was no WAV of ours. */
  result(): { readonly caller: readonly number[]; readonly agent: readonly number[] } | null {
    if (this.#failed || this.#format === null) return null;
    if (this.#framesInStep > 0) this.#endStep();
    return { caller: this.#peaks[0], agent: this.#peaks[1] };
  }

  #take(bytes: Uint8Array): void {
    const perStep = Math.max(1, Math.round(((this.#format?.sampleRateHz ?? 8000) * this.#stepMs) / 1000));
    for (const byte of bytes) {
      if (this.#odd === null) {
        this.#odd = byte;
        continue;
      }
      const sample = ((((byte << 8) | this.#odd) << 16) >> 16) / 32768;
      this.#odd = null;
      if (this.#channel === 0) {
        this.#loudest[0] = Math.max(this.#loudest[0], Math.abs(sample));
        this.#channel = 1;
      } else {
        this.#loudest[1] = Math.max(this.#loudest[1], Math.abs(sample));
        this.#channel = 0;
        this.#framesInStep += 1;
        if (this.#framesInStep === perStep) this.#endStep();
      }
    }
  }

  #endStep(): void {
    this.#peaks[0].push(this.#loudest[0]);
    this.#peaks[1].push(this.#loudest[1]);
    this.#loudest.fill(0);
    this.#framesInStep = 0;
  }
}

const longestHeaderBytes = 64 * 1024;

function readHeader(bytes: Uint8Array): { sampleRateHz: number; dataOffset: number } | "more" | null {
  if (bytes.length < 12) return "more";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const name = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (name(0) !== "RIFF" || name(8) !== "WAVE") return null;
  let sampleRateHz: number | null = null;
  for (let at = 12; ; ) {
    if (at + 8 > bytes.length) return bytes.length > longestHeaderBytes ? null : "more";
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    if (name(at) === "data") return sampleRateHz === null ? null : { sampleRateHz, dataOffset: body };
    if (name(at) === "fmt ") {
      if (body + 16 > bytes.length) return "more";
      const isPcm16Stereo =
        view.getUint16(body, true) === 1 &&
        view.getUint16(body + 2, true) === 2 &&
        view.getUint16(body + 14, true) === 16;
      if (!isPcm16Stereo) return null;
      sampleRateHz = view.getUint32(body + 4, true);
    }
    at = body + size + (size % 2);
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
