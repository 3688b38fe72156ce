import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readWav } from "@jikimi/audio";
import {
  ANNOUNCEMENT_KINDS,
  type AnnouncementKind,
  announcementCatalogue,
  LANGUAGES,
  type Language,
} from "@jikimi/notices";
import { DemoListener, type Heard } from "./hear.ts";
import { type ScenarioRow, type ScenariosManifest, SOUNDS_FOLDER, sha256Of } from "./manifests.ts";
import { AGENT_VOICE, scenarioLines, type Who } from "./scenario-lines.ts";
import { agentCue, chime, holdMusic, ringback } from "./tones.ts";
import { pcmWav, speakWav, type Voice } from "./wav.ts";

/**
 * Makes `assets/sounds` (`npm run sounds`): announcements, tones and the simulated people's lines, each with the manifest
 * that tests hold against the texts. Needs espeak-ng 1.51 and sox. A line that is there already, from the same words and
 * voice, is kept; `--all` makes everything again.
 */
const { values } = parseArgs({ options: { all: { type: "boolean", default: false } } });

const NOTICE_VOICES: Readonly<Record<Language, Voice>> = {
  ko: { name: "ko", wordsPerMinute: 195, pitch: 45 },
  en: { name: "en-gb", wordsPerMinute: 165, pitch: 45 },
};
/** These break into a conversation: two soft notes first, so that nobody is startled or misses the first word. */
const WITH_CHIME: ReadonlySet<AnnouncementKind> = new Set(["warning", "ending", "long-call", "long-call-ending"]);

/** Speeds and pitches that the demo recogniser knows, tried in this order until one is understood. */
const TRIES = [150, 155, 160, 165, 146].flatMap((wordsPerMinute) =>
  [50, 45, 55, 41, 59].map((pitch) => ({ wordsPerMinute, pitch })),
);
const MADE_WITH = "espeak-ng 1.51, sox 14.4; tools/sounds/make.ts";

makeNotices();
await makeScenarios();

function makeNotices(): void {
  const folder = join(SOUNDS_FOLDER, "notices");
  mkdirSync(folder, { recursive: true });
  const announcements = ANNOUNCEMENT_KINDS.flatMap((kind) =>
    LANGUAGES.map((language) => {
      const text = announcementCatalogue[kind].text[language];
      const lead = WITH_CHIME.has(kind) ? chime() : new Int16Array();
      const wav = speakWav(text, NOTICE_VOICES[language], { peakDb: -5, beforeMs: 200, afterMs: 300, lead });
      const file = `${kind}.${language}.wav`;
      writeFileSync(join(folder, file), wav);
      return { kind, language, file, textSha256: sha256Of(text), sha256: sha256Of(wav), durationMs: durationOf(wav) };
    }),
  );
  const tones = (
    [
      ["ringback", ringback()],
      ["hold-music", holdMusic()],
      ["agent-cue", agentCue()],
    ] as const
  ).map(([name, pcm]) => {
    const wav = pcmWav(pcm);
    const file = `${name}.wav`;
    writeFileSync(join(folder, file), wav);
    return { name, file, sha256: sha256Of(wav), durationMs: durationOf(wav) };
  });
  writeJson(join(folder, "manifest.json"), {
    formatVersion: 1,
    synthetic: true,
    madeWith: MADE_WITH,
    announcements,
    tones,
  });
  removeOthers(folder, [...announcements, ...tones]);
}

async function makeScenarios(): Promise<void> {
  const folder = join(SOUNDS_FOLDER, "scenarios");
  mkdirSync(folder, { recursive: true });
  await using listener = await DemoListener.open();
  const made = new Map(values.all ? [] : existingRows(folder).map((row) => [row.file, row]));
  const lines: ScenarioRow[] = [];
  for (const { scenario, callerVoice, caller, agent } of scenarioLines) {
    const spoken: [Who, string, readonly string[]][] = [
      ["agent", AGENT_VOICE, agent],
      ["caller", callerVoice, caller],
    ];
    for (const [who, voice, texts] of spoken) {
      for (const [order, text] of texts.entries()) {
        const file = `${who}-${voice.replace("+", "-")}-${sha256Of(text).slice(0, 10)}.wav`;
        const { sound, speech } = made.has(file)
          ? keptSound(made.get(file))
          : await bestSound(listener, folder, file, text, voice);
        const row: ScenarioRow = {
          file,
          text,
          textSha256: sha256Of(text),
          voice,
          scenario,
          order,
          who,
          ...speech,
          ...sound,
        };
        made.set(file, row);
        lines.push(row);
        console.log(
          `${row.heard.cerPercent} %\t${scenario}\t${who}\t${text}\t${row.heard.text}\t${row.heard.confidence}`,
        );
      }
    }
  }
  const manifest: ScenariosManifest = { formatVersion: 1, synthetic: true, madeWith: MADE_WITH, lines };
  writeJson(join(folder, "manifest.json"), manifest);
  removeOthers(folder, lines);
}

type Made = {
  readonly speech: { readonly wordsPerMinute: number; readonly pitch: number };
  readonly sound: { readonly durationMs: number; readonly sha256: string; readonly heard: Heard };
};

async function bestSound(
  listener: DemoListener,
  folder: string,
  file: string,
  text: string,
  name: string,
): Promise<Made> {
  let best: { made: Made; wav: Uint8Array } | null = null;
  for (const speech of TRIES) {
    const wav = speakWav(text, { name, ...speech }, { peakDb: -10, beforeMs: 0, afterMs: 60 });
    const heard = await listener.hear(wav, text, best?.made.sound.heard.cerPercent ?? 100);
    const made = { speech, sound: { durationMs: durationOf(wav), sha256: sha256Of(wav), heard } };
    if (best === null || isBetter(heard, best.made.sound.heard)) best = { made, wav };
    if (heard.cerPercent <= 10 && heard.confidence >= 0.85) break;
  }
  if (best === null) throw new Error(`no way of saying "${text}"`);
  writeFileSync(join(folder, file), best.wav);
  return best.made;
}

function isBetter(heard: Heard, than: Heard): boolean {
  return heard.cerPercent === than.cerPercent ? heard.confidence > than.confidence : heard.cerPercent < than.cerPercent;
}

function keptSound(row: ScenarioRow | undefined): Made {
  if (row === undefined) throw new Error("a row that is there is not there");
  const { wordsPerMinute, pitch, durationMs, sha256, heard } = row;
  return { speech: { wordsPerMinute, pitch }, sound: { durationMs, sha256, heard } };
}

/** What the last run made and nobody has touched since. */
function existingRows(folder: string): readonly ScenarioRow[] {
  try {
    const { lines } = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as ScenariosManifest;
    return lines.filter(({ file, sha256 }) => sha256Of(readFileSync(join(folder, file))) === sha256);
  } catch {
    return [];
  }
}

function durationOf(wav: Uint8Array): number {
  const read = readWav(wav);
  if (read.kind === "unreadable") throw new Error(read.why);
  return Math.round(((read.wav.channels[0]?.length ?? 0) * 1000) / read.wav.sampleRateHz);
}

function writeJson(path: string, content: unknown): void {
  writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`);
}

function removeOthers(folder: string, keep: readonly { file: string }[]): void {
  const kept = new Set([...keep.map(({ file }) => file), "manifest.json"]);
  for (const name of readdirSync(folder)) if (!kept.has(name)) rmSync(join(folder, name));
}
