import type { RecognizerName, Transcription } from "@jikimi/listening";

/** Between `ThreadedRecognizer` and its thread, which share their memory and their source: nothing here is validated. */
export type ThreadStart = { readonly recognizer: RecognizerName; readonly modelsDir: string };

export type ThreadRequest = { readonly requestId: number; readonly pcm: Float32Array };

export type ThreadReply =
  | { readonly kind: "ready" }
  | { readonly kind: "transcribed"; readonly requestId: number; readonly transcription: Transcription }
  | { readonly kind: "failed"; readonly requestId: number; readonly why: string };
