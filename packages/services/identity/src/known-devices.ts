import { createHmac, timingSafeEqual } from "node:crypto";
import type { Clock, Random } from "@jikimi/kernel";
import { cookieOf, type Visit } from "./visit.ts";

const cookieName = "jikimi.device";
const dayMs = 86_400_000;
const validDays = 180;
/** People who share a desk share its browser. */
const mostPeople = 6;

/**
 * Browsers in which somebody signed in before carry a signed mark of it, one for each person. It opens nothing: it
 * only counts their wrong passwords apart from everybody else's, so that a stranger who guesses at an account does
 * not slow down its owner. Nothing is stored.
 */
export class KnownDevices {
  readonly #key: Uint8Array;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor({ key, clock, random }: { key: Uint8Array; clock: Clock; random: Random }) {
    this.#key = key;
    this.#clock = clock;
    this.#random = random;
  }

  /** What to count this browser by when `username` signs in; null when they never did here. */
  find({ cookies }: Visit, username: string): string | null {
    const mark = this.#marksIn(cookies).find((one) => this.#isFor(one, username));
    return mark?.split(".")[1] ?? null;
  }

  remember(visit: Visit, username: string): void {
    const day = Math.floor(this.#clock.nowMs() / dayMs).toString(36);
    const nonce = Buffer.from(this.#random.bytes(12)).toString("base64url");
    const others = this.#marksIn(visit.cookies).filter((mark) => !this.#isFor(mark, username));
    const marks = [`${day}.${nonce}.${this.#sign(username, day, nonce)}`, ...others].slice(0, mostPeople);
    const secure = visit.origin.startsWith("https:") ? "; Secure" : "";
    const maxAgeS = (validDays * dayMs) / 1000;
    visit.setCookie(
      `${cookieName}=${marks.join("~")}; Max-Age=${maxAgeS}; Path=/api/session; HttpOnly; SameSite=Lax${secure}`,
    );
  }

  #marksIn(cookies: string): string[] {
    const marks = (cookieOf(cookies, cookieName) ?? "").slice(0, 1024).split("~");
    return marks.filter((mark) => mark !== "").slice(0, mostPeople);
  }

  #isFor(mark: string, username: string): boolean {
    const [day = "", nonce = "", signature = ""] = mark.split(".");
    const given = Buffer.from(signature, "utf8");
    const wanted = Buffer.from(this.#sign(username, day, nonce), "utf8");
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return false;
    return this.#clock.nowMs() / dayMs - Number.parseInt(day, 36) <= validDays;
  }

  #sign(username: string, day: string, nonce: string): string {
    const mac = createHmac("sha256", this.#key).update(JSON.stringify([username, day, nonce]));
    return mac.digest("base64url").slice(0, 22);
  }
}
