// Speaks the thread's protocol; what it does with a sound depends on the sound's length, so that a test can choose.
import { parentPort } from "node:worker_threads";

const MOODS = { 1: "die", 2: "hang", 3: "fail" };

parentPort.on("message", ({ requestId, pcm }) => {
  const mood = MOODS[pcm.length];
  if (mood === "die") process.exit(3);
  else if (mood === "fail") parentPort.postMessage({ kind: "failed", requestId, why: "in a mood" });
  else if (mood === undefined) {
    const transcription = { text: `${pcm.length}`, words: [], confidence: 1, accepted: true, noSpeech: null, cpuMs: 0 };
    parentPort.postMessage({ kind: "transcribed", requestId, transcription });
  }
});
parentPort.postMessage({ kind: "ready" });
