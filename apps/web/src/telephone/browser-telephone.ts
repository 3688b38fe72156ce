import type { StartOptions } from "../app/start.tsx";
import { SilentSound, SilentTelephone } from "./silent-telephone.ts";

/** What the page's telephone is made of. */
export function browserTelephone(): StartOptions {
  const sound = new SilentSound();
  return { sound, openTelephone: () => Promise.resolve(new SilentTelephone(sound)) };
}
