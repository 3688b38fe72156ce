import { execFileSync } from "node:child_process";
import { resample } from "@jikimi/audio";
import { SeededRandom } from "@jikimi/kernel";
import { type HeardUtterance, hearRecording, type OfflineSource, type Recognizer } from "@jikimi/listening";
import type { Ears } from "@jikimi/recognizers";
import { CONDITIONS } from "./conditions.ts";
import type { Spoken } from "./recognition.ts";

const RATE_HZ = 8000;
const PAUSE_MS = 1200;

/** Sentences judged against three others of the same person, and how many of them were taken for shouting. */
export type ShoutingResult = { readonly what: string; readonly sentences: number; readonly shouting: number };
/** What the caller's channel carried while the agent spoke, and how many pieces of it were put down to the agent. */
export type CrossTalkResult = { readonly what: string; readonly pieces: number; readonly dropped: number };

export type VoicesResult = {
  readonly shouting: readonly ShoutingResult[];
  readonly crossTalk: readonly CrossTalkResult[];
};

/** Writes the same for everything: only the voice is measured here, and no words. */
const deaf: Recognizer = {
  name: "demo",
  sampleRateHz: 16_000,
  waiting: 0,
  transcribe: async () => ({
    text: "말",
    words: [],
    hints: [],
    confidence: 1,
    accepted: true,
    noSpeech: null,
    cpuMs: 0,
  }),
};

export async function measureVoices(clips: readonly Spoken[], ears: Pick<Ears, "voices">): Promise<VoicesResult> {
  const telephone = CONDITIONS.find(({ name }) => name === "telephone");
  const narrow = clips.map((clip) => ({
    speaker: clip.name.split("-")[0] ?? "",
    pcm: telephone?.apply(clip.sound, [], new SeededRandom(1)).pcm ?? new Int16Array(0),
  }));
  return { shouting: await measureShouting(narrow, ears), crossTalk: await measureCrossTalk(narrow, ears) };
}

type Narrow = { readonly speaker: string; readonly pcm: Int16Array };

async function measureShouting(clips: readonly Narrow[], ears: Pick<Ears, "voices">): Promise<ShoutingResult[]> {
  const counts = { calm: 0, louder: 0, shouted: 0 };
  let sentences = 0;
  for (const clip of clips) {
    const others = clips.filter((other) => other !== clip && other.speaker === clip.speaker).slice(0, 3);
    if (others.length < 3) continue;
    sentences += 1;
    for (const [how, effects] of Object.entries(efforts)) {
      const heard = await hear([[...others.map(({ pcm }) => pcm), changed(clip.pcm, effects)]], ears);
      const fromMs = others.reduce((sum, { pcm }) => sum + pcm.length / 8 + PAUSE_MS, 0);
      const last = heard.filter(({ startMs }) => startMs >= fromMs);
      if (last.some(({ voice }) => voice.signals.includes("shouting"))) counts[how as keyof typeof counts] += 1;
    }
  }
  return [
    { what: "as they were spoken, calmly", sentences, shouting: counts.calm },
    { what: "made 10 dB louder", sentences, shouting: counts.louder },
    { what: "made 12 dB louder and 7 semitones higher", sentences, shouting: counts.shouted },
  ];
}

const efforts = { calm: [], louder: ["gain", "-l", "10"], shouted: ["pitch", "700", "gain", "-l", "12"] } as const;

function changed(pcm: Int16Array, effects: readonly string[]): Int16Array {
  if (effects.length === 0) return pcm;
  const raw = ["-r", String(RATE_HZ), "-c", "1", "-b", "16", "-e", "signed", "-t", "raw", "-"];
  const input = Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  const out = execFileSync("sox", ["-V1", "-D", ...raw, ...raw, ...effects], { input, maxBuffer: 1 << 28 });
  return new Int16Array(out.buffer.slice(out.byteOffset, out.byteOffset + (out.length & ~1)));
}

async function measureCrossTalk(clips: readonly Narrow[], ears: Pick<Ears, "voices">): Promise<CrossTalkResult[]> {
  const rows: { what: string; caller: (agent: Int16Array, caller: Int16Array) => Int16Array }[] = [
    { what: "the agent's voice, 150 ms late, 20 dB softer", caller: (agent) => late(agent, 150, -20) },
    { what: "the same with a room's echoes", caller: (agent) => roomy(agent) },
    { what: "the same, 300 to 3,400 Hz", caller: (agent) => changed(roomy(agent), ["highpass", "300"]) },
    { what: "somebody else at the same time", caller: (_, caller) => caller },
    {
      what: "somebody else, with the agent's voice 10 dB below",
      caller: (agent, caller) => sum(caller, late(agent, 150, -10)),
    },
    {
      what: "somebody else, with the agent's voice as loud",
      caller: (agent, caller) => sum(caller, late(agent, 150, 0)),
    },
  ];
  const results: CrossTalkResult[] = [];
  for (const { what, caller } of rows) {
    let pieces = 0;
    let dropped = 0;
    for (const [at, { pcm }] of clips.entries()) {
      const other = clips[(at + 7) % clips.length]?.pcm ?? pcm;
      const carried = caller(pcm, other).subarray(0, pcm.length);
      const [alone, both] = [await hear([[carried]], ears), await hear([[carried], [pcm]], ears)];
      pieces += alone.length;
      dropped += alone.length - both.filter(({ speaker }) => speaker === "caller").length;
    }
    results.push({ what, pieces, dropped });
  }
  return results;
}

function late(pcm: Int16Array, ms: number, db: number): Int16Array {
  return Int16Array.from(pcm, (_, i) => Math.round((pcm[i - ms * 8] ?? 0) * 10 ** (db / 20)));
}

/** Five reflections within 25 ms, each weaker. */
function roomy(pcm: Int16Array): Int16Array {
  const paths = [0, 4, 9, 15, 25].map((ms, i) => late(pcm, 150 + ms, -20 - 4 * i));
  return paths.reduce(sum);
}

function sum(a: Int16Array, b: Int16Array): Int16Array {
  return Int16Array.from(a, (sample, i) => Math.max(-32_768, Math.min(32_767, sample + (b[i] ?? 0))));
}

/** Each channel's pieces one behind the other, with pauses; the first channel is the caller's. */
async function hear(channels: readonly (readonly Int16Array[])[], { voices }: Pick<Ears, "voices">) {
  const pause = new Int16Array((PAUSE_MS * RATE_HZ) / 1000);
  const sounds = channels.map((pieces) =>
    Int16Array.from(pieces.flatMap((piece) => [...pause, ...piece]).concat(...pause)),
  );
  const length = Math.max(...sounds.map((sound) => sound.length));
  const whole = sounds.map((sound) => Int16Array.from({ length }, (_, i) => sound[i] ?? 0));
  async function* once() {
    yield await Promise.resolve(whole);
  }
  const speakers = (["caller", "agent"] as const).slice(0, whole.length);
  const source: OfflineSource = { sampleRateHz: RATE_HZ, speakers, pieces: once() };
  const heard: HeardUtterance[] = [];
  for await (const { utterance } of hearRecording(source, { recognizer: deaf, voices, resample })) {
    if (utterance !== null) heard.push(utterance);
  }
  return heard;
}
