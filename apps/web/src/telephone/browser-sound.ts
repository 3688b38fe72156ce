import type { Clock, Timer } from "@jikimi/kernel";
import { Store } from "../live/store.ts";
import {
  type SoundDevice,
  type SoundState,
  TelephoneError,
  type TelephoneErrorCode,
  type TelephoneSound,
} from "./telephone.ts";

const microphoneKey = "jikimi.microphone";
const speakerKey = "jikimi.speaker";
/** Speech at a usual distance reaches about -20 dBFS; the meter is full there. */
const fullScaleRms = 0.1;

/** Two soft notes, well below speech: a ring that nobody jumps at. */
const cues = {
  ring: { notesHz: [523.25, 659.25], noteMs: 260, gain: 0.08, everyMs: 2600 },
  attention: { notesHz: [440, 392], noteMs: 180, gain: 0.05, everyMs: null },
} as const;

/** The browser's own devices behind `TelephoneSound`. */
export class BrowserSound implements TelephoneSound {
  readonly #clock: Clock;
  readonly #speaker = new Audio();
  readonly #store: Store<SoundState>;
  #stream: MediaStream | null = null;
  #context: AudioContext | null = null;
  #analyser: AnalyserNode | null = null;
  #samples = new Float32Array(0);
  #nextCue: Timer | null = null;

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock;
    this.#speaker.autoplay = true;
    this.#store = new Store<SoundState>({
      permission: "unknown",
      microphones: [],
      speakers: [],
      microphoneId: localStorage.getItem(microphoneKey),
      speakerId: localStorage.getItem(speakerKey),
      canChooseSpeaker: "setSinkId" in HTMLMediaElement.prototype,
    });
    navigator.mediaDevices?.addEventListener("devicechange", () => void this.#list());
  }

  readonly snapshot = (): SoundState => this.#store.get();
  readonly subscribe = (listener: () => void): (() => void) => this.#store.subscribe(listener);

  async open(): Promise<MediaStream> {
    if (this.#stream?.getAudioTracks().some(({ readyState }) => readyState === "live")) return this.#stream;
    try {
      const stream = await openMicrophone(this.#store.get().microphoneId);
      this.#stream = stream;
      this.#measure(stream);
      this.#store.change({ permission: "granted" });
      await this.#list();
      await this.#applySpeaker();
      return stream;
    } catch (cause) {
      const code = microphoneTrouble(cause);
      this.#store.change({ permission: permissions[code] });
      throw new TelephoneError(code, { cause });
    }
  }

  close(): void {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.#analyser?.disconnect();
    this.#analyser = null;
  }

  async chooseMicrophone(deviceId: string | null): Promise<void> {
    remember(microphoneKey, deviceId);
    this.#store.change({ microphoneId: deviceId });
    if (this.#stream === null) return;
    this.close();
    await this.open();
  }

  async chooseSpeaker(deviceId: string | null): Promise<void> {
    remember(speakerKey, deviceId);
    this.#store.change({ speakerId: deviceId });
    await this.#applySpeaker();
  }

  level(): number {
    if (this.#analyser === null) return 0;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    let sum = 0;
    for (const sample of this.#samples) sum += sample * sample;
    return Math.min(1, Math.sqrt(sum / this.#samples.length) / fullScaleRms);
  }

  play(stream: MediaStream | null): void {
    this.#speaker.srcObject = stream;
    if (stream !== null) void this.#speaker.play().catch(() => {});
  }

  cue(kind: "ring" | "attention"): void {
    const { notesHz, noteMs, gain, everyMs } = cues[kind];
    if (everyMs === null) {
      this.#notes(notesHz, noteMs, gain);
      return;
    }
    if (this.#nextCue !== null) return;
    const again = () => {
      this.#notes(notesHz, noteMs, gain);
      this.#nextCue = this.#clock.after(everyMs, again);
    };
    again();
  }

  quiet(): void {
    this.#nextCue?.cancel();
    this.#nextCue = null;
  }

  #notes(notesHz: readonly number[], noteMs: number, peak: number): void {
    const context = this.#audioContext();
    for (const [i, frequencyHz] of notesHz.entries()) {
      const startS = context.currentTime + (i * noteMs) / 1000;
      const endS = startS + noteMs / 1000;
      const oscillator = new OscillatorNode(context, { frequency: frequencyHz, type: "sine" });
      const gain = new GainNode(context, { gain: 0 });
      gain.gain.setValueAtTime(0, startS);
      gain.gain.linearRampToValueAtTime(peak, startS + 0.03);
      gain.gain.linearRampToValueAtTime(0, endS);
      oscillator.connect(gain).connect(context.destination);
      oscillator.start(startS);
      oscillator.stop(endS);
    }
  }

  #measure(stream: MediaStream): void {
    const context = this.#audioContext();
    this.#analyser = new AnalyserNode(context, { fftSize: 1024 });
    this.#samples = new Float32Array(this.#analyser.fftSize);
    new MediaStreamAudioSourceNode(context, { mediaStream: stream }).connect(this.#analyser);
  }

  /** A context begins suspended until a person has touched the page; every use tries again. */
  #audioContext(): AudioContext {
    this.#context ??= new AudioContext();
    if (this.#context.state === "suspended") void this.#context.resume().catch(() => {});
    return this.#context;
  }

  async #list(): Promise<void> {
    const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
    const of = (kind: MediaDeviceKind): SoundDevice[] =>
      devices
        .filter((device) => device.kind === kind && device.deviceId !== "")
        .map(({ deviceId, label }) => ({ deviceId, label }));
    this.#store.change({ microphones: of("audioinput"), speakers: of("audiooutput") });
  }

  async #applySpeaker(): Promise<void> {
    if (!this.#store.get().canChooseSpeaker) return;
    const sinkId = this.#store.get().speakerId ?? "";
    await this.#speaker.setSinkId(sinkId).catch(() => {});
    const context = this.#context as (AudioContext & { setSinkId?: (id: string) => Promise<void> }) | null;
    await context?.setSinkId?.(sinkId).catch(() => {});
  }
}

/** The chosen microphone, or any when that one is gone. */
async function openMicrophone(deviceId: string | null): Promise<MediaStream> {
  const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
  if (navigator.mediaDevices === undefined) throw new DOMException("no secure context", "NotAllowedError");
  if (deviceId === null) return navigator.mediaDevices.getUserMedia({ audio });
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: { ...audio, deviceId: { exact: deviceId } } });
  } catch (cause) {
    if (!(cause instanceof DOMException) || cause.name !== "OverconstrainedError") throw cause;
    return navigator.mediaDevices.getUserMedia({ audio });
  }
}

const permissions = {
  "microphone-denied": "denied",
  "microphone-missing": "missing",
  "microphone-busy": "busy",
} as const satisfies Partial<Record<TelephoneErrorCode, SoundState["permission"]>>;

/** The names of Media Capture and Streams §10.3 as what a person can act on. */
function microphoneTrouble(cause: unknown): keyof typeof permissions {
  const name = cause instanceof DOMException ? cause.name : "";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "microphone-missing";
  if (name === "NotReadableError" || name === "AbortError") return "microphone-busy";
  return "microphone-denied";
}

function remember(key: string, value: string | null): void {
  if (value === null) localStorage.removeItem(key);
  else localStorage.setItem(key, value);
}
