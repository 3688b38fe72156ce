import { decodeG711 } from "@jikimi/audio";
import type { Recording } from "./reader.ts";
import type { AudioRecord, BlockRecord } from "./records.ts";
import type { AudioPlace, Survey } from "./survey.ts";
import { RECORDING_RATE_HZ, type RecordingTrack } from "./types.ts";

/** Samples of the same stretch of time, track by track; what is missing is silence. */
export type Tracks = Readonly<Record<RecordingTrack, Int16Array>>;

const CHUNK_SAMPLES = RECORDING_RATE_HZ;
const CACHED_BLOCKS = 8;

/** The sound of a recording from anywhere in it, decrypted as it is asked for. */
export class RecordingSound {
  readonly #blocks: BlockCache;
  readonly #bySecond: Map<number, AudioPlace[]>;

  constructor(recording: Recording, survey: Survey) {
    this.#blocks = new BlockCache(recording);
    this.#bySecond = placesBySecond(survey.places);
  }

  /** `length` samples from `start` on; before the beginning and after the end is silence. */
  async tracksAt(start: number, length: number): Promise<Tracks> {
    const tracks = {
      caller: new Int16Array(length),
      agent: new Int16Array(length),
      announcement: new Int16Array(length),
    };
    const lastSecond = Math.floor((start + length - 1) / CHUNK_SAMPLES);
    for (let second = Math.max(0, Math.floor(start / CHUNK_SAMPLES)); second <= lastSecond; second++) {
      for (const place of this.#bySecond.get(second) ?? []) {
        const record = (await this.#blocks.recordsAt(place.blockOffset))[place.recordNumber];
        if (record?.kind === "audio") lay(record, start, tracks[place.track]);
      }
    }
    return tracks;
  }
}

/** Copies what of the record falls into the second that begins at `start`. */
function lay(record: AudioRecord, start: number, onto: Int16Array): void {
  const pcm = pcmOf(record);
  const from = Math.max(0, start - record.startSample);
  const at = Math.max(0, record.startSample - start);
  onto.set(pcm.subarray(from, from + Math.max(0, onto.length - at)), at);
}

function pcmOf({ codec, payload }: AudioRecord): Int16Array {
  if (codec !== "pcm16") return decodeG711(codec, payload);
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  return Int16Array.from({ length: payload.length >> 1 }, (_, i) => view.getInt16(i * 2, true));
}

/** Stereo 16-bit little-endian: caller left; agent and announcements right. */
export function interleaved({ caller, agent, announcement }: Tracks): Uint8Array {
  const bytes = new Uint8Array(caller.length * 4);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < caller.length; i++) {
    const right = (agent[i] ?? 0) + (announcement[i] ?? 0);
    view.setInt16(i * 4, caller[i] ?? 0, true);
    view.setInt16(i * 4 + 2, Math.max(-32_768, Math.min(32_767, right)), true);
  }
  return bytes;
}

function placesBySecond(places: readonly AudioPlace[]): Map<number, AudioPlace[]> {
  const bySecond = new Map<number, AudioPlace[]>();
  for (const place of places) {
    for (let second = Math.floor(place.start / CHUNK_SAMPLES); second * CHUNK_SAMPLES < place.end; second++) {
      const list = bySecond.get(second);
      if (list === undefined) bySecond.set(second, [place]);
      else list.push(place);
    }
  }
  return bySecond;
}

/** The blocks opened last: neighbouring seconds share them. */
class BlockCache {
  readonly #recording: Recording;
  readonly #blocks = new Map<number, readonly BlockRecord[]>();

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  async recordsAt(offset: number): Promise<readonly BlockRecord[]> {
    const cached = this.#blocks.get(offset);
    if (cached !== undefined) return cached;
    const records = await this.#recording.recordsAt(offset);
    this.#blocks.set(offset, records);
    const oldest = this.#blocks.keys().next();
    if (this.#blocks.size > CACHED_BLOCKS && !oldest.done) this.#blocks.delete(oldest.value);
    return records;
  }
}
