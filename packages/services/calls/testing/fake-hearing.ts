import { type CallId, Listeners, type RecognizerName, type Speaker } from "@jikimi/kernel";
import type { Hearing, HearingEvent, TapSink } from "../src/ports.ts";

const unremarkable = {
  noiseDbfs: -60,
  pitchHz: 180,
  syllablesPerS: 5,
  aboveOwnDb: null,
  aboveOwnSemitones: null,
  overlapMs: 0,
  signals: [],
};

/** Ears that hear what a test says. */
export class FakeHearing implements Hearing {
  alive = true;
  /** Recognisers that this machine does not have. */
  readonly missing = new Set<RecognizerName>();
  readonly asked: RecognizerName[] = [];
  readonly atRisk = new Set<CallId>();
  readonly #listeners = new Listeners<HearingEvent>();

  async openStream({ recognizer }: { readonly recognizer: RecognizerName }): Promise<TapSink | null> {
    this.asked.push(recognizer);
    return this.alive && !this.missing.has(recognizer) ? { host: "127.0.0.1", port: 1, token: "t" } : null;
  }

  async closeCall(): Promise<void> {}

  attend(callId: CallId, { atRisk }: { readonly atRisk: boolean }): void {
    if (atRisk) this.atRisk.add(callId);
    else this.atRisk.delete(callId);
  }

  onEvent(listener: (event: HearingEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  emit(event: HearingEvent): void {
    this.#listeners.emit(event);
  }

  /** `draft`: the speaker goes on; say the whole from the same beginning. */
  says(
    callId: CallId,
    speaker: Speaker,
    text: string,
    startMs: number,
    { confidence = 0.9, draft }: { confidence?: number; draft?: true } = {},
  ): void {
    const endMs = startMs + 1500;
    const words = text.split(" ").map((word) => ({ text: word, startMs, endMs, confidence }));
    const utterance = { speaker, text, words, hints: [], voice: unremarkable, confidence, startMs, endMs, draft };
    this.emit({ kind: "utterance", callId, utterance, recognizer: "demo" });
  }
}
