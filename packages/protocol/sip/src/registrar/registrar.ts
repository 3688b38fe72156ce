import { type Clock, Listeners, type Log, type Timer } from "@jikimi/kernel";
import type {
  Binding,
  Destination,
  DigestAuthority,
  Flow,
  HeaderLines,
  RegisterAnswer,
  RegisterHandler,
  RegistrarEvent,
} from "../api.ts";
import type { SipRequest } from "../message/message.ts";
import { parseSipUri } from "../message/uri.ts";
import { type AskedContact, readContacts } from "./contacts.ts";

export type RegistrarOptions = {
  readonly clock: Clock;
  readonly log: Log;
  readonly authority: DigestAuthority;
  /** Whether who proved to be `username` may register `user`. Default: only under its own name. */
  readonly mayRegister?: (username: string, user: string) => boolean;
  /** Seconds. Default 60, 3 600 and 7 200. */
  readonly expires?: { readonly minSeconds: number; readonly defaultSeconds: number; readonly maxSeconds: number };
  /** Per user; default 10. */
  readonly maxBindingsPerUser?: number;
  /** In all; default 20 000. Beyond, a new phone is refused with 503. */
  readonly maxBindings?: number;
};

/** Why a binding goes. */
type Gone = Extract<RegistrarEvent, { kind: "unregistered" }>["why"];

/**
 * Knows where each user's phones are (RFC 3261 §10.3). A phone on a connection is reached over it and, on WebSocket,
 * forgotten with it; a phone on UDP is reached where its REGISTER came from, whatever its Contact says.
 */
export class Registrar implements RegisterHandler {
  readonly #options: Required<Omit<RegistrarOptions, "authority">> & { readonly authority: DigestAuthority };
  readonly #byUser = new Map<string, Map<string, Binding>>();
  readonly #expiry = new Map<Binding, Timer>();
  readonly #listeners: Listeners<RegistrarEvent>;

