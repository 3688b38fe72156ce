import type { Language, Text } from "./cli/text.ts";

/** How the server is, for people and machines. No personal data. */
export type ServerStatus = {
  readonly healthy: boolean;
  readonly version: string;
  readonly startedAtMs: number;
  readonly sipAddress: string;
  readonly dataFolder: string;
  readonly database: { readonly kind: "pglite" | "postgresql"; readonly reachable: boolean };
  readonly recognizer: string;
  readonly liveCalls: number;
  readonly mediaWorkers: { readonly alive: number; readonly all: number };
  readonly listenWorkers: { readonly alive: number; readonly all: number };
  readonly telephones: number;
  /** What is simulated, limited or not as it should be. */
  readonly remarks: readonly Text[];
};

/** One quiet page that says whether Jikimi stands on guard. The desk comes with its own pages. */
export function renderStatusPage(status: ServerStatus, language: Language): string {
  const say = (text: Text) => escapeHtml(text[language]);
  const started = new Date(status.startedAtMs).toLocaleString(language === "ko" ? "ko-KR" : "en-GB", { hour12: false });
  const rows: readonly (readonly [Text, string])[] = [
    [{ ko: "진행 중인 통화", en: "Calls now" }, String(status.liveCalls)],
    [{ ko: "등록된 전화기", en: "Telephones registered" }, String(status.telephones)],
    [{ ko: "SIP 주소", en: "SIP address" }, status.sipAddress],
    [{ ko: "음성 처리", en: "Media processes" }, `${status.mediaWorkers.alive} / ${status.mediaWorkers.all}`],
    [{ ko: "듣기", en: "Listen processes" }, `${status.listenWorkers.alive} / ${status.listenWorkers.all}`],
    [{ ko: "음성 인식", en: "Recogniser" }, status.recognizer],
    [{ ko: "데이터베이스", en: "Database" }, status.database.kind],
    [{ ko: "시작", en: "Started" }, started],
    [{ ko: "버전", en: "Version" }, status.version],
  ];
  const headline = status.healthy
    ? { ko: "지킴이가 통화를 지키고 있습니다", en: "Jikimi is on guard" }
    : { ko: "일부 기능이 멈춰 있습니다", en: "Part of Jikimi is not running" };
  const table = rows.map(([name, value]) => `<tr><th scope="row">${say(name)}</th><td>${escapeHtml(value)}</td></tr>`);
  const remarks = status.remarks.map((remark) => `<li>${say(remark)}</li>`);
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${say({ ko: "지킴이", en: "Jikimi" })}</title>
<style>
:root{color-scheme:light dark;font:16px/1.6 system-ui,"Apple SD Gothic Neo","Malgun Gothic",sans-serif}
body{max-width:44rem;margin:3rem auto;padding:0 1.25rem}
h1{font-size:1.5rem;font-weight:600}
table{border-collapse:collapse;width:100%}
th,td{padding:.45rem 0;border-bottom:1px solid color-mix(in srgb,currentColor 15%,transparent);text-align:left}
th{font-weight:500;width:45%;opacity:.8}
td{overflow-wrap:anywhere}
</style></head><body><main>
<h1>${say(headline)}</h1>
<table>${table.join("")}</table>
${remarks.length === 0 ? "" : `<h2>${say({ ko: "알아 두실 점", en: "Good to know" })}</h2><ul>${remarks.join("")}</ul>`}
</main></body></html>
`;
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
