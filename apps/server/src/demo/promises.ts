import type { CallEvent } from "@jikimi/calls";

/** What the demo saw of one call: its whole account, and its recording checked. */
export type Account = {
  readonly events: readonly (CallEvent | { readonly kind: string; readonly atMs: number })[];
  readonly recording: { readonly verified: boolean; readonly durationMs: number } | null;
};

/** Promises of a scene, held against the account; what is broken is said in words. */
export class Promises {
  readonly broken: string[] = [];
  readonly #account: Account;

  constructor(account: Account) {
    this.#account = account;
  }

  /** The bridge came after a notice that left in full. */
  noticeBeforeBridge(): this {
    const notice = this.#find("notice-completed");
    const bridged = this.#find("bridged");
    if (notice === undefined || bridged === undefined) return this.#break("no notice, or no bridge");
    if (!("outcome" in notice) || notice.outcome !== "completed")
      return this.#break("the notice did not leave in full");
    return notice.atMs <= bridged.atMs ? this : this.#break("bridged before the notice was over");
  }

  inOrder(...kinds: readonly string[]): this {
    let from = 0;
    for (const kind of kinds) {
      const at = this.#account.events.findIndex((event, i) => i >= from && event.kind === kind);
      if (at < 0) return this.#break(`${kind} is missing, or out of order (${kinds.join(" → ")})`);
      from = at + 1;
    }
    return this;
  }

  never(...kinds: readonly string[]): this {
    for (const kind of kinds) if (this.#find(kind) !== undefined) this.#break(`${kind} happened`);
    return this;
  }

  heard(speaker: string, atLeast: number): this {
    const count = this.#spoken(speaker);
    return count >= atLeast ? this : this.#break(`${count} utterances of the ${speaker} heard, not ${atLeast}`);
  }

  unheard(speaker: string): this {
    const count = this.#spoken(speaker);
    return count === 0 ? this : this.#break(`${count} utterances of the ${speaker} heard in silence`);
  }

  abusiveLabel(label: string): this {
    const found = this.#account.events.some(
      (event) => event.kind === "assessed" && "evidence" in event && event.abusive && (event.labels[label] ?? 0) >= 0.5,
    );
    return found ? this : this.#break(`nothing was judged as ${label}`);
  }

  endedBy(by: "caller" | "agent" | "jikimi"): this {
    const bye = this.#find("bye");
    return bye !== undefined && "by" in bye && bye.by === by ? this : this.#break(`the call was not ended by ${by}`);
  }

  rested(): this {
    return this.#find("rest-started") === undefined ? this.#break("no rest was given") : this;
  }

  recorded(): this {
    const { recording } = this.#account;
    if (recording === null || recording.durationMs <= 0) return this.#break("no recording");
    return recording.verified ? this : this.#break("the recording does not verify");
  }

  #spoken(speaker: string): number {
    const spoken = this.#account.events.filter(
      (event) => event.kind === "utterance" && "speaker" in event && event.speaker === speaker,
    );
    return spoken.length;
  }

  #find(kind: string) {
    return this.#account.events.find((event) => event.kind === kind);
  }

  #break(words: string): this {
    this.broken.push(words);
    return this;
  }
}
