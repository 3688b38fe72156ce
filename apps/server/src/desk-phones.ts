import type { DeskPhones } from "@jikimi/desk";
import { type AgentId, Listeners } from "@jikimi/kernel";

/** The telephones that a person has registered, for their desk; none of them is a browser tab. */
export class RegisteredPhones implements DeskPhones {
  readonly #count: (agentId: AgentId) => number;
  readonly #changes = new Listeners<{ readonly agentId: AgentId }>();

  constructor(count: (agentId: AgentId) => number) {
    this.#count = count;
  }

  view(agentId: AgentId): ReturnType<DeskPhones["view"]> {
    return { holder: "nobody", registered: false, otherPhones: this.#count(agentId) };
  }

  onChange(listener: (change: { readonly agentId: AgentId }) => void): () => void {
    return this.#changes.add(listener);
  }

  onTaken(): () => void {
    return () => {};
  }

  changed(agentId: AgentId): void {
    this.#changes.emit({ agentId });
  }
}
