import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { authorizationFor, transcriptionsUrl } from "./server.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "jikimi-key-"));
});
afterAll(() => rm(folder, { recursive: true }));

const at = (url: string, keyFile: string | null = null) => ({ url, model: "whisper-1", keyFile });

test.for([
  { url: "http://127.0.0.1:8000", expected: "http://127.0.0.1:8000/v1/audio/transcriptions" },
  { url: "http://127.0.0.1:8000/", expected: "http://127.0.0.1:8000/v1/audio/transcriptions" },
  { url: "https://speech.example.kr/v1", expected: "https://speech.example.kr/v1/audio/transcriptions" },
  {
    url: "https://speech.example.kr/openai/v1//",
    expected: "https://speech.example.kr/openai/v1/audio/transcriptions",
  },
])("$url -> $expected", ({ url, expected }) => {
  expect(transcriptionsUrl(at(url))).toBe(expected);
});

test("the key is the file's one line, and without a file there is none", async () => {
  const keyFile = join(folder, "good.key");
  await writeFile(keyFile, "sk-secret\n");
  expect(await authorizationFor(at("http://here", keyFile))).toEqual({ authorization: "Bearer sk-secret" });
  expect(await authorizationFor(at("http://here"))).toEqual({});
});

test.for(["", "\n", "sk-secret\nsk-secret", "sk-secret 비밀", "sk-secret\u0007"])(
  "a file that holds %j holds no key, and what it holds is not repeated",
  async (text) => {
    const keyFile = join(folder, "bad.key");
    await writeFile(keyFile, text);
    const failure = await authorizationFor(at("http://here", keyFile)).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ code: "recognizer-failed", message: expect.stringContaining("bad.key") });
    expect(inspect(failure)).not.toContain("sk-secret");
  },
);

test("a key file that is not there is named", async () => {
  const keyFile = join(folder, "none.key");
  await expect(authorizationFor(at("http://here", keyFile))).rejects.toThrow(
    `recognizer-failed: the key file ${keyFile} cannot be read`,
  );
});
