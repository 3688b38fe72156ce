import { expect, test } from "vitest";
import { parseConfig } from "./config/index.ts";
import { limitationsOf } from "./limitations.ts";

function saidOf(env: Record<string, string>): readonly string[] {
  const result = parseConfig(env);
  if (result.kind === "invalid") throw new Error(JSON.stringify(result.problems));
  return limitationsOf(result.config, { kind: "postgresql" }).map(({ ko, en }) => `${ko} ${en}`);
}

const elsewhere = (env: Record<string, string>, host: string) => saidOf(env).filter((text) => text.includes(host));

test.for([
  { url: "https://speech.example.kr:8443/v1", host: "speech.example.kr:8443", sentences: 1 },
  { url: "http://192.168.0.20:8000", host: "192.168.0.20:8000", sentences: 2 },
  { url: "http://localhost:8000", host: "localhost", sentences: 0 },
  { url: "http://127.0.0.1:8000/v1", host: "127.0.0.1:8000", sentences: 0 },
  { url: "http://[::1]:8000", host: "[::1]", sentences: 0 },
])("sound that goes to $url is said in $sentences sentences", ({ url, host, sentences }) => {
  const env = { JIKIMI_RECOGNIZER: "openai-compatible", JIKIMI_RECOGNIZER_URL: url };
  expect(elsewhere(env, host)).toHaveLength(sentences);
});

test("a server that is named and not chosen for all is told as what departments and numbers may choose", () => {
  const [sentence, ...others] = elsewhere({ JIKIMI_RECOGNIZER_URL: "https://speech.example.kr" }, "speech.example.kr");
  expect(sentence).toContain("인식 서버를 고른 부서와 번호");
  expect(others).toEqual([]);
});
