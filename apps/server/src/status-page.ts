import { createHash } from "node:crypto";
import type { OperationOutput } from "@jikimi/http-api";
import type { Language, Text } from "./cli/text.ts";

/** How the server is, for people and machines. No personal data. */
export type ServerStatus = OperationOutput<"status">;

/** One quiet page that says whether Jikimi stands on guard. The desk comes with its own pages. */
export function renderStatusPage(status: ServerStatus, language: Language): string {
  const say = (text: Text) => escapeHtml(text[language]);
  const started = new Date(status.startedAtMs).toLocaleString(language === "ko" ? "ko-KR" : "en-GB", { hour12: false });
  const rows: readonly (readonly [Text, string])[] = [
    [{ ko: "진행 중인 통화", en: "Calls now" }, String(status.liveCalls)],
    [{ ko: "SIP 주소", en: "SIP address" }, status.addresses.sip.join(", ")],
    [{ ko: "음성 처리", en: "Media processes" }, alive(status.media)],
    [{ ko: "듣기", en: "Listen processes" }, alive(status.listen)],
    [{ ko: "음성 인식", en: "Recogniser" }, status.recognizer ?? "—"],
    [{ ko: "데이터베이스", en: "Database" }, status.database.kind],
    [{ ko: "통화 기록", en: "Call records" }, journalStates[status.journal.state][language]],
    [{ ko: "시작", en: "Started" }, started],
    [{ ko: "버전", en: "Version" }, status.version],
  ];
  const headline = isHealthy(status)
    ? { ko: "지킴이가 통화를 지키고 있습니다", en: "Jikimi is on guard" }
    : { ko: "일부 기능이 멈춰 있습니다", en: "Part of Jikimi is not running" };
  const table = rows.map(([name, value]) => `<tr><th scope="row">${say(name)}</th><td>${escapeHtml(value)}</td></tr>`);
  const remarks = status.limitations.map((remark) => `<li>${say(remark)}</li>`);
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${say({ ko: "지킴이", en: "Jikimi" })}</title>
<style>${style}</style></head><body><main>
<h1>${say(headline)}</h1>
<table>${table.join("")}</table>
${remarks.length === 0 ? "" : `<h2>${say({ ko: "알아 두실 점", en: "Good to know" })}</h2><ul>${remarks.join("")}</ul>`}
</main></body></html>
`;
}

const style = `:root{color-scheme:light dark;font:16px/1.6 system-ui,"Apple SD Gothic Neo","Malgun Gothic",sans-serif}
body{max-width:44rem;margin:3rem auto;padding:0 1.25rem}
h1{font-size:1.5rem;font-weight:600}
h2{font-size:1.1rem;font-weight:600;margin-top:2rem}
table{border-collapse:collapse;width:100%}
th,td{padding:.45rem 0;border-bottom:1px solid color-mix(in srgb,currentColor 15%,transparent);text-align:left}
th{font-weight:500;width:45%;opacity:.8}
td{overflow-wrap:anywhere}`;

/** What a content security policy knows the style by. */
export const statusStyleSha256 = createHash("sha256").update(style).digest("base64");

const journalStates: Readonly<Record<ServerStatus["journal"]["state"], Text>> = {
  direct: { ko: "바로 저장됨", en: "stored at once" },
  spooling: { ko: "데이터베이스를 기다리며 디스크에 모으는 중", en: "kept on disk until the database answers" },
  replaying: { ko: "디스크에 모은 것을 저장하는 중", en: "storing what was kept on disk" },
  lossy: { ko: "저장하지 못해 일부가 사라짐", en: "some could not be kept" },
};

/** Calls can be taken, recorded and accounted for. Hearing may be away: clock and buttons still protect. */
export function isHealthy(status: ServerStatus): boolean {
  return status.media.some((worker) => worker.alive) && status.journal.state !== "lossy";
}

function alive(workers: readonly { readonly alive: boolean }[]): string {
  return `${workers.filter((worker) => worker.alive).length} / ${workers.length}`;
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
