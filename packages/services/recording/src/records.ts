import { GAP_REASONS, TRACKS } from "./format.ts";
import type { RecordingCodec, RecordingGapReason, RecordingTrack } from "./types.ts";

/**
 * What a block holds, in clear only in memory: records one after the other, each beginning with its kind.
 * `audio`: u8 1, u8 track, u8 codec, u32 startSample, u32 length, then the payload. `gap`: u8 2, u8 track, u8 reason,
 * u32 startSample, u32 endSample. `totals` (final block only): u8 3, u32 audio blocks, u32 duration in samples,
 * u8 1 where audio was lost, u32 gaps that the final block does not list.
 */
const AUDIO = 1;
const GAP = 2;
const TOTALS = 3;
const AUDIO_HEAD_BYTES = 11;
const GAP_BYTES = 11;
const TOTALS_BYTES = 14;

/** 149 hours at 8 kHz: the last sample number that fits. */
export const MAX_SAMPLE = 0xffff_ffff;

const CODECS: readonly RecordingCodec[] = ["pcmu", "pcma", "pcm16"];
const CODEC_BYTES: Readonly<Record<RecordingCodec, number>> = { pcmu: 1, pcma: 1, pcm16: 2 };

export type AudioRecord = {
  readonly kind: "audio";
  readonly track: RecordingTrack;
  readonly codec: RecordingCodec;
  readonly startSample: number;
  readonly payload: Uint8Array;
};

export type GapRecord = {
  readonly kind: "gap";
  readonly track: RecordingTrack;
  readonly startSample: number;
  readonly endSample: number;
  readonly reason: RecordingGapReason;
};

export type TotalsRecord = {
  readonly kind: "totals";
  readonly audioBlocks: number;
  readonly durationSamples: number;
  /** Something that was handed to the writer never reached the disk. */
  readonly lost: boolean;
  readonly unlistedGaps: number;
};

export type BlockRecord = AudioRecord | GapRecord | TotalsRecord;

export function bytesPerSample(codec: RecordingCodec): number {
  return CODEC_BYTES[codec];
}

/** The header of an audio record; its payload follows. */
export function encodeAudioHead(record: Omit<AudioRecord, "kind" | "payload"> & { byteLength: number }): Buffer {
  const bytes = Buffer.allocUnsafe(AUDIO_HEAD_BYTES);
  bytes.writeUInt8(AUDIO, 0);
  bytes.writeUInt8(TRACKS.indexOf(record.track), 1);
  bytes.writeUInt8(CODECS.indexOf(record.codec), 2);
  bytes.writeUInt32BE(record.startSample, 3);
  bytes.writeUInt32BE(record.byteLength, 7);
  return bytes;
}

export function encodeGap(record: Omit<GapRecord, "kind">): Buffer {
  const bytes = Buffer.allocUnsafe(GAP_BYTES);
  bytes.writeUInt8(GAP, 0);
  bytes.writeUInt8(TRACKS.indexOf(record.track), 1);
  bytes.writeUInt8(GAP_REASONS.indexOf(record.reason), 2);
  bytes.writeUInt32BE(record.startSample, 3);
  bytes.writeUInt32BE(record.endSample, 7);
  return bytes;
}

export function encodeTotals(record: Omit<TotalsRecord, "kind">): Buffer {
  const bytes = Buffer.allocUnsafe(TOTALS_BYTES);
  bytes.writeUInt8(TOTALS, 0);
  bytes.writeUInt32BE(record.audioBlocks, 1);
  bytes.writeUInt32BE(record.durationSamples, 5);
  bytes.writeUInt8(record.lost ? 1 : 0, 9);
  bytes.writeUInt32BE(record.unlistedGaps, 10);
  return bytes;
}

/**
 * The records of an opened block. Null where the bytes are no records: its tag proved that a holder of the key wrote
 * it, so this is a newer writer or a bug, and the reader reports the block as unreadable.
 */
export function decodeRecords(plain: Buffer): BlockRecord[] | null {
  const records: BlockRecord[] = [];
  let at = 0;
  while (at < plain.length) {
    const kind = plain.readUInt8(at);
    if (kind === TOTALS) {
      if (at + TOTALS_BYTES > plain.length) return null;
      records.push({
        kind: "totals",
        audioBlocks: plain.readUInt32BE(at + 1),
        durationSamples: plain.readUInt32BE(at + 5),
        lost: plain.readUInt8(at + 9) !== 0,
        unlistedGaps: plain.readUInt32BE(at + 10),
      });
      at += TOTALS_BYTES;
      continue;
    }
    if ((kind !== AUDIO && kind !== GAP) || at + GAP_BYTES > plain.length) return null;
    const track = TRACKS[plain.readUInt8(at + 1)];
    const startSample = plain.readUInt32BE(at + 3);
    const last = plain.readUInt32BE(at + 7);
    if (track === undefined) return null;
    if (kind === GAP) {
      const reason = GAP_REASONS[plain.readUInt8(at + 2)];
      if (reason === undefined || last < startSample) return null;
      records.push({ kind: "gap", track, reason, startSample, endSample: last });
      at += GAP_BYTES;
      continue;
    }
    const codec = CODECS[plain.readUInt8(at + 2)];
    const end = at + AUDIO_HEAD_BYTES + last;
    if (codec === undefined || end > plain.length) return null;
    records.push({ kind: "audio", track, codec, startSample, payload: plain.subarray(at + AUDIO_HEAD_BYTES, end) });
    at = end;
  }
  return records;
}
