import "../src/app/styles.css";
import "virtual:theme.css";
import "../src/app/base.css";
import { startApp } from "../src/app/start.tsx";
import { FakeSound, FakeTelephone } from "./fake-telephone.ts";

/** The same page with a telephone that talks to `mock-server.ts` in a few words of JSON instead of SIP. */
const sound = new FakeSound();
void startApp({
  sound,
  openTelephone: ({ webSocketPath }) => Promise.resolve(new FakeTelephone(webSocketPath, sound)),
});
