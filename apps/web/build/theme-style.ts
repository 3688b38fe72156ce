import { DEFAULT_THEME, defaultCssVariablesResolver, mergeMantineTheme } from "@mantine/core";
import type { Plugin } from "vite";
import { cssVariables, theme } from "../src/app/theme.ts";

const id = "virtual:theme.css";

/**
 * The theme's variables as a file. Mantine would write them into a `<style>` element, which a content security policy
 * without `unsafe-inline` refuses.
 */
export function themeStyle(): Plugin {
  return {
    name: "jikimi-theme-style",
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    load: (source) => (source === `\0${id}` ? themeText() : undefined),
  };
}

function themeText(): string {
  const merged = mergeMantineTheme(DEFAULT_THEME, theme);
  const base = defaultCssVariablesResolver(merged);
  const own = cssVariables(merged);
  return [
    block(":root", { ...base.variables, ...own.variables }),
    block(':root[data-mantine-color-scheme="light"]', { ...base.light, ...own.light }),
    block(':root[data-mantine-color-scheme="dark"]', { ...base.dark, ...own.dark }),
  ].join("\n");
}

function block(selector: string, variables: Record<string, string>): string {
  const lines = Object.entries(variables).map(([name, value]) => `  ${name}: ${value};`);
  return `${selector} {\n${lines.join("\n")}\n}\n`;
}
