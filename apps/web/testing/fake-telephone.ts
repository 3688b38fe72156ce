import { Store } from "../src/live/store.ts";
import {
  type SoundState,
  type Telephone,
  type TelephoneCall,
  TelephoneError,
  type TelephoneSound,
  type TelephoneState,
} from "../src/telephone/telephone.ts";

const microphones = [
  { deviceId: "headset", label: "USB 헤드셋 마이크" },
  { deviceId: "built-in", label: "내장 마이크" },
];
const speakers = [
  { deviceId: "headset", label: "USB 헤드셋" },
  { deviceId: "built-in", label: "내장 스피커" },
];

/** `?microphone=denied` and the like in the address show what a browser would say. */
export class FakeSound implements TelephoneSound {
  readonly #store: Store<SoundState>;

  constructor() {
    const asked = new URLSearchParams(location.search).get("microphone");
    const permission = (["unknown", "denied", "missing", "busy"] as const).find((name) => name === asked) ?? "granted";
    this.#store = new Store<SoundState>({
      permission,
      microphones,
      speakers,
      microphoneId: null,
      speakerId: null,
      canChooseSpeaker: true,
    });
  }

  readonly snapshot = (): SoundState => this.#store.get();
  readonly subscribe = (listener: () => void): (() => void) => this.#store.subscribe(listener);

  open(): Promise<MediaStream> {
    const { permission } = this.#store.get();
    if (permission === "unknown") this.#store.change({ permission: "granted" });
    if (permission === "denied" || permission === "missing" || permission === "busy") {
      return Promise.reject(new TelephoneError(`microphone-${permission}`));
    }
    return Promise.resolve(new MediaStream());
  }
  close(): void {}
  chooseMicrophone(microphoneId: string | null): Promise<void> {
    this.#store.change({ microphoneId });
    return Promise.resolve();
  }
  chooseSpeaker(speakerId: string | null): Promise<void> {
    this.#store.change({ speakerId });
    return Promise.resolve();
  }
  level(): number {
    return this.#store.get().permission === "granted" ? 0.42 : 0;
  }
  play(): void {}
  cue(): void {
    document.documentElement.dataset.cues = String(Number(document.documentElement.dataset.cues ?? "0") + 1);
  }
  quiet(): void {}
}

type Said = { readonly call: TelephoneCall | null };

/** Answers, hangs up and mutes by telling the mock server, which then says what the call is. */
export class FakeTelephone implements Telephone {
  readonly sound: TelephoneSound;
  readonly #path: string;
  readonly #store = new Store<TelephoneState>({ line: "off", call: null, muted: false });
  #socket: WebSocket | null = null;

  constructor(path: string, sound: TelephoneSound) {
    this.#path = path;
    this.sound = sound;
  }

  readonly snapshot = (): TelephoneState => this.#store.get();
  readonly subscribe = (listener: () => void): (() => void) => this.#store.subscribe(listener);

  start(): void {
    this.#store.change({ line: "connecting" });
    const socket = new WebSocket(`ws://${location.host}${this.#path}`);
    this.#socket = socket;
    socket.onopen = () => this.#store.change({ line: "registered" });
    socket.onmessage = ({ data }) => this.#store.change({ call: (JSON.parse(String(data)) as Said).call });
    socket.onclose = () => this.#store.change({ line: "lost" });
  }
  stop(): Promise<void> {
    this.#socket?.close();
    this.#store.change({ line: "off", call: null });
    return Promise.resolve();
  }
  async answer(): Promise<void> {
    await this.sound.open();
    await this.#tell("answer");
  }
  decline(): Promise<void> {
    return this.#tell("decline");
  }
  hangUp(): Promise<void> {
    return this.#tell("hang-up");
  }
  async dial(target: string): Promise<void> {
    await this.sound.open();
    if (!/^[\w+*#-]+$/.test(target.replaceAll(" ", ""))) throw new TelephoneError("bad-number");
    await this.#tell("dial", target);
  }
  setMuted(muted: boolean): void {
    this.#store.change({ muted });
  }
  sendDigit(): boolean {
    return this.#store.get().call !== null;
  }

  #tell(what: string, target?: string): Promise<void> {
    this.#socket?.send(JSON.stringify({ what, target }));
    return Promise.resolve();
  }
}
