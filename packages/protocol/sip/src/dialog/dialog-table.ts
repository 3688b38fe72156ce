import type { DialogEntry, DialogTable } from "../agent/core.ts";
import type { SipRequest } from "../message/message.ts";
import { dialogId } from "./dialog-state.ts";

/** Living dialogs by Call-ID and both tags. */
export class Dialogs implements DialogTable {
  readonly #byId = new Map<string, DialogEntry>();

  get size(): number {
    return this.#byId.size;
  }

  add(dialog: DialogEntry): void {
    this.#byId.set(dialog.id, dialog);
  }

  remove(dialog: DialogEntry): void {
    if (this.#byId.get(dialog.id) === dialog) this.#byId.delete(dialog.id);
  }

  get(id: { callId: string; localTag: string; remoteTag: string }): DialogEntry | null {
    return this.#byId.get(dialogId(id.callId, id.localTag, id.remoteTag)) ?? null;
  }

  /** The dialog an incoming request belongs to: our tag is in its To. */
  of(request: SipRequest): DialogEntry | null {
    const localTag = request.to.params.get("tag") ?? "";
    return this.get({ callId: request.callId, localTag, remoteTag: request.from.params.get("tag") ?? "" });
  }

  all(): DialogEntry[] {
    return [...this.#byId.values()];
  }
}
