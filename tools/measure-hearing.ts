import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { resample } from "@jikimi/audio";
import { SeededRandom, SystemClock, silentLog } from "@jikimi/kernel";
import { hearRecording, type OfflineHearing, type RecognizerName, StreamListener } from "@jikimi/listening";
import { defaultModelsDir, SileroModel, ThreadedRecognizer } from "@jikimi/recognizers";
import { characterErrors, percentile } from "./hearing/score.ts";
import {
  type Clip,
  listClips,
  makeBabble,
  makeNonSpeech,
  NON_SPEECH_KINDS,
  padded,
  readThroughSox,
  type Sound,
  speak,
} from "./hearing/sounds.ts";

/**
 * Measures hearing: `npx tsx tools/measure-hearing.ts [cer] [non-speech] [latency] [demo] --clips FOLDER`.
 * FOLDER holds `transcripts.tsv` and `clips/` (people speaking Korean; never part of the repository). Needs sox, and espeak-ng
 * for `demo`. Prints one JSON object a measurement; figures go into packages/adapters/recognizers/README.md by hand.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { clips: { type: "string", default: "" }, limit: { type: "string", default: "1000" } },
});
const wanted = positionals.length === 0 ? ["cer", "non-speech", "latency", "demo"] : positionals;
const clips = existsSync(values.clips) ? listClips(values.clips).slice(0, Number(values.limit)) : [];
if (clips.length === 0) console.error("no clips of people: `cer` is left out, and so is babble (--clips FOLDER)");

const clock = new SystemClock();
const modelsDir = defaultModelsDir();
const voices = SileroModel.load(modelsDir);
const start = (name: RecognizerName) => ThreadedRecognizer.start({ name, modelsDir, clock, log: silentLog });

const DEMO_LINES = [
  "여보세요",
  "안녕하세요 무엇을 도와드릴까요",
  "제가 어제 주문한 상품이 아직 안 왔어요",
  "책임자 바꿔 주세요 신고하겠습니다",
  "고객님 잠시만 기다려 주시겠습니까",
  "왜 이렇게 오래 걸려요 정말 화가 나네요",
  "네 알겠습니다 확인해 드리겠습니다",
  "카드가 자꾸 안 된다고 나와요",
  "다음 주 월요일 오전 열 시로 예약해 주세요",
  "지금 장난하는 겁니까",
];

if (wanted.includes("cer") && clips.length > 0) {
  await using recognizer = await start("whisper-base-ko");
  for (const telephone of [false, true]) {
    console.log(
      JSON.stringify({
        measure: "cer",
        band: telephone ? "telephone" : "wide",
        ...(await measureCer(recognizer, clips, telephone)),
      }),
    );
  }
}
if (wanted.includes("non-speech")) {
  for (const name of ["whisper-base-ko", "demo"] as const) {
    await using recognizer = await start(name);
    for (const row of await measureNonSpeech(recognizer))
      console.log(JSON.stringify({ measure: "non-speech", recognizer: name, ...row }));
  }
}
if (wanted.includes("latency")) {
  for (const name of ["whisper-base-ko", "demo"] as const) {
    const people = clips.slice(0, 40).map((clip) => readThroughSox(clip.path, true));
    const sounds = name === "demo" ? DEMO_LINES.map((line) => speak(line, "ko")) : people;
    for (const streams of sounds.length === 0 ? [] : [1, 5]) {
      await using recognizer = await start(name);
      const row = await measureLatency(recognizer, sounds, streams);
      console.log(JSON.stringify({ measure: "latency", recognizer: name, streams, ...row }));
    }
  }
}
if (wanted.includes("demo")) {
  await using recognizer = await start("demo");
  for (const voice of ["ko", "ko+f2", "ko+m3"]) {
    const sounds = DEMO_LINES.map((text) => ({ text, sound: speak(text, voice) }));
    console.log(JSON.stringify({ measure: "demo", voice, ...(await scoreAll(recognizer, sounds)) }));
  }
  if (clips.length > 0) {
    const sounds = clips.map(({ text, path }) => ({ text, sound: readThroughSox(path, true) }));
    console.log(JSON.stringify({ measure: "demo", voice: "people", ...(await scoreAll(recognizer, sounds)) }));
  }
}

async function measureCer(recognizer: ThreadedRecognizer, said: readonly Clip[], telephone: boolean) {
  return scoreAll(
    recognizer,
    said.map(({ text, path }) => ({ text, sound: readThroughSox(path, telephone) })),
  );
}

async function scoreAll(recognizer: ThreadedRecognizer, said: readonly { text: string; sound: Sound }[]) {
  const hearing: OfflineHearing = { recognizer, voices, resample };
  let errors = 0;
  let length = 0;
  let refused = 0;
  let silent = 0;
  let cpuMs = 0;
  let audioMs = 0;
  for (const { text, sound } of said) {
    const whole = padded(sound, 500, 800);
    audioMs += (sound.pcm.length * 1000) / sound.sampleRateHz;
    const written: string[] = [];
    for await (const result of hearRecording([{ speaker: "caller", ...whole }], hearing)) {
      cpuMs += result.cpuMs;
      if (result.utterance === null) refused += 1;
      else written.push(result.utterance.text);
    }
    if (written.length === 0) silent += 1;
    const score = characterErrors(text, written.join(" "));
    errors += score.errors;
    length += score.length;
  }
  return {
    clips: said.length,
    cerPercent: round((100 * errors) / length),
    clipsWithoutText: silent,
    piecesRefused: refused,
    cpuSecondsPerSecond: round(cpuMs / audioMs, 3),
  };
}

async function measureNonSpeech(recognizer: ThreadedRecognizer) {
  const random = new SeededRandom(7);
  const people = clips.map((clip) => readThroughSox(clip.path, true));
  const kinds: { kind: string; make: () => Sound }[] = NON_SPEECH_KINDS.map((kind) => ({
    kind,
    make: () => makeNonSpeech(kind, 10, random),
  }));
  if (people.length > 0) {
    kinds.push({ kind: "babble of 12, -25 dB", make: () => makeBabble(people, 12, 10, -25, random) });
    kinds.push({ kind: "babble of 4, -25 dB", make: () => makeBabble(people, 4, 10, -25, random) });
  }
  const rows = [];
  for (const { kind, make } of kinds) {
    let pieces = 0;
    const texts: string[] = [];
    for (let i = 0; i < 20; i++) {
      for await (const { utterance } of hearRecording([{ speaker: "caller", ...make() }], {
        recognizer,
        voices,
        resample,
      })) {
        pieces += 1;
        if (utterance !== null) texts.push(utterance.text);
      }
    }
    rows.push({ kind, seconds: 200, passedVoiceActivity: pieces, utterances: texts.length, texts: texts.slice(0, 5) });
  }
  return rows;
}

/** Plays in real time; counts from the last sample of the words (the clip's own end) to the text in hand. */
async function measureLatency(recognizer: ThreadedRecognizer, sounds: readonly Sound[], streams: number) {
  const latencies: number[] = [];
  const runs = Array.from({ length: streams }, async (_, stream) => {
    const startMs = clock.nowMs();
    const listener = new StreamListener({
      speaker: "caller",
      callStartedAtMs: startMs,
      recognizer,
      voice: voices.open(8000),
      resample,
      clock,
      onEvent: (event) => {
        if (event.kind !== "utterance") return;
        latencies.push(clock.nowMs() - startMs - event.utterance.endMs);
      },
    });
    const done = listener.run({ signal: new AbortController().signal });
    const line: Int16Array[] = [];
    for (let i = 0; i < 8; i++) {
      const sound = sounds[(stream * 8 + i) % sounds.length];
      if (sound === undefined) continue;
      line.push(...frames(padded(sound, 300 + stream * 90, 1000)));
    }
    for (const [i, pcm] of line.entries()) {
      const waitMs = startMs + i * 20 + 20 - clock.nowMs();
      if (waitMs > 0) await clock.sleep(waitMs);
      listener.push({ atMs: startMs + i * 20, pcm });
    }
    listener.end();
    await done;
  });
  await Promise.all(runs);
  return {
    utterances: latencies.length,
    p50Ms: round(percentile(latencies, 0.5), 0),
    p95Ms: round(percentile(latencies, 0.95), 0),
  };
}

function frames({ pcm }: Sound): Int16Array[] {
  return Array.from({ length: Math.floor(pcm.length / 160) }, (_, i) => pcm.subarray(i * 160, i * 160 + 160));
}

function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
