import type { PoliciesInForce } from "@jikimi/calls";
import type { DirectoryView } from "@jikimi/directory";
import { type CallChange, type CallOpening, type CallRow, type JournalEvent, maskNumber } from "@jikimi/incidents";
import type { AgentId, DepartmentId } from "@jikimi/kernel";
import { reduceStory } from "./reduce-story.ts";
import { beginStory, type CallStory, type StoryEvent, type StoryFact } from "./story.ts";

/** Makes a call's account into its story: what the events name is looked up in the directory. */
export class Storyteller {
  readonly #directory: () => DirectoryView;
  readonly #policies: PoliciesInForce;
  readonly #nowMs: () => number;

  constructor(parts: { directory: () => DirectoryView; policies: PoliciesInForce; clock: { nowMs(): number } }) {
    this.#directory = parts.directory;
    this.#policies = parts.policies;
    this.#nowMs = () => parts.clock.nowMs();
  }

  begin(opening: CallOpening, first: JournalEvent): CallStory {
    const { callId, direction, startedAtMs, callerNumber, lineNumber } = opening;
    const { from } = fieldsOf(first);
    const dialler =
      direction === "outbound" && typeof from === "string" ? this.#directory().personByUsername(from) : null;
    return beginStory({
      callId,
      direction,
      trial: opening.trialKind,
      startedAtMs,
      otherNumber: maskNumber(callerNumber === "" ? null : callerNumber),
      lineNumber,
      department: { names: { ko: "", en: "" }, recordingMode: "all-call" },
      agentId: dialler?.id ?? null,
      policy: null,
    });
  }

  /** The event as the story takes it, after what has to be known for it. */
  read(event: JournalEvent, change: CallChange = {}): readonly StoryEvent[] {
    const { atMs } = event;
    const facts = [...this.#ofChange(change), ...this.#ofEvent(event, change)];
    return [...facts.map((fact) => ({ ...fact, atMs }) as StoryFact), event as StoryEvent];
  }

  /** The whole story of a call that is over, as far as its record still has it. */
  ofRecord(row: CallRow, events: readonly JournalEvent[]): CallStory {
    const [first, ...rest] = events;
    let story = this.begin(row, first ?? { kind: "invite", atMs: 0 });
    const { policyId, policyVersion, recognizer } = row;
    const known: CallChange = {
      ...(policyId === null || policyVersion === null ? {} : { policyId, policyVersion }),
      ...(recognizer === null ? {} : { recognizer }),
    };
    for (const event of rest) {
      for (const one of this.read(event, event.kind === "bridged" ? known : {})) story = reduceStory(story, one);
    }
    return story;
  }

  #ofChange({ policyId, policyVersion, recognizer }: CallChange): readonly Undated[] {
    const policy =
      policyId === undefined || policyVersion === undefined
        ? null
        : this.#policies.exactly(policyId, policyVersion, this.#directory());
    return [
      ...(policy === null ? [] : [{ kind: "under-policy", policy } as const]),
      ...(recognizer === undefined ? [] : [{ kind: "listened-to-by", recognizer } as const]),
    ];
  }

  #ofEvent(event: JournalEvent, { agentId }: CallChange): readonly Undated[] {
    const { departmentId, to } = fieldsOf(event);
    switch (event.kind) {
      case "routed": {
        const directory = this.#directory();
        const department = directory.department(departmentId as DepartmentId);
        if (department === null) return [];
        const { names, recordingMode } = department;
        const policy = this.#policies.of(department, directory, this.#nowMs());
        return [{ kind: "routed-to", department: { names, recordingMode }, policy }];
      }
      case "transferring":
        return [{ kind: "rings-at", agentId: this.#personCalled(to) }];
      case "transferred":
        return [{ kind: "passed-to", agentId: agentId === undefined ? this.#personCalled(to) : agentId }];
      default:
        return [];
    }
  }

  #personCalled(to: unknown): AgentId | null {
    if (typeof to !== "string") return null;
    const directory = this.#directory();
    return (directory.person(to as AgentId) ?? directory.personByUsername(to))?.id ?? null;
  }
}

/** A fact before it is dated. */
export type Undated = StoryFact extends infer Fact ? (Fact extends StoryFact ? Omit<Fact, "atMs"> : never) : never;

function fieldsOf(event: JournalEvent): { readonly [field: string]: unknown } {
  return event as unknown as { readonly [field: string]: unknown };
}
