/** A sentence in both languages; which one is shown is the reader's choice (`LANG`). */
export type Text = { readonly ko: string; readonly en: string };

export type Language = keyof Text;

/** `LANG=ko_KR.UTF-8` and the like choose Korean; anything else English. `LC_ALL` goes before `LANG` (POSIX). */
export function chooseLanguage(env: Readonly<Record<string, string | undefined>>): Language {
  const locale = env.LC_ALL || env.LC_MESSAGES || env.LANG || "";
  return locale.toLowerCase().startsWith("ko") ? "ko" : "en";
}
