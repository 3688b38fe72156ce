import { Store } from "../live/store.ts";
import type { SoundState, Telephone, TelephoneSound, TelephoneState } from "./telephone.ts";

/** Devices where there are none. */
export class SilentSound implements TelephoneSound {
  readonly #store = new Store<SoundState>({
    permission: "unknown",
    microphones: [],
    speakers: [],
    microphoneId: null,
    speakerId: null,
    canChooseSpeaker: false,
  });
  readonly snapshot = (): SoundState => this.#store.get();
  readonly subscribe = (listener: () => void): (() => void) => this.#store.subscribe(listener);

  open(): Promise<MediaStream> {
    return Promise.resolve(new MediaStream());
  }
  close(): void {}
  chooseMicrophone(): Promise<void> {
    return Promise.resolve();
  }
  chooseSpeaker(): Promise<void> {
    return Promise.resolve();
  }
  level(): number {
    return 0;
  }
  play(): void {}
  cue(): void {}
  quiet(): void {}
}

/** A telephone without a line. */
export class SilentTelephone implements Telephone {
  readonly sound: TelephoneSound;
  readonly #store = new Store<TelephoneState>({ line: "off", call: null, muted: false });

  constructor(sound: TelephoneSound) {
    this.sound = sound;
  }

  readonly snapshot = (): TelephoneState => this.#store.get();
  readonly subscribe = (listener: () => void): (() => void) => this.#store.subscribe(listener);

  start(): void {}
  stop(): Promise<void> {
    return Promise.resolve();
  }
  answer(): Promise<void> {
    return Promise.resolve();
  }
  decline(): Promise<void> {
    return Promise.resolve();
  }
  hangUp(): Promise<void> {
    return Promise.resolve();
  }
  dial(): Promise<void> {
    return Promise.resolve();
  }
  setMuted(muted: boolean): void {
    this.#store.change({ muted });
  }
  sendDigit(): boolean {
    return false;
  }
}
