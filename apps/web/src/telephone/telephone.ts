/**
 * The browser as a telephone. What a call is and what becomes of it is the server's to say (`DeskState`); this only
 * carries sound and signalling, and tells how well it can.
 */
export interface Telephone {
  readonly sound: TelephoneSound;
  /** The same object until something changes, for `useSyncExternalStore`. */
  snapshot(): TelephoneState;
  subscribe(listener: () => void): () => void;
  /** Connects and registers; comes back by itself after every loss until `stop`. */
  start(): void;
  /** Leaves: unregisters and hangs up what is on. Resolves when the server knows, or cannot be told. */
  stop(): Promise<void>;
  /** Rejects with `TelephoneError` when the microphone cannot be had: then nothing is answered. */
  answer(): Promise<void>;
  decline(): Promise<void>;
  hangUp(): Promise<void>;
  /** A number as people write it, or a name or `sip:` address that the server gave. Rejects with `TelephoneError`. */
  dial(target: string): Promise<void>;
  setMuted(muted: boolean): void;
  /** `0-9 * #`; false when no call could carry it. */
  sendDigit(digit: string): boolean;
}

export type TelephoneState = {
  /** `registered`: calls can be placed, and come if it is a telephone that is rung. `lost`: is trying again. */
  readonly line: "off" | "connecting" | "registered" | "lost";
  readonly call: TelephoneCall | null;
  readonly muted: boolean;
};

export type TelephoneCall = {
  readonly phase: "incoming" | "dialling" | "connected";
  readonly direction: "inbound" | "outbound";
  /** No sound comes from the server at the moment. */
  readonly silent: boolean;
};

export type TelephoneErrorCode =
  | "microphone-denied"
  | "microphone-missing"
  | "microphone-busy"
  | "not-connected"
  | "refused"
  | "bad-number";

/** `status` is the SIP answer's where there was one. */
export class TelephoneError extends Error {
  override readonly name = "TelephoneError";
  readonly code: TelephoneErrorCode;
  readonly status: number | null;

  constructor(code: TelephoneErrorCode, { cause, status = null }: { cause?: unknown; status?: number | null } = {}) {
    super(code, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = status;
  }
}

/** Microphone and speaker, chosen and measured; kept on this machine only. */
export interface TelephoneSound {
  snapshot(): SoundState;
  subscribe(listener: () => void): () => void;
  /** Asks for the microphone, so that names of devices can be shown and a level measured. */
  open(): Promise<MediaStream>;
  close(): void;
  chooseMicrophone(deviceId: string | null): Promise<void>;
  chooseSpeaker(deviceId: string | null): Promise<void>;
  /** 0 to 1 of what the microphone hears now; 0 while it is closed. */
  level(): number;
  /** Plays a remote party's stream on the chosen speaker. */
  play(stream: MediaStream | null): void;
  /** Soft, on the chosen speaker only. `attention` is for the protection band; `ring` repeats until `quiet`. */
  cue(kind: "ring" | "attention"): void;
  quiet(): void;
}

export type SoundState = {
  readonly permission: "unknown" | "granted" | "denied" | "missing" | "busy";
  readonly microphones: readonly SoundDevice[];
  readonly speakers: readonly SoundDevice[];
  readonly microphoneId: string | null;
  readonly speakerId: string | null;
  /** Not every browser lets a page choose the speaker. */
  readonly canChooseSpeaker: boolean;
};

export type SoundDevice = { readonly deviceId: string; readonly label: string };
