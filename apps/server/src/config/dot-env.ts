/** A line of a `.env` file that could not be understood; its text is never repeated, since it may hold a secret. */
export type DotEnvProblem = { readonly line: number };

export type DotEnv = {
  readonly values: ReadonlyMap<string, string>;
  readonly problems: readonly DotEnvProblem[];
};

const assignment = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/;

/**
 * Reads the text of a `.env` file: `NAME=value` a line, `#` comments, an optional `export`, values bare,
 * 'as they stand' or "with \n, \" and \\". Nothing spans lines and nothing is substituted.
 *
 * Ours rather than `util.parseEnv`, which takes a line without `=` as the start of the next name and says nothing:
 * a mistyped setting would vanish silently.
 */
export function parseDotEnv(text: string): DotEnv {
  const values = new Map<string, string>();
  const problems: DotEnvProblem[] = [];
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  lines.forEach((rawLine, index) => {
    const line = rawLine.trim();
    if (line === "" || line.startsWith("#")) return;
    const [, name, rawValue] = assignment.exec(line) ?? [];
    const value = rawValue === undefined ? undefined : parseValue(rawValue);
    if (name === undefined || value === undefined) problems.push({ line: index + 1 });
    else values.set(name, value);
  });
  return { values, problems };
}

/** `undefined` when a quote is not closed, or something other than a comment follows it. */
function parseValue(raw: string): string | undefined {
  const quote = raw[0];
  if (quote !== "'" && quote !== '"') return raw.replace(/(?:^|\s+)#.*$/, "").trimEnd();
  const quoted = quote === "'" ? /^'([^']*)'\s*(?:#.*)?$/ : /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/;
  const inside = quoted.exec(raw)?.[1];
  if (inside === undefined || quote === "'") return inside;
  return inside.replace(/\\(.)/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
}
