import type { PolicyId } from "@jikimi/kernel";
import { maxEntries } from "./abuse.ts";
import {
  abuseLabels,
  type DeclaredTopic,
  type ExemptLine,
  type LabelRule,
  type LongCallRule,
  type Policy,
  type PolicySource,
} from "./policy.ts";
import { join, type PolicyProblem, Reading } from "./reading.ts";

export type ParsedPolicy =
  | { readonly kind: "ok"; readonly policy: Policy }
  | { readonly kind: "invalid"; readonly problems: readonly PolicyProblem[] };

const hourMs = 3_600_000;

/** Reads a policy from a file, a row or a request. All that is wrong is told at once; nothing is filled in. */
export function parsePolicy(value: unknown): ParsedPolicy {
  const reading = new Reading();
  const read = reading.fields(value, "", [
    "id",
    "version",
    "effectiveFrom",
    "title",
    "explanation",
    "sources",
    "decider",
    "confirmation",
    "labels",
    "minConfidence",
    "accumulation",
    "graceAfterWarningMs",
    "hintForMs",
    "announcement",
    "muteCallerWhileEnding",
    "longCall",
    "exemptLines",
    "restMs",
  ]);
  const policy: Policy = {
    id: reading.form(read.id, "id", /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, {
      ko: "영문 소문자, 숫자, 붙임표로 된 63자 이하의 이름이어야 합니다.",
      en: "must be a name of at most 63 lower-case letters, digits and hyphens.",
    }) as PolicyId,
    version: reading.number(read.version, "version", { min: 1, max: 1_000_000, whole: true }),
    effectiveFrom: date(reading, read.effectiveFrom, "effectiveFrom"),
    title: reading.bilingual(read.title, "title", 120),
    explanation: reading.bilingual(read.explanation, "explanation", 800),
    sources: reading.list(read.sources, "sources", { min: 1, max: 20 }, (item, path) => source(reading, item, path)),
    decider: reading.oneOf(read.decider, "decider", ["automatic", "agent-confirms", "advise-only"]),
    confirmation: confirmation(reading, read.confirmation),
    labels: labels(reading, read.labels),
    minConfidence: reading.number(read.minConfidence, "minConfidence", { min: 0.1, max: 1 }),
    accumulation: accumulation(reading, read.accumulation),
    graceAfterWarningMs: reading.ms(read.graceAfterWarningMs, "graceAfterWarningMs", 0, 60_000),
    hintForMs: reading.ms(read.hintForMs, "hintForMs", 1000, hourMs),
    announcement: announcement(reading, read.announcement),
    muteCallerWhileEnding: reading.boolean(read.muteCallerWhileEnding, "muteCallerWhileEnding"),
    longCall: reading.nullable(read.longCall, (item) => longCall(reading, item)),
    exemptLines: reading.list(read.exemptLines, "exemptLines", { min: 0, max: 100 }, (item, path) =>
      exemptLine(reading, item, path),
    ),
    restMs: rest(reading, read.restMs),
  };
  if (reading.problems.length === 0) checkReachable(reading, policy);
  return reading.problems.length === 0 ? { kind: "ok", policy } : { kind: "invalid", problems: reading.problems };
}

function date(reading: Reading, value: unknown, path: string): string {
  const text = typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : "";
  const time = Date.parse(`${text}T00:00:00Z`);
  if (!Number.isNaN(time) && new Date(time).toISOString().startsWith(text)) return text;
  reading.problem(path, "2026-01-31과 같은 꼴의 날짜여야 합니다.", "must be a date such as 2026-01-31.");
  return "";
}

function source(reading: Reading, value: unknown, path: string): PolicySource {
  const { title, tag, where } = reading.fields(value, path, ["title", "tag", "where"]);
  return {
    // One text for both: as policies were kept before sources spoke two languages.
    title: reading.bilingual(typeof title === "string" ? { ko: title, en: title } : title, join(path, "title"), 300),
    tag: reading.oneOf(tag, join(path, "tag"), ["D", "N", "K", "P"]),
    where: reading.text(where, join(path, "where"), 300),
  };
}

