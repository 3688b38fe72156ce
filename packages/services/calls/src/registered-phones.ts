import type { DirectoryView, Person } from "@jikimi/directory";
import { type AgentId, type Clock, Listeners, type Log } from "@jikimi/kernel";
import type { Binding, Registrar, RegistrarEvent, UserAgent } from "@jikimi/sip";
import { BrowserPhones } from "./browser-phones.ts";
import { isPage } from "./is-page.ts";
import type { AgentPhones } from "./signalling.ts";

/** All telephones that people have registered, browsers among them: the registrar's answer by person. */
export class RegisteredPhones implements AgentPhones {
  readonly pages: BrowserPhones;
  readonly #directory: () => DirectoryView;
  readonly #newPages: Listeners<{ readonly agentId: AgentId; readonly binding: Binding }>;
  /** By user and Contact: over which connection it was reached last. */
  readonly #connections = new Map<string, string | null>();
  #registrar: Registrar | null = null;

  constructor({ clock, log, directory }: { clock: Clock; log: Log; directory: () => DirectoryView }) {
    this.#directory = directory;
    this.#newPages = new Listeners((failure) => log.error({ failure }, "a listener of telephones failed"));
    this.pages = new BrowserPhones({
      clock,
      log,
      bindings: {
        lookup: (agentId) => {
          const person = directory().person(agentId);
          return person === null ? [] : this.lookup(person);
        },
        withdraw: (binding) => this.#registrar?.withdraw(binding),
      },
    });
  }

  /** From now on what these say is what is known. */
  follow(registrar: Registrar, userAgent: Pick<UserAgent, "onFlowClosed">): void {
    this.#registrar = registrar;
    registrar.onEvent((event) => this.#hear(event));
    userAgent.onFlowClosed((flow) => this.pages.closed(flow));
  }

  lookup(person: Person): readonly Binding[] {
    return this.#registrar?.lookup(person.sipUsername) ?? [];
  }

  onPage(listener: (page: { readonly agentId: AgentId; readonly binding: Binding }) => void): () => void {
    return this.#newPages.add(listener);
  }

  #hear(event: RegistrarEvent): void {
    const { binding } = event;
    const agentId = this.#directory().personByUsername(binding.user)?.id ?? null;
    if (agentId === null) return;
    const key = `${binding.user} ${binding.contact}`;
    const { connectionId } = binding.flow;
    if (event.kind === "unregistered") {
      this.#connections.delete(key);
      this.pages.unregistered(agentId);
      return;
    }
    const isNew = !this.#connections.has(key) || this.#connections.get(key) !== connectionId;
    this.#connections.set(key, connectionId);
    this.pages.registered(agentId, binding);
    if (isNew && isPage(binding.flow)) this.#newPages.emit({ agentId, binding });
  }
}
