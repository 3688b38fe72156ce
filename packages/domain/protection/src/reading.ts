import type { Bilingual } from "./policy.ts";

/** One thing wrong with a policy, told to whoever edits it. `path` as in `labels.threat.threshold`. */
export type PolicyProblem = { readonly path: string; readonly message: Bilingual };

/**
 * Reads unknown data field by field and notes everything wrong instead of stopping at the first. What cannot be read
 * comes back as a harmless value of the right type; the result counts only when `problems` is empty.
 */
export class Reading {
  readonly problems: PolicyProblem[] = [];

  problem(path: string, ko: string, en: string): void {
    this.problems.push({ path, message: { ko, en } });
  }

  /** Exactly these fields: a misspelt one must not be silently ignored. */
  fields(value: unknown, path: string, names: readonly string[]): Readonly<Record<string, unknown>> {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      this.problem(path, "항목들의 묶음이어야 합니다.", "must be an object.");
      return {};
    }
    for (const name of Object.keys(value)) {
      if (!names.includes(name)) this.problem(join(path, name), "알 수 없는 항목입니다.", "is not a known field.");
    }
    return { ...value };
  }

  number(value: unknown, path: string, range: { min: number; max: number; whole?: boolean }): number {
    const { min, max, whole = false } = range;
    if (typeof value !== "number" || !(value >= min && value <= max) || (whole && !Number.isInteger(value))) {
      const koKind = whole ? "정수" : "수";
      const enKind = whole ? "a whole number" : "a number";
      this.problem(path, `${min} 이상 ${max} 이하의 ${koKind}여야 합니다.`, `must be ${enKind} from ${min} to ${max}.`);
      return min;
    }
    // Minus zero would not come back from a file as itself.
    return value === 0 ? 0 : value;
  }

  /** Whole milliseconds. */
  ms(value: unknown, path: string, min: number, max: number): number {
    return this.number(value, path, { min, max, whole: true });
  }

  nullable<T>(value: unknown, read: (value: unknown) => T): T | null {
    return value === null ? null : read(value);
  }

  boolean(value: unknown, path: string): boolean {
    if (typeof value === "boolean") return value;
    this.problem(path, "true 또는 false여야 합니다.", "must be true or false.");
    return false;
  }

  oneOf<const T extends string>(value: unknown, path: string, choices: readonly [T, ...T[]]): T {
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    const list = choices.join(", ");
    this.problem(path, `다음 중 하나여야 합니다: ${list}.`, `must be one of: ${list}.`);
    return choices[0];
  }

  text(value: unknown, path: string, maxLength: number): string {
    if (typeof value === "string" && value.trim() !== "" && value.length <= maxLength) return value;
    this.problem(
      path,
      `1자 이상 ${maxLength}자 이하의 글이어야 합니다.`,
      `must be text of 1 to ${maxLength} characters.`,
    );
    return "";
  }

  /** `what` says in both languages what the form is. */
  form(value: unknown, path: string, pattern: RegExp, what: Bilingual): string {
    if (typeof value === "string" && pattern.test(value)) return value;
    this.problem(path, what.ko, what.en);
    return "";
  }

  bilingual(value: unknown, path: string, maxLength: number): Bilingual {
    const { ko, en } = this.fields(value, path, ["ko", "en"]);
    return { ko: this.text(ko, join(path, "ko"), maxLength), en: this.text(en, join(path, "en"), maxLength) };
  }

  list<T>(
    value: unknown,
    path: string,
    length: { min: number; max: number },
    read: (value: unknown, path: string) => T,
  ): readonly T[] {
    if (!Array.isArray(value) || value.length < length.min || value.length > length.max) {
      const { min, max } = length;
      this.problem(path, `${min}개 이상 ${max}개 이하의 목록이어야 합니다.`, `must be a list of ${min} to ${max}.`);
      return [];
    }
    return value.map((item, index) => read(item, `${path}[${index}]`));
  }
}

export function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
