/** `LANG=ko…` speaks Korean; everything else, and no LANG at all, speaks English. */
export function languageOf(env) {
  return /^ko/i.test(env.LANG || "") ? "ko" : "en";
}

/** @param {{ ko: string, en: string }} text */
export function inLanguage(text) {
  return text[languageOf(process.env)];
}
