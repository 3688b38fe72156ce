/** `LANG=ko…` speaks Korean; everything else, and no LANG at all, English. `LC_ALL` goes before `LANG` (POSIX). */
export function languageOf(env) {
  return /^ko/i.test(env.LC_ALL || env.LC_MESSAGES || env.LANG || "") ? "ko" : "en";
}

/** @param {{ ko: string, en: string }} text */
export function inLanguage(text) {
  return text[languageOf(process.env)];
}
