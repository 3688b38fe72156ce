import type { Person } from "@jikimi/directory";
import type { AgentId } from "@jikimi/kernel";
import type { DigestAuthority, DigestVerdict, Flow, SipRequest } from "@jikimi/sip";
import type { BrowserPhones } from "./browser-phones.ts";

/**
 * Who may register and call: over a page's connection the person of its session, who needs no password there and is
 * nobody else; over every other way who proves a password. A page that is not its person's telephone may do neither.
 */
export class PageAuthority implements DigestAuthority {
  readonly #pages: BrowserPhones;
  readonly #digest: DigestAuthority;
  readonly #person: (agentId: AgentId) => Person | null;

  constructor(parts: { pages: BrowserPhones; digest: DigestAuthority; person: (agentId: AgentId) => Person | null }) {
    this.#pages = parts.pages;
    this.#digest = parts.digest;
    this.#person = parts.person;
  }

  async verify(request: SipRequest, source: Flow): Promise<DigestVerdict> {
    const owner = this.#pages.ownerOf(source);
    if (owner === null) return this.#digest.verify(request, source);
    const person = this.#person(owner.agentId);
    if (person === null || !person.active || this.#pages.refusalOf(source) !== null) return { kind: "denied" };
    return { kind: "ok", username: person.sipUsername };
  }
}
