import type { CallId } from "@jikimi/kernel";
import type { DeskState, HelpRequest, ServerMessage, TranscriptLine } from "@jikimi/live-events";

/** The connection to one page: hands a message to the network, and says when it has left. */
export interface Wire {
  send(message: ServerMessage, sent: () => void): void;
}

/** More lines than this wait for a slow page, and it is given the whole transcript instead. */
const maxWaitingLines = 200;
/** Small answers (pong and the like): more than a page can be owed at once. */
const maxNotices = 16;

/**
 * What waits for one page, bounded however slow it is: one message is on its way at a time; behind it waits the newest
 * state only, the newest list of help, and of each transcript either its new lines or the order to send all of it.
 */
export class Outbox {
  readonly #wire: Wire;
  readonly #transcriptOf: (callId: CallId) => readonly TranscriptLine[] | null;
  readonly #notices: ServerMessage[] = [];
  #state: DeskState | null = null;
  #help: readonly HelpRequest[] | null = null;
  readonly #transcripts = new Map<CallId, "all" | Map<string, TranscriptLine>>();
  #sending = false;
  #closed = false;

  constructor(parts: { wire: Wire; transcriptOf: (callId: CallId) => readonly TranscriptLine[] | null }) {
    this.#wire = parts.wire;
    this.#transcriptOf = parts.transcriptOf;
  }

  notice(message: ServerMessage): void {
    if (this.#notices.length < maxNotices) this.#notices.push(message);
    this.#pump();
  }

  state(state: DeskState): void {
    this.#state = state;
    this.#pump();
  }

  help(requests: readonly HelpRequest[]): void {
    this.#help = requests;
    this.#pump();
  }

  lines(callId: CallId, lines: readonly TranscriptLine[]): void {
    const waiting = this.#transcripts.get(callId) ?? new Map<string, TranscriptLine>();
    if (waiting === "all") return;
    for (const line of lines) waiting.set(line.lineId, line);
    this.#transcripts.set(callId, waiting.size > maxWaitingLines ? "all" : waiting);
    this.#pump();
  }

  wholeTranscript(callId: CallId): void {
    this.#transcripts.set(callId, "all");
    this.#pump();
  }

  close(): void {
    this.#closed = true;
    this.#notices.length = 0;
    this.#state = null;
    this.#help = null;
    this.#transcripts.clear();
  }

  #pump(): void {
    while (!this.#sending && !this.#closed) {
      const message = this.#next();
      if (message === null) return;
      this.#sending = true;
      this.#wire.send(message, () => {
        this.#sending = false;
        this.#pump();
      });
    }
  }

  /** The state goes before the words it belongs to. */
  #next(): ServerMessage | null {
    const notice = this.#notices.shift();
    if (notice !== undefined) return notice;
    if (this.#state !== null) {
      const message = { kind: "desk", state: this.#state } as const;
      this.#state = null;
      return message;
    }
    for (const [callId, waiting] of this.#transcripts) {
      this.#transcripts.delete(callId);
      if (waiting !== "all") return { kind: "transcript", callId, extent: "more", lines: [...waiting.values()] };
      const lines = this.#transcriptOf(callId);
      if (lines !== null) return { kind: "transcript", callId, extent: "all", lines: [...lines] };
    }
    if (this.#help === null) return null;
    const requests = [...this.#help];
    this.#help = null;
    return { kind: "help", requests };
  }
}
