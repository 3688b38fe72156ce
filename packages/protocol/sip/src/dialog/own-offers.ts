import { type AgentCore, CAPABILITIES } from "../agent/core.ts";
import type { HeaderLines, ReinviteResult, SessionTimerState } from "../api.ts";
import type { SipResponse } from "../message/message.ts";
import { sdpOf } from "../message/sdp-body.ts";
import type { DialogRequests } from "./dialog-requests.ts";
import { minSessionOf, sessionHeaders, sessionOfAnswer } from "./session-timer.ts";

/** What offering needs of its dialog. */
type OfferingDialog = {
  readonly core: AgentCore;
  readonly requests: DialogRequests;
  readonly ended: AbortSignal;
  /** Resolves when no INVITE of the peer waits for an answer or an ACK. */
  readonly peerIsQuiet: () => Promise<void>;
  readonly takeTarget: (response: SipResponse) => void;
  readonly takeSession: (session: SessionTimerState | null) => void;
  /** The peer answered 408, 481 or (null) nothing: the dialog ends. */
  readonly peerLost: (status: number | null) => void;
};

const MAX_ATTEMPTS = 5;

/** Our own offers within one dialog (RFC 3261 §14.1) and the refreshes of its session (RFC 4028 §10). */
export class OwnOffers {
  readonly #dialog: OfferingDialog;
  /** Our INVITEs go one after another. */
  #turn: Promise<unknown> = Promise.resolve();
  #isPending = false;

  constructor(dialog: OfferingDialog) {
    this.#dialog = dialog;
  }

  /** True while an offer of ours waits for its answer: one of the peer's is a glare. */
  get isPending(): boolean {
    return this.#isPending;
  }

  reinvite(offerSdp: string, headers: HeaderLines): Promise<ReinviteResult> {
    const result = this.#turn.then(() => this.#reinvite(offerSdp, headers));
    this.#turn = result.catch(() => {});
    return result;
  }

  /** UPDATE without SDP where the peer knows it, else a re-INVITE that changes nothing. */
  async refresh(): Promise<void> {
    const { requests, ended, peerLost, takeTarget, takeSession } = this.#dialog;
    const { peerAllowsUpdate, localSdp, session } = requests.state;
    if (!peerAllowsUpdate) {
      if (localSdp !== null) await this.reinvite(localSdp, []);
      return;
    }
    const result = await requests.send("UPDATE", {
      headers: [...CAPABILITIES, ...sessionHeaders(session)],
      withContact: true,
    });
    if (ended.aborted) return;
    if (result.kind !== "response" || result.status === 408 || result.status === 481) {
      peerLost(result.kind === "response" ? result.status : null);
    } else if (result.status < 300) {
      takeTarget(result.response);
      takeSession(sessionOfAnswer(result.response, session));
    } else if (this.#takeMinSession(result.response)) {
      await this.refresh();
    } else if (result.status === 405 || result.status === 501) {
      requests.patch({ peerAllowsUpdate: false });
      await this.refresh();
    }
  }

  async #reinvite(offerSdp: string, headers: HeaderLines): Promise<ReinviteResult> {
    const { requests, ended, peerIsQuiet, peerLost } = this.#dialog;
    for (let attempt = 1; ; attempt += 1) {
      await peerIsQuiet();
      if (ended.aborted) return { kind: "ended" };
      this.#isPending = true;
      const result = await requests.send("INVITE", {
        headers: [...CAPABILITIES, ...sessionHeaders(requests.state.session), ...headers],
        body: { contentType: "application/sdp", text: offerSdp },
        withContact: true,
      });
      this.#isPending = false;
      if (ended.aborted) return { kind: "ended" };
      if (result.kind !== "response") {
        peerLost(null);
        return result;
      }
      const { status, reason, response } = result;
      if (status < 300) return this.#agreed(offerSdp, response);
      if (status === 408 || status === 481) peerLost(status);
      else if (attempt < MAX_ATTEMPTS && (status === 491 || this.#takeMinSession(response))) {
        if (status === 491 && !(await this.#waitAfterGlare())) return { kind: "ended" };
        continue;
      }
      return { kind: "refused", status, reason, response };
    }
  }

  #agreed(offerSdp: string, response: SipResponse): ReinviteResult {
    const { requests, takeTarget, takeSession } = this.#dialog;
    const answerSdp = sdpOf(response);
    takeTarget(response);
    requests.patch({ localSdp: offerSdp, ...(answerSdp === null ? {} : { remoteSdp: answerSdp }) });
    takeSession(sessionOfAnswer(response, requests.state.session));
    return { kind: "ok", answerSdp, response };
  }

  /** Who made the Call-ID waits 2.1 to 4 s, the other 0 to 2 s. False when the dialog ended meanwhile. */
  async #waitAfterGlare(): Promise<boolean> {
    const { core, requests, ended } = this.#dialog;
    const { clock, random } = core;
    const delayMs = requests.state.role === "uac" ? 2_100 + 10 * random.integer(191) : 10 * random.integer(201);
    return clock.sleep(delayMs, { signal: ended }).then(
      () => true,
      () => false,
    );
  }

  /** On 422: takes the peer's minimum for the next attempt. False when that would change nothing. */
  #takeMinSession(response: SipResponse): boolean {
    const { requests } = this.#dialog;
    const { session } = requests.state;
    const minimum = response.status === 422 ? minSessionOf(response) : null;
    if (session === null || minimum === null || minimum <= session.expiresSeconds) return false;
    requests.patch({ session: { ...session, expiresSeconds: minimum } });
    return true;
  }
}
