import { ResourceScope } from "@jikimi/kernel";
import { type Bench, type BenchWorld, watchConditions } from "../bench.ts";
import { chromium, playwrightCore } from "../peers.ts";
import { type BenchResult, type Row, rounded } from "../result.ts";
import { buildPage } from "./build-page.ts";
import { DeskBrowser, type Loaded, type WatchedPage } from "./desk-browser.ts";
import { DeskServer, type LiveCall } from "./desk-server.ts";
import {
  type Frames,
  figuresOf,
  type Opening,
  type Part,
  parts,
  problemsOf,
  rowOf,
  type ScriptSizes,
  spreadOf,
} from "./verdict.ts";

/** So many that one of them may be the machine's fault: p95 is the last but one. */
const openings = 20;
const rounds = 3;
const listed = 200;
const linesPerSecond = 100;
/** So many are on screen before anything is measured: an idle call is not an empty one. */
const linesBefore = 20;
const wheel = { stepPx: 400, everyMs: 50, stepsOneWay: 40 } as const;

export const desk: Bench = {
  name: "desk",
  title: {
    ko: "상담 데스크 첫 화면, 스크립트 크기, 대화와 목록이 길 때의 프레임",
    en: "the desk's first paint, its script, and its frames under long transcripts and lists",
  },
  peers: [chromium, playwrightCore],
  defaultSeconds: 10,
  run,
};

async function run(world: BenchWorld): Promise<BenchResult> {
  const conditions = watchConditions(world);
  await buildPage(world.root);
  await using scope = new ResourceScope();
  world.progress({ ko: "서버와 브라우저를 엽니다 …", en: "opening a server and a browser …" });
  const server = await DeskServer.open(world, scope);
  await server.remember(listed);
  const browser = scope.use(await DeskBrowser.open(server.cookies));

  const opened = await compareOpenings(world, server, browser);
  const script = await weighScript(server, browser);
  const seen = new Map<Part, Frames[]>(parts.map((part) => [part, []]));
  const rows: Row[] = [];
  const lost: string[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    world.signal.throwIfAborted();
    const progress = `${round}/${rounds}`;
    world.progress({ ko: `프레임 ${progress}`, en: `frames ${progress}` });
    const { frames, problems } = await oneRound(world, server, browser, round);
    lost.push(...problems);
    for (const part of parts) {
      seen.get(part)?.push(frames[part]);
      rows.push(rowOf(part, round, figuresOf(frames[part])));
    }
  }
  const together = (part: Part) => {
    const all = seen.get(part) ?? [];
    return figuresOf({ gapsMs: all.flatMap(({ gapsMs }) => gapsMs), tasksMs: all.flatMap(({ tasksMs }) => tasksMs) });
  };
  const frames = {
    idle: together("idle"),
    lines: together("lines"),
    "list-shown": together("list-shown"),
    "list-scrolled": together("list-scrolled"),
  };
  const problems = [...lost, ...problemsOf({ openings: opened.desk, script, frames })];
  const firstPaint = spreadOf(opened.desk.map(({ paintMs }) => paintMs));
  const plain = spreadOf(opened.plainMs);
  return {
    name: "desk",
    ours: firstPaint.p50,
    peer: plain.p50,
    ratio: rounded(firstPaint.p50 / plain.p50),
    unit: "ms to first contentful paint (p50)",
    measured: {
      ours: "the desk, signed in, nothing cached",
      peer: "the same server's /status in the same browser: one page without a script; for frames, the desk in an idle call",
    },
    target: null,
    ok: problems.length === 0,
    problems,
    conditions: conditions({
      calls: listed,
      notes: [
        `Chromium ${browser.version}, headless, no GPU, 1440 × 900; browser and server on this machine, loopback`,
        `${openings} openings each of the desk and of /status by turns, each in a new context (no cache, no service ` +
          "worker, a process of its own) of one browser; one of each before, not counted",
        "the whole server on its embedded database; the built page, compressed by the server",
        `calls and lines are told to the server's journal (${linesPerSecond} lines/s); from there on all is real`,
        `${rounds} rounds, each of a new page: a call in which nobody speaks, ${linesPerSecond} lines/s, the list ` +
          `opened and grown to ${listed} calls, the list scrolled by the wheel`,
        "frames: time between callbacks of requestAnimationFrame; tasks: what the browser tells of (from 50 ms on)",
        "script: gzip, body bytes as transferred, up to the moment at which the desk's state was on screen",
      ],
    }),
    rounds: rows,
    more: {
      firstPaint: {
        desk: firstPaint,
        deskState: spreadOf(opened.desk.map(({ stateMs }) => stateMs)),
        recentCalls: spreadOf(opened.desk.map(({ callsMs }) => callsMs)),
        plain,
      },
      script,
      frames,
    },
  };
}

