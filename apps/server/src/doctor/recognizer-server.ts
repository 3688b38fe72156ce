import type { Clock } from "@jikimi/kernel";
import { type DoctorResult, fail, ok } from "./result.ts";

export type OpenedRecognizer = AsyncDisposable & { transcribe(pcm: Float32Array): Promise<unknown> };

/** Half a second of silence: the same endpoint, key and model as a call's, and nobody's voice. */
const silence = new Float32Array(8000);

/** Whether the server that `openai-compatible` hears by takes a sound and answers with a transcription. */
export async function checkRecognizerServer({
  url,
  open,
  clock,
}: {
  url: string;
  open: () => Promise<OpenedRecognizer>;
  clock: Clock;
}): Promise<DoctorResult> {
  const named = { id: "recognizer-server", name: { ko: "음성 인식 서버", en: "recognition server" } };
  const startedMs = clock.monotonicMs();
  try {
    await using recognizer = await open();
    await recognizer.transcribe(silence);
  } catch (failure) {
    const why = failure instanceof Error ? failure.message : String(failure);
    return fail(
      named,
      { ko: `${url}: 듣지 못함 (${why})`, en: `${url} does not hear (${why})` },
      {
        ko: "서버가 켜져 있는지, JIKIMI_RECOGNIZER_URL, JIKIMI_RECOGNIZER_MODEL, JIKIMI_RECOGNIZER_KEY_FILE이 맞는지 확인해 주십시오. 그 전까지 통화는 되지만 말을 듣지 못합니다.",
        en: "Check that the server runs, and JIKIMI_RECOGNIZER_URL, JIKIMI_RECOGNIZER_MODEL and JIKIMI_RECOGNIZER_KEY_FILE. Until then calls work, but nothing is heard.",
      },
    );
  }
  const tookMs = Math.round(clock.monotonicMs() - startedMs);
  return ok(named, { ko: `${url}: ${tookMs} ms 만에 응답`, en: `${url} answered in ${tookMs} ms` });
}
