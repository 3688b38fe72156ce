import type { StartOptions } from "../app/start.tsx";
import { BrowserClock } from "../clock/browser-clock.ts";
import { BrowserSound } from "./browser-sound.ts";

/** What the page's telephone is made of; its SIP comes with the first telephone, so that the page is there before it. */
export function browserTelephone(): StartOptions {
  const clock = new BrowserClock();
  const sound = new BrowserSound({ clock });
  return {
    sound,
    openTelephone: async ({ webSocketPath, addressOfRecord, displayName, registers = true }) => {
      const { SipTelephone } = await import("./sip-telephone.ts");
      const scheme = location.protocol === "https:" ? "wss" : "ws";
      const webSocketUrl = `${scheme}://${location.host}${webSocketPath}`;
      return new SipTelephone({ webSocketUrl, addressOfRecord, displayName, registers, sound, clock });
    },
  };
}