async function compareOpenings(
  world: BenchWorld,
  server: DeskServer,
  browser: DeskBrowser,
): Promise<{ desk: readonly Opening[]; plainMs: readonly number[] }> {
  const desk: Opening[] = [];
  const plainMs: number[] = [];
  for (let turn = 0; turn <= openings; turn += 1) {
    world.signal.throwIfAborted();
    if (turn % 5 === 0) world.progress({ ko: `첫 화면 ${turn}/${openings}`, en: `first paint ${turn}/${openings}` });
    const plain = await openOnce(browser, `${server.origin}/status`, "body");
    const ours = await openOnce(browser, `${server.origin}/desk`, "#main ul > li");
    if (turn === 0) continue;
    const { paintMs, stateMs, callsMs } = ours;
    if (plain.paintMs === null || paintMs === null || stateMs === null || callsMs === null)
      throw new Error(`a page was not painted: ${JSON.stringify({ plain, ours })}`);
    // What is noticed in the page may be of the very frame that is the first on screen.
    desk.push({ paintMs, stateMs: Math.max(paintMs, stateMs), callsMs: Math.max(paintMs, callsMs) });
    plainMs.push(plain.paintMs);
  }
  return { desk, plainMs };
}

async function openOnce(browser: DeskBrowser, url: string, readyWhen: string): Promise<Loaded> {
  await using page = await browser.page();
  return await page.open(url, readyWhen);
}

async function weighScript(server: DeskServer, browser: DeskBrowser): Promise<ScriptSizes> {
  await using page = await browser.page({ gzipOnly: true });
  const { scripts, stateMs } = await page.open(`${server.origin}/desk`, "#main ul > li");
  const first = scripts.filter(({ endMs }) => stateMs !== null && endMs <= stateMs);
  const kb = (of: Loaded["scripts"]) => rounded(of.reduce((sum, { bytes }) => sum + bytes, 0) / 1000);
  return { files: first.length, firstScreenKb: kb(first), withTelephoneKb: kb(scripts) };
}

type Round = { readonly frames: Readonly<Record<Part, Frames>>; readonly problems: readonly string[] };

/** One person's way over one page: a call, many words, then the list of their calls. */
async function oneRound(world: BenchWorld, server: DeskServer, browser: DeskBrowser, round: number): Promise<Round> {
  const { clock, seconds, signal, profileFolder } = world;
  const call = server.beginCall();
  await using watched = await browser.page();
  await call.talk({ seconds: 1, linesPerSecond: linesBefore });
  await watched.open(`${server.origin}/desk`, "#main [role=group] li");
  const profile = (part: Part) =>
    profileFolder === null ? null : { folder: profileFolder, name: `desk-${part}-${round}` };
  const watch = (part: Part, action: () => Promise<void>) =>
    watched.profiled(profile(part), () => watched.during(action));

  const idle = await watch("idle", () => clock.sleep(seconds * 1000, { signal }));
  const lines = await watch("lines", async () => {
    await call.talk({ seconds, linesPerSecond });
    await isShown(watched, call);
  });
  const listShown = await watch("list-shown", () => showList(watched));
  const listScrolled = await watch("list-scrolled", () => scroll(watched, world));
  await call.end();
  const problems = listScrolled.scrolls > 0 ? [] : [`round ${round}: the list did not scroll`];
  return { frames: { idle, lines, "list-shown": listShown, "list-scrolled": listScrolled }, problems };
}

/** Throws when the last line does not come: nothing would have been measured. */
async function isShown({ page }: WatchedPage, call: LiveCall): Promise<void> {
  await page.locator("#main [role=group] li").last().getByText(call.lastMark).waitFor();
}

async function showList({ page }: WatchedPage): Promise<void> {
  await page.locator('nav a[href="/calls"]').first().click();
  const rows = page.locator("#main ul > li");
  const more = page.locator("#main button[data-block]");
  for (let shown = 50; shown < listed; shown += 50) {
    await rows.nth(shown - 1).waitFor();
    await more.click();
  }
  await rows.nth(listed - 1).waitFor();
}

/** Down and up again, as fast as a wheel turns. */
async function scroll({ page }: WatchedPage, { clock, seconds, signal }: BenchWorld): Promise<void> {
  await page.mouse.move(720, 500);
  const untilMs = clock.monotonicMs() + seconds * 1000;
  for (let step = 0; clock.monotonicMs() < untilMs; step += 1) {
    const down = Math.floor(step / wheel.stepsOneWay) % 2 === 0;
    await page.mouse.wheel(0, down ? wheel.stepPx : -wheel.stepPx);
    await clock.sleep(wheel.everyMs, { signal });
  }
}
