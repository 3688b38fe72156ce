/** Some milliseconds of every channel: -1 to 1, all channels of the same length. */
export type SoundPiece = readonly Float32Array[];

/** A sound file that is open. Its pieces come once, in order; memory holds a piece or two, however long the file. */
export type SoundFile = {
  readonly kind: SoundKind;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Null where only reading to the end tells. */
  readonly durationMs: number | null;
  /** Ends where the file can be read no further; `problem` then says why, if it was not the end. */
  readonly pieces: AsyncIterable<SoundPiece>;
  readonly problem: SoundProblem | null;
};

export type SoundKind = "wav" | "flac" | "mp3" | "opus" | "ffmpeg";

/** `truncated`: less sound than the file promises. `damaged`: some of it could not be read and is left out. */
export type SoundProblem = "truncated" | "damaged";
