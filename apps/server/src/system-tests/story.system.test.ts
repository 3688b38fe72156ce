import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readWav, resamplePcm, writeWav } from "@jikimi/audio";
import { beforeAll, expect, test } from "vitest";
import { buildPage } from "../bench/desk/build-page.ts";
import { readLines } from "../demo/lines.ts";
import { requireChromium } from "./support/browser-agent.ts";
import { Centre, root } from "./support/centre.ts";
import { firstRun } from "./support/first-run.ts";
import { hasHumanVoice, humanVoice, type Language, PagePerson } from "./support/page-person.ts";

/** What a person reads and presses, as it stands on the screen. */
const words = {
  ko: {
    abusive: "경고 뒤에도 이어진 폭언 시작",
    answer: "받기",
    marked: "체험 · 가상 고객",
    band: /발언이 감지되었습니다/,
    warning: "고객에게 경고 안내가 나가고 있습니다",
    ended: "통화가 안전하게 종료되었습니다",
    endRest: "휴식을 마치고 대기하기",
    finish: "마치고 대기하기",
    records: "통화 기록",
    listen: "녹음 듣기",
    incident: "사건",
    ready: "대기",
  },
  en: {
    abusive: "Start: Abuse that goes on after the warning",
    answer: "Answer",
    marked: "Trial · simulated caller",
    band: /^Heard: /,
    warning: null,
    ended: "The call was ended safely",
    endRest: "End my rest and be ready",
    finish: "Done, I'm ready",
    records: "Calls",
    listen: "Listen to the recording",
    incident: "Incident",
    ready: "Ready",
  },
} as const satisfies Record<Language, Record<string, string | RegExp | null>>;

beforeAll(async () => {
  requireChromium();
  await buildPage(root);
}, 120_000);

test.for(["ko", "en"] as const)(
  "a new user gets from nothing to an ended abusive call, its rest and its incident (%s)",
  async (language) => {
    const say = words[language];
    await using centre = await Centre.open({ agents: 0 });
    await using person = await PagePerson.open({ language });
    const { page } = person;
    await firstRun(person, centre, { language });
    const { departments } = centre.jikimi.directory.view();
    expect(departments.map((department) => department.language)).toEqual([language]);
    await person.press(say.abusive);
    await page.getByRole("button", { name: say.answer }).first().click({ timeout: 30_000 });
    await person.sees(say.marked);
    await person.sees(say.band, { withinMs: 60_000 });
    if (say.warning !== null) await person.sees(say.warning, { withinMs: 30_000 });
    await person.sees(say.ended, { withinMs: 90_000 });
    // Rude words are shown when they are asked for, and not before.
    expect(await page.locator("main").textContent()).not.toMatch(/씨발|시발/);
    await person.press(say.endRest);
    await person.press(say.finish);
    await person.sees(say.ready);
    await page.getByRole("link", { name: say.records }).first().click();
    await page.locator("main a[href^='/calls/']").first().click();
    await person.sees(say.incident);
    await person.press(say.listen);
    await page.locator("main canvas").first().waitFor();
    expect(person.complaints).toEqual([]);
  },
);

test(`one speaks oneself from a second tab, ${hasHumanVoice ? "with a person's voice" : "with a synthetic voice (speech-ko-eval is not here)"}, and the desk is reloaded meanwhile`, async () => {
  const folder = await mkdtemp(join(tmpdir(), "jikimi-voice-"));
  try {
    const voice = hasHumanVoice ? humanVoice(folder) : await syntheticVoice(folder);
    await using centre = await Centre.open({ agents: 0, settings: { recognizer: "whisper-base-ko" } });
    await using person = await PagePerson.open({ language: "ko", microphone: voice.path });
    const { page } = person;
    await firstRun(person, centre, { language: "ko" });
    await person.go(centre, "/desk");
    await person.sees(words.ko.ready);
    const citizen = await person.tab();
    await citizen.goto(`${centre.origin}/speak`);
    await citizen.getByRole("button", { name: "데스크에 전화 걸기" }).click();
    await page.getByRole("button", { name: words.ko.answer }).first().click({ timeout: 30_000 });
    await person.sees("체험 · 직접 말하기");
    const heard = page.locator("main ol li[data-speaker=caller]");
    await heard.first().waitFor({ timeout: 60_000 });
    await page.reload();
    await person.sees("통화 중", { withinMs: 20_000 });
    await heard.first().waitFor({ timeout: 10_000 });
    const before = await heard.count();
    await expect.poll(() => heard.count(), { timeout: 60_000 }).toBeGreaterThan(before);
    // The sentence comes round again and again; the reload may have cut it once.
    const alike = async () => likeness((await heard.allInnerTexts()).join(" "), voice.text);
    if (voice.text !== "") await expect.poll(alike, { timeout: 60_000 }).toBeGreaterThan(0.4);
    await citizen.getByRole("button", { name: "전화 끊기" }).click();
    await person.press(words.ko.finish);
    await person.sees(words.ko.ready);
    expect(person.complaints).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

async function syntheticVoice(folder: string): Promise<{ path: string; text: string }> {
  const { caller } = await readLines(root, "polite");
  const read = readWav(await readFile(caller[0] ?? ""));
  if (read.kind !== "ok") throw new Error(`the scene's first line cannot be read: ${read.kind}`);
  const { channels, sampleRateHz } = read.wav;
  const path = join(folder, "voice.wav");
  const pcm = resamplePcm(channels[0] ?? new Int16Array(), sampleRateHz, 48_000);
  await writeFile(path, writeWav({ sampleRateHz: 48_000, channels: [pcm] }));
  return { path, text: "" };
}

/** Which share of the pairs of letters that were said was heard. */
function likeness(heard: string, said: string): number {
  const pairs = (text: string) => {
    const letters = text.replace(/[^가-힣]/g, "");
    return new Set(Array.from({ length: letters.length - 1 }, (_, i) => letters.slice(i, i + 2)));
  };
  const wanted = pairs(said);
  const got = pairs(heard);
  return [...wanted].filter((pair) => got.has(pair)).length / wanted.size;
}
