import type { Cancellable, LegId } from "@jikimi/kernel";
import type { Call } from "./call.ts";
import type { CallEventBody, PlayedOutcome, PlayedSound } from "./call-events.ts";
import type { Played } from "./playing.ts";
import type { AnnouncementName, Sounds } from "./ports.ts";

/** The pair of events that an announcement writes into the call's account. */
export type AnnouncementEvents = {
  started(sound: PlayedSound): CallEventBody;
  completed(outcome: PlayedOutcome): CallEventBody;
};

/**
 * Plays one announcement to the legs and writes down what left on the wire: start and end at the media plane's own
 * times. The first leg is the one whose hearing is proved; an agent's leg beside it hears that it plays.
 */
export async function announce(
  call: Call,
  request: { name: AnnouncementName; legIds: readonly LegId[]; events: AnnouncementEvents; onStarted?: () => void },
  sounds: Sounds,
  { signal }: Cancellable,
): Promise<Played> {
  const sound = sounds.announcement(request.name, {
    language: call.department.language,
    departmentId: call.department.id,
  });
  const { sha256, text, synthetic, durationMs } = sound;
  const played = await call.played.play(
    {
      callId: call.id,
      legIds: request.legIds,
      sound,
      onStarted: (atMs) => {
        call.tell(request.events.started({ soundSha256: sha256, text, synthetic, durationMs }), {
          atMs: call.toCallTime(atMs),
        });
        request.onStarted?.();
      },
    },
    { signal },
  );
  const heardInFull = isNotice(request.name) && played.outcome === "completed";
  if (heardInFull) call.noticeHeard = true;
  call.tell(request.events.completed({ playedMs: played.playedMs, outcome: played.outcome }), {
    atMs: call.toCallTime(played.completedAtMs),
    ...(heardInFull ? { change: { noticeCompletedAtMs: played.completedAtMs } } : {}),
  });
  void call.conversation?.refresh();
  return played;
}

function isNotice(name: AnnouncementName): boolean {
  return name === "notice" || name === "outbound-notice";
}

const noticeEvents: AnnouncementEvents = {
  started: (sound) => ({ kind: "notice-started", ...sound }),
  completed: (outcome) => ({ kind: "notice-completed", ...outcome }),
};

export function plainEvents(announcement: AnnouncementName): AnnouncementEvents {
  return {
    started: (sound) => ({ kind: "announcement-started", announcement, ...sound }),
    completed: (outcome) => ({ kind: "announcement-completed", announcement, ...outcome }),
  };
}

function noticeFor(call: Call): AnnouncementName {
  return call.direction === "inbound" ? "notice" : "outbound-notice";
}

/** The notice in the middle of a talk, to both: once, and false when it was not heard in full. */
export async function playLateNotice(call: Call, sounds: Sounds, cancellable: Cancellable): Promise<boolean> {
  const legIds = [call.leg("caller"), call.leg("agent")].flatMap((leg) => (leg === null ? [] : leg.legId));
  const played = await announce(call, { name: noticeFor(call), legIds, events: noticeEvents }, sounds, cancellable);
  return played.outcome === "completed";
}

/**
 * The notice that the call is recorded and analysed, before anybody is connected (PRODUCT §3.3). Tried twice; only a
 * notice that left in full counts.
 */
export async function playNotice(
  call: Call,
  legIds: readonly LegId[],
  sounds: Sounds,
  cancellable: Cancellable,
): Promise<boolean> {
  for (let attempt = 1; attempt <= 2; attempt++) {
    const played = await announce(call, { name: noticeFor(call), legIds, events: noticeEvents }, sounds, cancellable);
    if (played.outcome === "completed") return true;
    if (cancellable.signal.aborted) return false;
  }
  return false;
}
