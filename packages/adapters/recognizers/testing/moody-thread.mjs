// Speaks the thread's protocol; what it does with a sound depends on the sound's length, so that a test can choose.
import { parentPort } from "node:worker_threads";

const MOODS = { 1: "die", 2: "hang", 3: "fail" };

parentPort.on("message", ({ requestId, pcm, effort }) => {
  const mood = MOODS[pcm.length];
  if (mood === "die") process.exit(3);
  else if (mood === "fail") parentPort.postMessage({ kind: "failed", requestId, why: "in a mood" });
  else if (mood === undefined) {
    const words = [{ text: effort, startMs: 0, endMs: 1, confidence: 1 }];
    const heard = { text: `${pcm.length}`, words, hints: [], confidence: 1 };
    const transcription = { ...heard, accepted: true, noSpeech: null, cpuMs: 0 };
    parentPort.postMessage({ kind: "transcribed", requestId, transcription });
  }
});
parentPort.postMessage({ kind: "ready" });
