import { AudioPlacer, type PlacedAudio, type RtpReader } from "@jikimi/rtp";
import type { TapStream } from "./tap-stream.ts";
import { isG711, isQuiet, silence } from "./telephone-sound.ts";
import type { TrackRecorder } from "./track-recorder.ts";

/** What one party says, in its place on our clock: to the tap, where it is heard, and to its track, where it is kept. */
export class SaidAudio implements PlacedAudio {
  readonly #placer = new AudioPlacer({
    out: this,
    isQuiet: (codec, payload) => isG711(codec) && isQuiet(codec, payload),
    silence: (codec, samples) => silence(isG711(codec) ? codec : "pcmu", samples),
  });
  #tap: TapStream | null = null;
  #track: TrackRecorder | null = null;

  get track(): TrackRecorder | null {
    return this.#track;
  }

  recordOn(track: TrackRecorder | null): void {
    if (track === null) this.#placer.flush();
    this.#track = track;
  }

  tapTo(tap: TapStream | null): void {
    this.#tap?.close();
    this.#tap = tap;
  }

  push(packet: RtpReader, codec: string, nowMs: number): void {
    if (this.#track === null && this.#tap === null) return;
    this.#placer.push(packet.ssrc, packet.sequence, packet.timestamp, packet.payload(), codec, nowMs);
  }

  /** Every 20 ms. */
  expire(nowMs: number): void {
    this.#placer.expire(nowMs);
    this.#tap?.expire(nowMs);
  }

  audio(position: number, codec: string, payload: Uint8Array): void {
    if (!isG711(codec)) return;
    this.#tap?.audio(position, codec, payload);
    this.#track?.audio(position, codec, payload);
  }

  gap(_from: number, to: number, reason: "packet-loss" | "no-rtp"): void {
    this.#tap?.flush();
    if (reason === "packet-loss") this.#track?.lostUntil(to);
  }

  /** The party's description says that it will not be heard now, or again. */
  setHeld(held: boolean, nowPosition: number): void {
    if (held) this.#placer.flush();
    this.#track?.because(held ? "hold" : "no-rtp", nowPosition);
  }

  close(): void {
    this.#placer.flush();
    this.tapTo(null);
    this.#track = null;
  }
}
