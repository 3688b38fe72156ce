import type { RecognizerName } from "@jikimi/kernel";
import type { ProtectionEvent, RefusalReason } from "@jikimi/protection";
import type { Utterance } from "./ports.ts";

/** What comes to the decision: heard words still to be judged, or an event of the call itself. */
export type InboxItem =
  | { readonly kind: "heard"; readonly utterance: Utterance; readonly recognizer: RecognizerName }
  /** `decided` learns whether a person's action had an effect: null, or why not. */
  | {
      readonly kind: "event";
      readonly event: EventBody;
      readonly decided?: (refusal: RefusalReason | null) => void;
    }
  /** The call's last item: both legs are gone and the recording is closed. */
  | { readonly kind: "over"; readonly by: "jikimi" | "caller" | "agent" | "fault" };

/** A protection event before it is dated. */
export type EventBody = ProtectionEvent extends infer Event
  ? Event extends ProtectionEvent
    ? Omit<Event, "atMs"> & { readonly atMs?: number }
    : never
  : never;
