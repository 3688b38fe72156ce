import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { type Bilingual, type Language, rememberLanguage, showLanguage } from "./language.ts";

/** The page's language, the way to another, and what the server says in both languages. */
export function useLanguage(): {
  language: Language;
  choose: (language: Language) => void;
  say: (text: Bilingual) => string;
} {
  const { i18n } = useTranslation();
  const language: Language = i18n.language === "en" ? "en" : "ko";
  const choose = useCallback(
    (next: Language) => {
      rememberLanguage(localStorage, next);
      void showLanguage(i18n, next);
    },
    [i18n],
  );
  const say = useCallback((text: Bilingual) => text[language] || text.ko, [language]);
  return { language, choose, say };
}
