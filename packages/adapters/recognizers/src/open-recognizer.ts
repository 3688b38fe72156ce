import type { Clock, Log, RecognizerName } from "@jikimi/kernel";
import { ListeningError, type Recognizer } from "@jikimi/listening";
import { OpenAiCompatibleRecognizer } from "./openai-compatible/recognizer.ts";
import type { RecognizerServer } from "./openai-compatible/server.ts";
import type { ModelFolders } from "./optional-models.ts";
import type { ThreadEntry } from "./thread-entry.ts";
import { ThreadedRecognizer } from "./threaded-recognizer.ts";

/** Whoever opens it closes it. */
export type OwnedRecognizer = Recognizer & AsyncDisposable;

export type RecognizerOptions = ModelFolders & {
  readonly clock: Clock;
  readonly log: Log;
  /** The thread's program, where it is not the one beside the adapter (a bundle). */
  readonly entry?: ThreadEntry;
  /** Needed by `openai-compatible`, and by no other. */
  readonly server?: RecognizerServer;
  /** Its thread died or hung; another is being started. */
  readonly onLost?: (why: string) => void;
};

/**
 * Any recogniser by its name: the one place that knows which of them is a thread and which a server elsewhere. Rejects with
 * `ListeningError` `recognizer-failed` when its model cannot be loaded, or its server's key cannot be read.
 */
export async function openRecognizer(
  name: RecognizerName,
  { server, ...options }: RecognizerOptions,
): Promise<OwnedRecognizer> {
  if (name !== "openai-compatible") return ThreadedRecognizer.start({ name, ...options });
  if (server === undefined) throw new ListeningError("recognizer-failed", { detail: `${name} without a server` });
  return OpenAiCompatibleRecognizer.open({ server, clock: options.clock, log: options.log });
}