  constructor(options: RegistrarOptions) {
    this.#options = {
      mayRegister: (username, user) => username === user,
      expires: { minSeconds: 60, defaultSeconds: 3_600, maxSeconds: 7_200 },
      maxBindingsPerUser: 10,
      maxBindings: 20_000,
      ...options,
    };
    this.#listeners = new Listeners((failure) => options.log.error({ failure }, "a registrar listener failed"));
  }

  onEvent(listener: (event: RegistrarEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** The user's phones, highest q first, then the latest registered. */
  lookup(user: string): readonly Binding[] {
    const bindings = [...(this.#byUser.get(user)?.values() ?? [])];
    return bindings.sort((a, b) => b.q - a.q || b.expiresAtMs - a.expiresAtMs);
  }

  all(): readonly Binding[] {
    return [...this.#expiry.keys()];
  }

  async register(request: SipRequest, source: Flow): Promise<RegisterAnswer> {
    const user = parseSipUri(request.to.uri)?.user ?? null;
    if (user === null) return { status: 404, headers: [] };
    const verdict = await this.#options.authority.verify(request, source);
    if (verdict.kind === "denied") return { status: 403, headers: [] };
    if (verdict.kind === "challenge") {
      return { status: 401, headers: verdict.challenges.map((challenge) => ["WWW-Authenticate", challenge] as const) };
    }
    if (!this.#options.mayRegister(verdict.username, user)) return { status: 403, headers: [] };
    return this.#carryOut(request, source, user);
  }

  /** Takes a phone's registration back; it is not told, and may register again if it may at all. */
  withdraw(binding: Binding): void {
    if (this.#expiry.has(binding)) this.#remove(binding, "withdrawn");
  }

  flowClosed(flow: Flow): void {
    for (const binding of this.all()) {
      if (flow.connectionId === null || binding.flow.connectionId !== flow.connectionId) continue;
      if (flow.transport === "WS" || flow.transport === "WSS") this.#remove(binding, "connection-closed");
    }
  }

  /** Forgets everybody, without events: the end of the process. */
  close(): void {
    for (const timer of this.#expiry.values()) timer.cancel();
    this.#expiry.clear();
    this.#byUser.clear();
  }

  /** All or nothing: every contact is checked before the first is changed. */
  #carryOut(request: SipRequest, source: Flow, user: string): RegisterAnswer {
    const wanted = readContacts(request);
    const { minSeconds } = this.#options.expires;
    switch (wanted.kind) {
      case "bad":
        return { status: 400, reason: wanted.why, headers: [] };
      case "query":
        return this.#listing(user);
      case "remove-all":
        if (this.lookup(user).some((binding) => isOutOfOrder(binding, request))) return { status: 500, headers: [] };
        for (const binding of this.lookup(user)) this.#remove(binding, "asked");
        return this.#listing(user);
      case "update":
    }
    let added = 0;
    for (const contact of wanted.contacts) {
      if (contact.expiresSeconds !== null && contact.expiresSeconds > 0 && contact.expiresSeconds < minSeconds) {
        return { status: 423, headers: [["Min-Expires", String(minSeconds)]] };
      }
      const known = this.#find(user, contact);
      if (known !== null && isOutOfOrder(known, request)) return { status: 500, headers: [] };
      if (known === null && contact.expiresSeconds !== 0) added += 1;
    }
    if (this.#expiry.size + added > this.#options.maxBindings) return { status: 503, headers: [["Retry-After", "60"]] };
    if ((this.#byUser.get(user)?.size ?? 0) + added > this.#options.maxBindingsPerUser) {
      return { status: 403, reason: "Too many phones", headers: [] };
    }
    for (const contact of wanted.contacts) this.#update(request, source, user, contact);
    return this.#listing(user);
  }

  #update(request: SipRequest, source: Flow, user: string, contact: AskedContact): void {
    const known = this.#find(user, contact);
    if (contact.expiresSeconds === 0) {
      if (known !== null) this.#remove(known, "asked");
      return;
    }
    const { defaultSeconds, maxSeconds } = this.#options.expires;
    const lastsMs = Math.min(contact.expiresSeconds ?? defaultSeconds, maxSeconds) * 1_000;
    const binding: Binding = {
      user,
      contact: contact.uri,
      q: contact.q,
      expiresAtMs: this.#options.clock.nowMs() + lastsMs,
      callId: request.callId,
      cseq: request.cseq.number,
      instanceId: contact.instanceId,
      userAgent: request.headers.get("user-agent"),
      flow: source,
    };
    const refreshed = known !== null && known.contact === binding.contact;
    if (known !== null && !refreshed) this.#remove(known, "replaced");
    else if (known !== null) this.#forget(known);
    const bindings = this.#byUser.get(user) ?? new Map<string, Binding>();
    this.#byUser.set(user, bindings);
    bindings.set(binding.contact, binding);
    this.#expiry.set(
      binding,
      this.#options.clock.after(lastsMs, () => this.#remove(binding, "expired")),
    );
    this.#listeners.emit({ kind: "registered", binding, refreshed });
  }

  /** The same contact, or the same instance under a new one: a phone that started again. */
  #find(user: string, contact: AskedContact): Binding | null {
    const bindings = this.#byUser.get(user);
    const same = bindings?.get(contact.uri);
    if (same !== undefined || contact.instanceId === null) return same ?? null;
    return [...(bindings?.values() ?? [])].find((binding) => binding.instanceId === contact.instanceId) ?? null;
  }

  #remove(binding: Binding, why: Gone): void {
    this.#forget(binding);
    this.#listeners.emit({ kind: "unregistered", binding, why });
  }

  #forget(binding: Binding): void {
    this.#expiry.get(binding)?.cancel();
    this.#expiry.delete(binding);
    const bindings = this.#byUser.get(binding.user);
    bindings?.delete(binding.contact);
    if (bindings?.size === 0) this.#byUser.delete(binding.user);
  }

  #listing(user: string): RegisterAnswer {
    const nowMs = this.#options.clock.nowMs();
    const headers: HeaderLines = this.lookup(user).map((binding) => {
      const left = Math.max(0, Math.ceil((binding.expiresAtMs - nowMs) / 1_000));
      return ["Contact", `<${binding.contact}>;q=${binding.q};expires=${left}`] as const;
    });
    return { status: 200, headers };
  }
}

/** RFC 3261 §10.3 step 7: within one Call-ID only a higher CSeq counts. */
function isOutOfOrder(binding: Binding, request: SipRequest): boolean {
  return binding.callId === request.callId && request.cseq.number <= binding.cseq;
}

/** Where an INVITE for this binding goes: the way its REGISTER came. */
export function bindingDestination(binding: Binding): Destination {
  return { kind: "flow", flow: binding.flow };
}
