import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { type LogFields, ManualClock, SystemClock, silentLog } from "@jikimi/kernel";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readTestLine } from "../../testing/test-sound.ts";
import {
  type AnswerTranscription,
  answeringWith,
  answerJson,
  TranscriptionServer,
} from "../../testing/transcription-server.ts";
import { defaultModelsDir } from "../models.ts";
import { openRecognizer } from "../open-recognizer.ts";
import { changeSpeed } from "../stability.ts";
import { type OpenAiCompatibleOptions, OpenAiCompatibleRecognizer } from "./recognizer.ts";

const KEY = "sk-very-secret";
const SAID = "개인정보";
const clock = new SystemClock();
let folder = "";
let keyFile = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "jikimi-key-"));
  keyFile = join(folder, "speech.key");
  await writeFile(keyFile, `${KEY}\n`);
});
afterAll(() => rm(folder, { recursive: true }));

const openAt = (url: string, options: Partial<OpenAiCompatibleOptions> = {}) =>
  OpenAiCompatibleRecognizer.open({
    server: { url, model: "whisper-1", keyFile },
    clock,
    log: silentLog,
    ...options,
  });

const sound = (samples = 16_000) => new Float32Array(samples).fill(0.25);
const failureOf = (asking: Promise<unknown>) => asking.catch((thrown: unknown) => thrown);
const saysSo: AnswerTranscription = (_, response) => answerJson(response, { text: SAID });

