import type { CallId, Cancellable, Clock, LegId } from "@jikimi/kernel";
import type { IncomingInvite } from "@jikimi/sip";
import { mapFailure } from "./failure-codes.ts";
import type { PlayedWatch } from "./playing.ts";
import type { MediaPlane, Sound } from "./ports.ts";

/** What a telephone dials to hear itself. */
export const echoUser = "echo";

/** Long enough to tell one's own voice from what comes back, short enough to notice at once. */
const delayMs = 1000;
const longestMs = 3 * 60_000;

/**
 * A telephone hears itself: a sentence says so, and then everything comes back a second later. It is nobody's call:
 * nothing is recorded, heard or written down.
 */
export async function runEchoTest(
  invite: IncomingInvite,
  { callId, sound }: { readonly callId: CallId; readonly sound: Sound },
  { clock, media, played }: { readonly clock: Clock; readonly media: MediaPlane; readonly played: PlayedWatch },
  { signal }: Cancellable,
): Promise<void> {
  const legId = `${callId}/agent-0` as LegId;
  const { offerSdp } = invite;
  const ours =
    offerSdp === null ? await media.offer({ callId, legId }) : await media.answer({ callId, legId, offerSdp });
  if (ours.kind !== "ok") {
    const failure = mapFailure({ kind: ours.kind === "unacceptable" ? "codec-mismatch" : "media-unavailable" });
    return invite.reject(failure.status, { reason: failure.reason });
  }
  try {
    const answered = await invite.answer(ours.sdp);
    if (answered.kind === "not-sent") return;
    const { dialog } = answered;
    const over = AbortSignal.any([signal, dialog.ended, clock.deadline(longestMs)]);
    if (answered.kind === "answered" && answered.remoteSdp !== null) {
      await media.acceptAnswer({ callId, legId, answerSdp: answered.remoteSdp });
    }
    dialog.onReinvite(async (again) => {
      const next =
        again === null ? await media.offer({ callId, legId }) : await media.answer({ callId, legId, offerSdp: again });
      return next.kind === "ok" ? { kind: "answer", sdp: next.sdp } : { kind: "reject", status: 488 };
    });
    await played.play({ callId, legIds: [legId], sound }, { signal: over });
    if (!over.aborted) {
      await media.echo({ callId, legId, delayMs });
      await new Promise<void>((resolve) => {
        if (over.aborted) resolve();
        else over.addEventListener("abort", () => resolve(), { once: true });
      });
    }
    await dialog.bye();
  } finally {
    await media.release({ callId }).catch(() => {});
  }
}