function confirmation(reading: Reading, value: unknown): Policy["confirmation"] {
  const path = "confirmation";
  const { asks, windowMs } = reading.fields(value, path, ["asks", "windowMs"]);
  return {
    asks: reading.oneOf(asks, `${path}.asks`, ["warnings", "endings", "warnings-and-endings"]),
    windowMs: reading.ms(windowMs, `${path}.windowMs`, 1000, hourMs),
  };
}

function labels(reading: Reading, value: unknown): Policy["labels"] {
  const read = reading.fields(value, "labels", abuseLabels);
  const rule = (name: (typeof abuseLabels)[number]) => labelRule(reading, read[name], `labels.${name}`);
  return {
    profanity: rule("profanity"),
    insult: rule("insult"),
    threat: rule("threat"),
    sexual_harassment: rule("sexual_harassment"),
    discrimination: rule("discrimination"),
  };
}

function labelRule(reading: Reading, value: unknown, path: string): LabelRule {
  const read = reading.fields(value, path, ["threshold", "weight", "warningsBeforeEnding", "ending"]);
  return {
    threshold: reading.number(read.threshold, `${path}.threshold`, { min: 0.01, max: 1 }),
    weight: reading.number(read.weight, `${path}.weight`, { min: 0, max: 100 }),
    warningsBeforeEnding: reading.number(read.warningsBeforeEnding, `${path}.warningsBeforeEnding`, {
      min: 0,
      max: 10,
      whole: true,
    }),
    ending: reading.oneOf(read.ending, `${path}.ending`, ["announced", "at-once"]),
  };
}

function accumulation(reading: Reading, value: unknown): Policy["accumulation"] {
  const path = "accumulation";
  const { warnAt, halfLifeMs } = reading.fields(value, path, ["warnAt", "halfLifeMs"]);
  return {
    warnAt: reading.number(warnAt, `${path}.warnAt`, { min: 0.01, max: 1000 }),
    halfLifeMs: reading.nullable(halfLifeMs, (ms) => reading.ms(ms, `${path}.halfLifeMs`, 1000, 24 * hourMs)),
  };
}

function announcement(reading: Reading, value: unknown): Policy["announcement"] {
  const path = "announcement";
  const { limitMs, retryDelayMs } = reading.fields(value, path, ["limitMs", "retryDelayMs"]);
  return {
    limitMs: reading.ms(limitMs, `${path}.limitMs`, 1000, 300_000),
    retryDelayMs: reading.ms(retryDelayMs, `${path}.retryDelayMs`, 0, 30_000),
  };
}

function rest(reading: Reading, value: unknown): Policy["restMs"] {
  const { afterAbuse, afterLongCall } = reading.fields(value, "restMs", ["afterAbuse", "afterLongCall"]);
  return {
    afterAbuse: reading.ms(afterAbuse, "restMs.afterAbuse", 0, 8 * hourMs),
    afterLongCall: reading.ms(afterLongCall, "restMs.afterLongCall", 0, 8 * hourMs),
  };
}

function exemptLine(reading: Reading, value: unknown, path: string): ExemptLine {
  const { number, scope, title } = reading.fields(value, path, ["number", "scope", "title"]);
  return {
    number: reading.form(number, `${path}.number`, /^\d{3,15}$/, {
      ko: "3자리 이상 15자리 이하의 숫자여야 합니다.",
      en: "must be 3 to 15 digits.",
    }),
    scope: reading.oneOf(scope, `${path}.scope`, ["long-call", "every-automatic-ending"]),
    title: reading.bilingual(title, `${path}.title`, 120),
  };
}

