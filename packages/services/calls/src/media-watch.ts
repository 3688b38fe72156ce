import type { CallId } from "@jikimi/kernel";
import type { Call } from "./call.ts";
import type { CallDeps } from "./call-deps.ts";
import { act } from "./human-action.ts";
import { idleKeypad, type KeypadAction, type KeypadState, pressKey } from "./keypad.ts";
import type { MediaEvent } from "./ports.ts";
import { recordOnDemand } from "./record-on-demand.ts";
import { reanchor } from "./renegotiation.ts";

/** A line this long without any sound, after the first report, is dead: nobody is kept on it. */
const deadLineMs = 60_000;

/** Brings what the media plane reports into the calls: keys, silence, a lost process. */
export class MediaWatch {
  readonly #deps: CallDeps;
  readonly #find: (callId: CallId) => Call | null;
  readonly #keypads = new Map<CallId, KeypadState>();
  readonly #stopListening: () => void;

  constructor(deps: CallDeps, find: (callId: CallId) => Call | null) {
    this.#deps = deps;
    this.#find = find;
    this.#stopListening = deps.media.onEvent((event) => this.#hear(event));
  }

  close(): void {
    this.#stopListening();
  }

  forget(callId: CallId): void {
    this.#keypads.delete(callId);
  }

  #hear(event: MediaEvent): void {
    switch (event.kind) {
      case "digit":
        return this.#key(event);
      case "rtp-timeout":
        return this.#silent(event);
      case "rtp-resumed": {
        const call = this.#find(event.callId);
        const speaker = call?.partyOf(event.legId) ?? null;
        if (call !== null && speaker !== null) call.tell({ kind: "line-returned", speaker, silentMs: 0 });
        return;
      }
      case "recording-failed":
        this.#find(event.callId)?.tell({ kind: "recording-failed", reason: event.reason });
        return;
      case "worker-lost":
        for (const callId of event.callIds) {
          const call = this.#find(callId);
          if (call !== null) void this.#mediaLost(call);
        }
        return;
      case "play-started":
      case "play-completed":
      case "rtp-started":
        return;
    }
  }

  /** The agent's codes stay here; every other digit goes on to the other party. */
  #key(event: Extract<MediaEvent, { kind: "digit" }>): void {
    const call = this.#find(event.callId);
    const from = call?.partyOf(event.legId) ?? null;
    if (call === null || from === null) return;
    const other = call.leg(from === "agent" ? "caller" : "agent");
    const passOn = (digits: string) => {
      if (digits === "" || other === null) return;
      this.#deps.media.sendDtmf({ callId: call.id, legId: other.legId, digits }).catch(() => {});
    };
    if (from === "caller" || !call.talking) return passOn(event.digit);
    const step = pressKey(this.#keypads.get(call.id) ?? idleKeypad, event.digit, event.atMs);
    this.#keypads.set(call.id, step.state);
    passOn(step.passOn);
    if (step.action !== null) this.#act(call, step.action);
  }

  #act(call: Call, action: KeypadAction): void {
    if (action.kind === "toggle-recording") {
      const { recordings } = this.#deps;
      void recordOnDemand(call, !recordings.isOn(call.id), this.#deps);
      return;
    }
    act(call, "agent", action);
  }

  #silent({ callId, legId, silentMs }: Extract<MediaEvent, { kind: "rtp-timeout" }>): void {
    const call = this.#find(callId);
    const speaker = call?.partyOf(legId) ?? null;
    if (call === null || speaker === null) return;
    call.tell({ kind: "silent-line", speaker, silentMs });
    const heardAgain = this.#deps.media.onEvent((event) => {
      if (event.kind === "rtp-resumed" && event.legId === legId) giveUp.cancel();
    });
    const giveUp = this.#deps.clock.after(Math.max(0, deadLineMs - silentMs), () => {
      if (call.leg(speaker)?.legId === legId) call.finish({ by: "jikimi", reason: "no-audio" });
    });
    const stop = () => {
      giveUp.cancel();
      heardAgain();
    };
    call.ended.addEventListener("abort", stop, { once: true });
  }

  /** Re-anchored on another process by re-INVITE, or ended truthfully; the agent is never left on a dead line. */
  async #mediaLost(call: Call): Promise<void> {
    if (call.ended.aborted) return;
    const { recordings, hearing } = this.#deps;
    const wasRecording = recordings.isOn(call.id);
    recordings.lost(call);
    call.tell({ kind: "media-lost", why: "the media process is gone" });
    call.put({ kind: "event", event: { kind: "media-lost" } });
    const moved = await reanchor(call, this.#deps).catch(() => false);
    if (!moved) return call.finish({ by: "jikimi", reason: "media-lost" });
    if (wasRecording) await recordings.start(call);
    if (call.talking) {
      await call.conversation?.restore();
      await hearing.listen(call);
    }
    call.tell({ kind: "media-restored" });
  }
}
