export type NoticesErrorCode =
  /** A sound that the product ships is not there, or is not the one it shipped. */
  | "default-sound-damaged"
  /** An organisation's own sound cannot be played: the message says why and what to do. */
  | "own-sound-unusable";

/** `message` is for people who run the site; `korean` says the same. Both name the file and the way out. */
export class NoticesError extends Error {
  readonly code: NoticesErrorCode;
  readonly path: string;
  readonly korean: string;

  constructor(
    code: NoticesErrorCode,
    { path, english, korean, cause }: { path: string; english: string; korean: string; cause?: unknown },
  ) {
    super(english, { cause });
    this.name = "NoticesError";
    this.code = code;
    this.path = path;
    this.korean = korean;
  }
}