/** A server that answers in its own time, and says when it was asked. */
async function openHolding() {
  const held: (() => void)[] = [];
  let notify = () => {};
  const server = await TranscriptionServer.open((asked, response) => {
    held.push(() => void saysSo(asked, response));
    notify();
  });
  const askedTimes = async (count: number) => {
    while (server.asked.length < count) {
      await new Promise<void>((resolve) => {
        notify = resolve;
      });
    }
  };
  const answerOne = () => held.shift()?.();
  const answerAll = () => {
    for (const answer of held.splice(0)) answer();
  };
  return { server, askedTimes, answerOne, answerAll, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

test("what the server behind it hears arrives as it was heard", async () => {
  await using demo = await openRecognizer("demo", { modelsDir: defaultModelsDir(), clock, log: silentLog });
  await using server = await TranscriptionServer.open(answeringWith(demo));
  await using recognizer = await openAt(server.url);
  const line = changeSpeed(readTestLine(), 0.5);
  const there = await recognizer.transcribe(line.slice());
  const here = await demo.transcribe(line.slice());
  expect(there.text).toBe(here.text);
  expect(there.text).toMatch(/^책임자 .* 상품이/);
  expect(there).toMatchObject({ accepted: true, noSpeech: null });
  expect(there.confidence).toBeCloseTo(here.confidence);
  for (const [i, word] of there.words.entries()) expect(word.startMs).toBeCloseTo(here.words[i]?.startMs ?? -1);
});

test("the request is OpenAI's: a 16 kHz WAV, the model, Korean, words and segments, the key in its header", async () => {
  await using server = await TranscriptionServer.open(saysSo);
  await using recognizer = await openAt(`${server.url}/v1/`);
  await recognizer.transcribe(sound(100));
  const [asked] = server.asked;
  expect(asked).toMatchObject({ authorization: `Bearer ${KEY}`, fileName: "speech.wav", sampleRateHz: 16_000 });
  expect(asked?.fields).toEqual([
    ["model", "whisper-1"],
    ["language", "ko"],
    ["response_format", "verbose_json"],
    ["timestamp_granularities[]", "word"],
    ["timestamp_granularities[]", "segment"],
    ["temperature", "0"],
  ]);
  // Never less than 0.4 s: what lacks is silence behind.
  expect(asked?.pcm).toEqual(Float32Array.from({ length: 6400 }, (_, i) => (i < 100 ? 0.25 : 0)));
});

test("without a key file nothing is said about a key", async () => {
  await using server = await TranscriptionServer.open(saysSo);
  await using recognizer = await openAt(server.url, { server: { url: server.url, model: "m", keyFile: null } });
  await recognizer.transcribe(sound());
  expect(server.asked[0]?.authorization).toBeUndefined();
});

test.for<{ what: string; answer: AnswerTranscription; code: string; says: string; tries: number }>([
  {
    what: "refuses the key",
    answer: ({ authorization }, response) => response.writeHead(401).end(`${authorization} is wrong`),
    code: "recognizer-failed",
    says: "the server answered 401",
    tries: 1,
  },
  {
    what: "breaks down",
    answer: (_, response) => response.writeHead(500).end(SAID),
    code: "recognizer-failed",
    says: "the server answered 500",
    tries: 1,
  },
  {
    what: "has had too many requests",
    answer: (_, response) => response.writeHead(429).end(),
    code: "recognizer-failed",
    says: "the server answered 429",
    tries: 1,
  },
  {
    what: "answers a page",
    answer: (_, response) => response.writeHead(200, { "content-type": "text/html" }).end(`<p>${SAID}</p>`),
    code: "recognizer-failed",
    says: "is not JSON",
    tries: 1,
  },
  {
    what: "answers something else",
    answer: (_, response) => answerJson(response, { text: [SAID] }),
    code: "recognizer-failed",
    says: "is no transcription (text)",
    tries: 1,
  },
  {
    what: "answers without an end",
    answer: (_, response) => answerJson(response, { text: SAID.repeat(300_000) }),
    code: "recognizer-failed",
    says: "larger than a megabyte",
    tries: 1,
  },
  {
    what: "breaks off",
    answer: (_, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write(`{"text":"${SAID}`, () => response.destroy());
    },
    code: "recognizer-lost",
    says: "no connection to the server",
    tries: 2,
  },
  {
    what: "hangs up",
    answer: (_, response) => response.destroy(),
    code: "recognizer-lost",
    says: "no connection to the server",
    tries: 2,
  },
])("a server that $what: $code, and neither key nor text in what is said of it", async ({ answer, ...expected }) => {
  const logged: unknown[] = [];
  const note = (fields: LogFields, sentence: string) => logged.push(fields, sentence);
  const log = { ...silentLog, debug: note, info: note, warn: note, error: note };
  await using server = await TranscriptionServer.open(answer);
  await using recognizer = await openAt(server.url, { log });
  const failure = await failureOf(recognizer.transcribe(sound()));
  expect(failure).toMatchObject({ code: expected.code, message: expect.stringContaining(expected.says) });
  expect(server.asked).toHaveLength(expected.tries);
  expect(recognizer.waiting).toBe(0);
  expect(logged).toContain("recognition server fails");
  const said = inspect([failure, logged, recognizer], { depth: null, showHidden: true });
  expect(said).not.toContain(KEY);
  expect(said).not.toContain(SAID);
});

test("a connection that was reset once is tried again", async () => {
  let first = true;
  await using server = await TranscriptionServer.open((asked, response) => {
    if (!first) return saysSo(asked, response);
    first = false;
    response.destroy();
  });
  await using recognizer = await openAt(server.url);
  expect((await recognizer.transcribe(sound())).text).toBe(SAID);
  expect(server.asked).toHaveLength(2);
});

test("where nobody listens there is no connection", async () => {
  const server = await TranscriptionServer.open(saysSo);
  const { url } = server;
  await server[Symbol.asyncDispose]();
  await using recognizer = await openAt(url);
  await expect(recognizer.transcribe(sound())).rejects.toThrow(
    "recognizer-lost: no connection to the server (ECONNREFUSED)",
  );
});

test("a redirect is not followed: the sound stays where it was sent", async () => {
  await using elsewhere = await TranscriptionServer.open(saysSo);
  await using server = await TranscriptionServer.open((_, response) => {
    response.writeHead(307, { location: `${elsewhere.url}/v1/audio/transcriptions` }).end();
  });
  await using recognizer = await openAt(server.url);
  await expect(recognizer.transcribe(sound())).rejects.toThrow("recognizer-failed: the server answered 307");
  expect(elsewhere.asked).toEqual([]);
});

test("a server that hangs is given up after its time, and the next has its turn", async () => {
  const manual = new ManualClock();
  await using holding = await openHolding();
  await using recognizer = await openAt(holding.server.url, { clock: manual, atOnce: 1 });
  const stuck = failureOf(recognizer.transcribe(sound()));
  const next = recognizer.transcribe(sound());
  await holding.askedTimes(1);
  await manual.advance(9_999);
  expect(recognizer.waiting).toBe(2);
  await manual.advance(1);
  expect(await stuck).toMatchObject({
    code: "recognizer-lost",
    message: "recognizer-lost: the server did not answer within 10000 ms",
  });
  await holding.askedTimes(2);
  holding.answerAll();
  expect((await next).text).toBe(SAID);
  expect(manual.pendingTimers).toBe(0);
});

test("an aborted request is answered at once with the signal's reason, sent or waiting", async () => {
  await using holding = await openHolding();
  await using recognizer = await openAt(holding.server.url, { atOnce: 1 });
  const stopping = new AbortController();
  const asked = [1, 2].map(() => failureOf(recognizer.transcribe(sound(), { signal: stopping.signal })));
  await holding.askedTimes(1);
  const over = new Error("the call is over");
  stopping.abort(over);
  expect(await Promise.all(asked)).toEqual([over, over]);
  expect(recognizer.waiting).toBe(0);
  await expect(recognizer.transcribe(sound(), { signal: stopping.signal })).rejects.toBe(over);
  expect(holding.server.asked).toHaveLength(1);
});

test("the caller's sound is sent before the agent's, and no more wait than may", async () => {
  await using holding = await openHolding();
  await using recognizer = await openAt(holding.server.url, { atOnce: 1, capacity: 2 });
  const asked = [
    recognizer.transcribe(sound(6401), { speaker: "agent" }),
    recognizer.transcribe(sound(6402), { speaker: "agent" }),
    recognizer.transcribe(sound(6403), { speaker: "caller" }),
  ];
  await expect(recognizer.transcribe(sound())).rejects.toMatchObject({ code: "recognizer-busy" });
  expect(recognizer.waiting).toBe(3);
  for (const sent of [1, 2, 3]) {
    await holding.askedTimes(sent);
    holding.answerAll();
  }
  await Promise.all(asked);
  expect(holding.server.asked.map(({ pcm }) => pcm.length)).toEqual([6401, 6403, 6402]);
  expect(recognizer.waiting).toBe(0);
});

test("four are sent at once, and the next when one of them is answered", async () => {
  await using holding = await openHolding();
  await using recognizer = await openAt(holding.server.url);
  const lengths = [6401, 6402, 6403, 6404, 6405, 6406];
  const asked = lengths.map((samples) =>
    recognizer.transcribe(sound(samples), { speaker: samples === 6405 ? "agent" : "caller" }),
  );
  await holding.askedTimes(4);
  holding.answerOne();
  await holding.askedTimes(5);
  expect(holding.server.asked.at(4)?.pcm.length).toBe(6406);
  holding.answerAll();
  await holding.askedTimes(6);
  holding.answerAll();
  await Promise.all(asked);
});

test("closing ends what was asked, and takes nothing more", async () => {
  await using holding = await openHolding();
  const recognizer = await openAt(holding.server.url, { atOnce: 1 });
  const asked = [1, 2].map(() => failureOf(recognizer.transcribe(sound())));
  await holding.askedTimes(1);
  await recognizer[Symbol.asyncDispose]();
  for (const failure of await Promise.all(asked)) expect(failure).toMatchObject({ code: "closed" });
  await expect(recognizer.transcribe(sound())).rejects.toMatchObject({ code: "closed" });
});

test("a failing server is logged once, and once more when it answers again", async () => {
  const sentences: string[] = [];
  const note = (_: LogFields, sentence: string) => void sentences.push(sentence);
  let status = 503;
  await using server = await TranscriptionServer.open((asked, response) =>
    status === 200 ? saysSo(asked, response) : void response.writeHead(status).end(),
  );
  await using recognizer = await openAt(server.url, { log: { ...silentLog, info: note, warn: note } });
  for (let i = 0; i < 3; i++) await failureOf(recognizer.transcribe(sound()));
  status = 200;
  for (let i = 0; i < 2; i++) await recognizer.transcribe(sound());
  expect(sentences).toEqual(["recognition server fails", "recognition server answers again"]);
});

test("without a server there is nothing to open", async () => {
  const opening = openRecognizer("openai-compatible", { modelsDir: "unused", clock, log: silentLog });
  await expect(opening).rejects.toMatchObject({ code: "recognizer-failed" });
});
