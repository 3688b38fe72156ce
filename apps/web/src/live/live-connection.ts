import { protocolVersion } from "virtual:contract";
import type { Clock, Timer } from "@jikimi/kernel";
import type { DeskState, HelpRequest, ServerMessage } from "@jikimi/live-events";
import { Store } from "./store.ts";
import { TranscriptStore } from "./transcript-store.ts";

/** Half a second, doubling up to 8 s; at once when the browser says that the network is back. */
const retryMs = { first: 500, most: 8_000 };
const pingEveryMs = 5_000;
/** Nothing heard for this long: the connection is dead though the socket does not know. */
const silenceMs = 12_000;

export type Link = "off" | "connecting" | "live" | "lost" | "signed-out";

export type LiveState = {
  readonly link: Link;
  /** When the link was lost, on this machine's clock; null while it is there. */
  readonly lostAtMs: number | null;
  /** Server's clock minus this machine's: add it to `clock.nowMs()`. */
  readonly clockOffsetMs: number;
  readonly desk: DeskState | null;
  readonly help: readonly HelpRequest[];
  /** Another tab has just taken the telephone; until this tab takes it back. */
  readonly phoneTaken: boolean;
  /** How long the link was gone the last time, until it is put away. */
  readonly cameBackAfterMs: number | null;
  /** The server speaks another version than this page, which must be loaded again. */
  readonly outdated: boolean;
};

const atFirst: LiveState = {
  link: "off",
  lostAtMs: null,
  clockOffsetMs: 0,
  desk: null,
  help: [],
  phoneTaken: false,
  cameBackAfterMs: null,
  outdated: false,
};

export type LiveConnectionOptions = {
  readonly url: string;
  readonly clock: Clock;
  readonly openSocket: (url: string) => WebSocket;
  /** The session is over: the page asks to sign in again, and goes on. */
  readonly onSignedOut: () => void;
};

/** The server's truth over `/live`; it comes back by itself after every loss until `stop`. */
export class LiveConnection {
  readonly state = new Store<LiveState>(atFirst);
  readonly transcript: TranscriptStore;
  readonly #options: LiveConnectionOptions;
  #socket: WebSocket | null = null;
  #retryDelayMs = retryMs.first;
  #retry: Timer | null = null;
  #beat: Timer | null = null;
  #heardAtMs = 0;
  #wanted = false;

  constructor(options: LiveConnectionOptions) {
    this.#options = options;
    this.transcript = new TranscriptStore(options.clock);
  }

  start(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.state.change({ link: "connecting" });
    this.#connect();
  }

  /** Tries at once instead of waiting: the network is back, or a person asks. */
  retryNow(): void {
    if (!this.#wanted || this.#socket !== null) return;
    this.#retryDelayMs = retryMs.first;
    this.#connect();
  }

  stop(): void {
    this.#wanted = false;
    this.#retry?.cancel();
    this.#leave();
    this.state.change(atFirst);
    this.transcript.clear();
  }

  /** The notice of a loss was read. */
  putAwayNotice(): void {
    this.state.change({ cameBackAfterMs: null });
  }

  phoneIsOurs(): void {
    this.state.change({ phoneTaken: false });
  }

  #connect(): void {
    this.#retry?.cancel();
    this.#retry = null;
    const socket = this.#options.openSocket(this.#options.url);
    this.#socket = socket;
    this.#heardAtMs = this.#options.clock.monotonicMs();
    socket.onmessage = ({ data }) => {
      if (this.#socket === socket) this.#hear(data);
    };
    socket.onclose = () => {
      if (this.#socket === socket) this.#lose();
    };
    this.#scheduleBeat();
  }

  #hear(data: unknown): void {
    this.#heardAtMs = this.#options.clock.monotonicMs();
    const message = parseMessage(data);
    if (message !== null) this.#take(message);
  }

  #take(message: ServerMessage): void {
    const { state } = this;
    switch (message.kind) {
      case "hello": {
        const { lostAtMs } = state.get();
        const nowMs = this.#options.clock.nowMs();
        this.#retryDelayMs = retryMs.first;
        state.change({
          link: "live",
          outdated: message.protocol !== protocolVersion,
          lostAtMs: null,
          clockOffsetMs: message.serverTimeMs - nowMs,
          cameBackAfterMs: lostAtMs === null ? null : nowMs - lostAtMs,
        });
        return;
      }
      case "desk":
        state.change({
          desk: message.state,
          ...(message.state.phone.holder === "this-tab" ? { phoneTaken: false } : {}),
        });
        return;
      case "transcript":
        this.transcript.take(message);
        return;
      case "help":
        state.change({ help: message.requests });
        return;
      case "phone-taken":
        state.change({ phoneTaken: true });
        return;
      case "signed-out":
        state.change({ link: "signed-out" });
        this.#wanted = false;
        this.#leave();
        this.#options.onSignedOut();
        return;
      case "pong":
        state.change({ clockOffsetMs: message.serverTimeMs - this.#options.clock.nowMs() });
        return;
    }
  }

  #scheduleBeat(): void {
    this.#beat?.cancel();
    this.#beat = this.#options.clock.after(pingEveryMs, () => {
      const socket = this.#socket;
      if (socket === null) return;
      if (this.#options.clock.monotonicMs() - this.#heardAtMs > silenceMs) {
        this.#lose();
        return;
      }
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ kind: "ping" }));
      this.#scheduleBeat();
    });
  }

  #lose(): void {
    this.#leave();
    if (!this.#wanted) return;
    const { lostAtMs } = this.state.get();
    this.state.change({ link: "lost", lostAtMs: lostAtMs ?? this.#options.clock.nowMs() });
    this.#retry = this.#options.clock.after(this.#retryDelayMs, () => this.#connect());
    this.#retryDelayMs = Math.min(retryMs.most, this.#retryDelayMs * 2);
  }

  #leave(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#beat?.cancel();
    if (socket === null) return;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }
}

/** Null for what is no message; of a kind that this page does not know, nothing is done. */
function parseMessage(data: unknown): ServerMessage | null {
  try {
    const message: unknown = JSON.parse(String(data));
    const isMessage = message !== null && typeof message === "object" && "kind" in message;
    return isMessage ? (message as ServerMessage) : null;
  } catch {
    return null;
  }
}
