import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
} from "@mantine/core";

/** The one accent: a deep sea green, far from every colour that means danger. */
const sea: MantineColorsTuple = [
  "#eaf6f6",
  "#d8ebec",
  "#b0d5d7",
  "#84bec2",
  "#5facb1",
  "#3f979d",
  "#2a848b",
  "#1c6f77",
  "#125c64",
  "#084a52",
];

/** Risk is amber, never red: it asks for attention and does not shout. */
const amber: MantineColorsTuple = [
  "#fff6e4",
  "#fdebc8",
  "#fad794",
  "#f5c15c",
  "#eeae30",
  "#dc9a16",
  "#b97f0b",
  "#8f6206",
  "#6b4a07",
  "#4b3508",
];

const gray: MantineColorsTuple = [
  "#f6f8f8",
  "#edf0f1",
  "#e0e5e6",
  "#cdd4d6",
  "#b3bcbf",
  "#8d989c",
  "#667276",
  "#4b565a",
  "#343d41",
  "#20272a",
];

const dark: MantineColorsTuple = [
  "#dde3e5",
  "#b7c0c3",
  "#939ea2",
  "#6d787c",
  "#4a555a",
  "#384246",
  "#2b3438",
  "#20282b",
  "#181e21",
  "#101517",
];

export const theme = createTheme({
  components: {
    // Locking the scroll would write a `<style>` element, which the content security policy refuses.
    Modal: {
      defaultProps: {
        lockScroll: false,
        centered: true,
        overlayProps: { backgroundOpacity: 0.4 },
        // Its `<header>` would be a second banner of the page.
        attributes: { header: { role: "presentation" } },
      },
    },
    // Where it belongs in the order of reading, and in its landmark.
    Menu: { defaultProps: { withinPortal: false, withInitialFocusPlaceholder: false } },
    Button: { defaultProps: { loaderProps: { type: "dots" } } },
    Tooltip: { defaultProps: { withArrow: true } },
  },
  colors: { sea, amber, gray, dark },
  primaryColor: "sea",
  primaryShade: { light: 7, dark: 4 },
  // The accent is dark by day and light by night; the words on it are the other.
  variantColorResolver: (input) => ({
    ...defaultVariantColorsResolver(input),
    ...(input.variant === "filled" && input.color === "sea" ? { color: "var(--jk-on-accent)" } : {}),
  }),
  autoContrast: true,
  luminanceThreshold: 0.36,
  black: "#1b2225",
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  focusRing: "auto",
  fontFamily:
    '"Pretendard Variable", Pretendard, "Apple SD Gothic Neo", "Noto Sans KR", "Malgun Gothic", system-ui, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace',
  headings: {
    fontWeight: "650",
    sizes: {
      h1: { fontSize: "1.5rem", lineHeight: "1.35" },
      h2: { fontSize: "1.125rem", lineHeight: "1.4" },
      h3: { fontSize: "1rem", lineHeight: "1.45" },
    },
  },
  fontSizes: { xs: "0.8125rem", sm: "0.875rem", md: "0.9375rem", lg: "1.0625rem", xl: "1.25rem" },
  lineHeights: { xs: "1.45", sm: "1.5", md: "1.6", lg: "1.6", xl: "1.6" },
  radius: { xs: "4px", sm: "6px", md: "10px", lg: "14px", xl: "20px" },
});

/** Colours by what they mean; every pair of text and ground is at least 4.5 : 1 (measured by the accessibility test). */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-body": "#f4f6f6",
    "--mantine-color-dimmed": "#59656a",
    "--mantine-color-placeholder": "#6a767b",
    "--mantine-color-error": "#9a3412",
    "--jk-surface": "#ffffff",
    "--jk-raised": "#ffffff",
    "--jk-line": "#dfe5e6",
    "--jk-line-strong": "#8a969a",
    "--jk-text": "#1b2225",
    "--jk-quiet": "#59656a",
    "--jk-accent": "#1c6f77",
    "--jk-on-accent": "#ffffff",
    "--jk-accent-soft": "#e4f1f1",
    "--jk-accent-text": "#125c64",
    "--jk-risk-soft": "#fff4dd",
    "--jk-risk-line": "#e3b04a",
    "--jk-risk-text": "#6b4400",
    "--jk-calm-soft": "#e8f3ee",
    "--jk-calm-text": "#1f5c43",
    "--jk-shadow": "0 1px 2px rgb(20 40 45 / 6%), 0 4px 16px rgb(20 40 45 / 5%)",
  },
  dark: {
    "--mantine-color-body": "#14191b",
    "--mantine-color-dimmed": "#a3aeb2",
    "--mantine-color-placeholder": "#8f9a9e",
    "--mantine-color-error": "#f0a88a",
    "--jk-surface": "#1b2124",
    "--jk-raised": "#222a2d",
    "--jk-line": "#2f383c",
    "--jk-line-strong": "#76838a",
    "--jk-text": "#e3e8e9",
    "--jk-quiet": "#a3aeb2",
    "--jk-accent": "#5facb1",
    "--jk-on-accent": "#0c1214",
    "--jk-accent-soft": "#1c3336",
    "--jk-accent-text": "#9fd2d6",
    "--jk-risk-soft": "#332811",
    "--jk-risk-line": "#8a6a24",
    "--jk-risk-text": "#f3cf86",
    "--jk-calm-soft": "#18302a",
    "--jk-calm-text": "#a4d8c1",
    "--jk-shadow": "0 1px 2px rgb(0 0 0 / 30%), 0 6px 20px rgb(0 0 0 / 22%)",
  },
});
