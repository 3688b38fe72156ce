import type { EpochMs } from "@jikimi/kernel";
import type { AbuseLabel, Cause } from "@jikimi/protection";
import { refusalInWords, ruleInWords } from "./rule-words.ts";
import type { CallStory, Heard, StoryEvent, StoryProtection } from "./story.ts";
import { wallTime } from "./wall-time.ts";

/** The newest reasons that the band shows. */
const maxHeard = 6;

export function reduceProtection(story: CallStory, event: StoryEvent): StoryProtection {
  const { protection } = story;
  const at = () => wallTime(story.startedAtMs, event.atMs);
  switch (event.kind) {
    case "hint": {
      const { risk, cause } = event;
      const { band } = protection;
      const heard = [...(band?.heard ?? []).filter((one) => !cause.utteranceIds.includes(one.lineId as never))];
      heard.push(...heardIn(event));
      const sinceMs = band?.sinceMs ?? at();
      return {
        ...protection,
        band: { risk: share(risk), heard: heard.slice(-maxHeard), rule: ruleInWords(cause), sinceMs },
      };
    }
    case "hint-cleared":
      return protection.band === null ? protection : { ...protection, band: null };
    case "offered": {
      const { offerId, offer, cause } = event;
      const expiresAtMs = event.expiresAtMs === null ? null : wallTime(story.startedAtMs, event.expiresAtMs);
      const others = protection.offers.filter((one) => one.offerId !== offerId);
      return { ...protection, offers: [...others, { offerId, offer, expiresAtMs }], band: ruledBy(protection, cause) };
    }
    case "offer-withdrawn":
      return { ...protection, offers: protection.offers.filter(({ offerId }) => offerId !== event.offerId) };
    case "announcing": {
      const { announcementId, announcement, cause } = event;
      const announcing = {
        announcementId,
        announcement: announcement.kind,
        text: null,
        synthetic: false,
        startedAtMs: null,
        endsAtMs: null,
      };
      return { ...protection, announcing, band: ruledBy(protection, cause) };
    }
    case "warning-started":
    case "long-call-started":
    case "ending-started": {
      if (protection.announcing === null) return protection;
      const { text, synthetic, durationMs } = event;
      const startedAtMs = at();
      // An account from before sounds said how long they are has none.
      const endsAtMs = Number.isFinite(durationMs) ? ((startedAtMs + Math.round(durationMs)) as EpochMs) : null;
      return { ...protection, announcing: { ...protection.announcing, text, synthetic, startedAtMs, endsAtMs } };
    }
    case "warning-completed": {
      const given = event.outcome === "completed" ? 1 : 0;
      return { ...protection, announcing: null, warningsGiven: protection.warningsGiven + given };
    }
    case "long-call-completed":
    case "ending-completed":
      return { ...protection, announcing: null };
    case "ending-call":
      return { ...protection, announcing: null, ending: true };
    case "action":
      return protection.refused === null ? protection : { ...protection, refused: null };
    case "action-refused":
      return { ...protection, refused: { why: event.why, text: refusalInWords(event.why), atMs: at() } };
    case "passed-to":
      return { ...protection, band: null, offers: [], refused: null };
    case "bye":
    case "ended":
      return { ...protection, band: null, offers: [], announcing: null, ending: false, refused: null };
    default:
      return protection;
  }
}

/** The band keeps what was heard; the newest decision says why. */
function ruledBy({ band }: StoryProtection, cause: Cause): StoryProtection["band"] {
  return band === null || cause.utteranceIds.length === 0 ? band : { ...band, rule: ruleInWords(cause) };
}

function heardIn({ cause, labels }: Extract<StoryEvent, { kind: "hint" }>): readonly Heard[] {
  const [lineId] = cause.utteranceIds;
  if (lineId === undefined) return [];
  const confidence = share(cause.values.confidence ?? 0);
  return labels.map((label) => ({
    lineId,
    label: label as AbuseLabel,
    score: share(cause.values[label] ?? 0),
    confidence,
  }));
}

function share(value: number): number {
  return Number.isFinite(value) ? Math.min(1, Math.max(0, value)) : 0;
}