function longCall(reading: Reading, value: unknown): LongCallRule {
  const path = "longCall";
  const read = reading.fields(value, path, ["recommendedMs", "noticeOffsetsMs", "atLimit", "extension", "topics"]);
  const rule: LongCallRule = {
    recommendedMs: reading.nullable(read.recommendedMs, (ms) =>
      reading.ms(ms, `${path}.recommendedMs`, 1000, 24 * hourMs),
    ),
    noticeOffsetsMs: reading.list(read.noticeOffsetsMs, `${path}.noticeOffsetsMs`, { min: 1, max: 5 }, (ms, itemPath) =>
      reading.ms(ms, itemPath, -24 * hourMs, 0),
    ),
    atLimit: atLimit(reading, read.atLimit, `${path}.atLimit`),
    extension: reading.nullable(read.extension, (item) => extension(reading, item, `${path}.extension`)),
    topics: topics(reading, read.topics, `${path}.topics`),
  };
  const offsets = rule.noticeOffsetsMs;
  if (offsets.some((offsetMs, index) => index > 0 && offsetMs <= (offsets[index - 1] ?? 0))) {
    reading.problem(`${path}.noticeOffsetsMs`, "앞선 것부터 차례대로여야 합니다.", "must be in order, earliest first.");
  }
  if (rule.recommendedMs !== null && -(offsets[0] ?? 0) >= rule.recommendedMs) {
    reading.problem(
      `${path}.noticeOffsetsMs`,
      "첫 안내는 통화가 시작된 뒤여야 합니다.",
      "must leave the first notice after the start of the call.",
    );
  }
  if (rule.atLimit.kind === "grace" && rule.atLimit.graceMs - (offsets.at(-1) ?? 0) < 1000) {
    reading.problem(
      `${path}.atLimit.graceMs`,
      "마지막 안내와 종료 사이에 1초 이상이 있어야 합니다.",
      "must leave at least a second between the last notice and the ending.",
    );
  }
  if (rule.recommendedMs === null && Object.keys(rule.topics).length === 0) {
    reading.problem(
      `${path}.recommendedMs`,
      "권장시간이 없으면 사유별 시간이 하나는 있어야 합니다.",
      "may be null only when a topic has a limit.",
    );
  }
  return rule;
}

function atLimit(reading: Reading, value: unknown, path: string): LongCallRule["atLimit"] {
  const read = reading.fields(value, path, ["kind", "graceMs"]);
  const kind = reading.oneOf(read.kind, `${path}.kind`, ["button", "grace", "advise"]);
  if (kind === "grace") return { kind, graceMs: reading.ms(read.graceMs, `${path}.graceMs`, 0, hourMs) };
  if ("graceMs" in read) {
    reading.problem(`${path}.graceMs`, "grace일 때만 둡니다.", "belongs to grace only.");
  }
  return { kind };
}

function extension(reading: Reading, value: unknown, path: string): NonNullable<LongCallRule["extension"]> {
  const read = reading.fields(value, path, ["minMinutes", "maxMinutes", "maxCount", "reasonRequired"]);
  const minMinutes = reading.number(read.minMinutes, `${path}.minMinutes`, { min: 1, max: 240, whole: true });
  return {
    minMinutes,
    maxMinutes: reading.number(read.maxMinutes, `${path}.maxMinutes`, { min: minMinutes, max: 240, whole: true }),
    maxCount: reading.number(read.maxCount, `${path}.maxCount`, { min: 1, max: 20, whole: true }),
    reasonRequired: reading.boolean(read.reasonRequired, `${path}.reasonRequired`),
  };
}

function topics(reading: Reading, value: unknown, path: string): LongCallRule["topics"] {
  const names: readonly DeclaredTopic[] = ["repeated-content", "out-of-competence"];
  const read = reading.fields(value, path, names);
  const limits = names.flatMap((name) => {
    if (read[name] === undefined) return [];
    const { limitMs } = reading.fields(read[name], `${path}.${name}`, ["limitMs"]);
    return [[name, { limitMs: reading.ms(limitMs, `${path}.${name}.limitMs`, 1000, 24 * hourMs) }]];
  });
  return Object.fromEntries(limits);
}

/** A label whose utterances could never add up to a stage would only look like protection. */
function checkReachable(reading: Reading, policy: Policy): void {
  for (const label of abuseLabels) {
    const { weight } = policy.labels[label];
    if (weight > 0 && policy.accumulation.warnAt / weight > maxEntries) {
      reading.problem(
        `labels.${label}.weight`,
        `${maxEntries}번 안에 경고 기준(${policy.accumulation.warnAt})에 닿아야 합니다.`,
        `must reach warnAt (${policy.accumulation.warnAt}) within ${maxEntries} utterances.`,
      );
    }
  }
}
