import i18next, { type i18n } from "i18next";
import { initReactI18next } from "react-i18next";
import { ko } from "./ko.ts";

export type Language = "ko" | "en";
export type Bilingual = { readonly ko: string; readonly en: string };

const key = "jikimi.language";

/** What was chosen on this machine; null: nothing yet, the organisation's language goes. */
export function chosenLanguage(storage: Storage): Language | null {
  const value = storage.getItem(key);
  return value === "ko" || value === "en" ? value : null;
}

/** Korean is in the first script; English comes when it is asked for. */
export async function startLanguage(language: Language): Promise<i18n> {
  const instance = i18next.createInstance();
  await instance.use(initReactI18next).init({
    lng: "ko",
    fallbackLng: false,
    resources: { ko: { translation: ko } },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  await showLanguage(instance, language);
  return instance;
}

export async function showLanguage(instance: i18n, language: Language): Promise<void> {
  if (!instance.hasResourceBundle(language, "translation")) {
    const { en } = await import("./en.ts");
    instance.addResourceBundle("en", "translation", en);
  }
  await instance.changeLanguage(language);
  document.documentElement.lang = language;
}

export function rememberLanguage(storage: Storage, language: Language): void {
  storage.setItem(key, language);
}
