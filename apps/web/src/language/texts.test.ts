import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { en } from "./en.ts";
import { ko } from "./ko.ts";

type Tree = { readonly [key: string]: string | Tree };

const folder = fileURLToPath(new URL("..", import.meta.url));

function flat(tree: Tree, before = ""): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]) =>
      typeof value === "string"
        ? [[`${before}${key}`, value] as const]
        : [...flat(value, `${before}${key}.`).entries()],
    ),
  );
}

const korean = flat(ko);
const english = flat(en);
const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();

const key = String.raw`[a-zA-Z]\w*(?:\.[\w-]+)*`;

/** Every way in which the sources name a key: `"a.b"` as it is, `` `a.${x}` `` as a pattern; in calls of `t`, or anywhere. */
async function asked() {
  const names = await readdir(folder, { recursive: true });
  const sources = names.filter((name) => /\.tsx?$/.test(name) && !/\.test\.|(?:^|\/)(?:ko|en)\.ts$/.test(name));
  const text = (await Promise.all(sources.map((name) => readFile(join(folder, name), "utf8")))).join("\n");
  const literalsIn = (part: string) => [...part.matchAll(new RegExp(`"(${key})"`, "g"))].map(([, found]) => `${found}`);
  const calls = [...text.matchAll(/\bt\(([^()`]*)/g)].map(([, inside]) => `${inside}`);
  return {
    literals: new Set(literalsIn(text)),
    patterns: [...text.matchAll(/`([a-zA-Z]\w*\.(?:[\w.-]|\$\{[^}]*\})+)`/g)].map(([, found]) => pattern(`${found}`)),
    inCalls: new Set(calls.flatMap(literalsIn)),
    patternsInCalls: [...text.matchAll(/\bt\(\s*`([^`]+)`/g)].map(([, found]) => pattern(`${found}`)),
  };
}

function pattern(template: string): RegExp {
  return new RegExp(`^${template.replaceAll(".", "\\.").replaceAll(/\$\{[^}]*\}/g, "[^.]+")}$`);
}

describe("the texts in both languages", () => {
  test("have the same keys", () => {
    expect([...english.keys()]).toEqual([...korean.keys()]);
  });

  test("are never empty", () => {
    const empty = [...korean, ...english].filter(([, text]) => text.trim() === "");
    expect(empty).toEqual([]);
  });

  test("have the same places to fill in", () => {
    const other = [...korean].filter(
      ([key, text]) => placeholders(text).join() !== placeholders(english.get(key) ?? "").join(),
    );
    expect(other).toEqual([]);
  });

  test("are each used somewhere", async () => {
    const { literals, patterns } = await asked();
    const unused = [...korean.keys()].filter((name) => !literals.has(name) && !patterns.some((one) => one.test(name)));
    expect(unused).toEqual([]);
  });

  test("are there for every key that a screen asks for", async () => {
    const { inCalls, patternsInCalls } = await asked();
    const keys = [...korean.keys()];
    expect([...inCalls].filter((name) => name.includes(".") && !korean.has(name))).toEqual([]);
    expect(patternsInCalls.filter((one) => !keys.some((name) => one.test(name))).map(String)).toEqual([]);
    expect(inCalls.size).toBeGreaterThan(200);
  });

  // A particle that depends on the last sound of what stands before it cannot follow a name or a number.
  test("put no Korean particle right after what is filled in", () => {
    const wrong = [...korean].filter(([, text]) =>
      /\}\}(?:은|는|이|가|을|를|과|와|으로|로|이나|나)(?:[\s.,]|$)/.test(text),
    );
    expect(wrong).toEqual([]);
  });

  test("say one thing by one word", () => {
    const wrong = [...korean].filter(([, text]) => /글쇠|단추|까닭/.test(text));
    expect(wrong).toEqual([]);
  });
});
