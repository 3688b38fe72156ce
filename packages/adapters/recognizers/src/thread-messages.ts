import type { RecognizerName } from "@jikimi/kernel";
import type { Transcription } from "@jikimi/listening";
import type { ModelFolders } from "./optional-models.ts";

/** What runs in a thread of ours. */
export type LocalRecognizerName = Exclude<RecognizerName, "openai-compatible">;

/** Between `ThreadedRecognizer` and its thread, which share their memory and their source: nothing here is validated. */
export type ThreadStart = { readonly recognizer: LocalRecognizerName } & ModelFolders;

/** `lean`: quicker and a little worse, for who is not judged and for when others wait. */
export type Effort = "full" | "lean";

export type ThreadRequest = { readonly requestId: number; readonly pcm: Float32Array; readonly effort: Effort };

export type ThreadReply =
  | { readonly kind: "ready" }
  | { readonly kind: "transcribed"; readonly requestId: number; readonly transcription: Transcription }
  | { readonly kind: "failed"; readonly requestId: number; readonly why: string };
