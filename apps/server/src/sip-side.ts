import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import {
  type Call,
  PageAuthority,
  RegisteredPhones,
  type Signalling,
  type TrialLines,
  type TrunkDialling,
} from "@jikimi/calls";
import type { Directory, Trunk } from "@jikimi/directory";
import type { AgentId, Clock, Log, Random, TrunkId } from "@jikimi/kernel";
import { nationalDigits, type PhoneNumber } from "@jikimi/routing";
import {
  type Destination,
  DigestVerifier,
  formatSipUri,
  type IncomingInvite,
  Registrar,
  SipUserAgent,
  sipUri,
  TcpTransport,
  TrunkRegistration,
  UdpTransport,
  WebSocketTransport,
} from "@jikimi/sip";
import { findFreePort } from "./free-port.ts";
import type { SessionWatch, WhoAsks } from "./who-asks.ts";

export type SipSideOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly directory: Directory;
  /** The address every socket is bound to. */
  readonly bindHost: string;
  /** What others see in Via, Contact and From. */
  readonly advertisedHost: string;
  readonly trials: TrialLines;
  /** Whose session an upgrade request carries. */
  readonly authenticate: WhoAsks;
  readonly watchSession: SessionWatch;
  /** A person has a telephone registered, or has none any more. */
  readonly onPhones: (agentId: AgentId, registered: boolean) => void;
};

/** The SIP side of the server: user agent, transports, registrar, trunks, and what calls need of them. */
export class SipSide implements AsyncDisposable {
  readonly userAgent: SipUserAgent;
  readonly signalling: Signalling;
  readonly phones: RegisteredPhones;
  readonly #options: SipSideOptions;
  readonly #registrar: Registrar;
  readonly #registrations = new Map<TrunkId, TrunkRegistration>();
  #port = 0;

  constructor(options: SipSideOptions) {
    this.#options = options;
    const { clock, random, log, directory } = options;
    this.userAgent = new SipUserAgent({ clock, random, log });
    const view = () => directory.view();
    this.phones = new RegisteredPhones({ clock, log, directory: view });
    const digest = new DigestVerifier({
      clock,
      random,
      realm: directory.view().organisation?.sipRealm ?? "jikimi",
      ha1: ({ username, algorithm }) => {
        const ha1 = directory.view().ha1Of(username);
        if (ha1 === null) return null;
        return algorithm === "MD5" ? ha1.md5 : ha1.sha256;
      },
    });
    const { pages } = this.phones;
    const authority = new PageAuthority({ pages, digest, person: (agentId) => view().person(agentId) });
    this.#registrar = new Registrar({ clock, log, authority });
    this.userAgent.useRegistrar(this.#registrar);
    this.phones.follow(this.#registrar, this.userAgent);
    this.userAgent.onFlowClosed((flow) => options.trials.disconnected(flow));
    // A page that reloads is away for a moment; its person is not.
    pages.onChange(({ agentId }) => {
      const { holder, otherPhones } = pages.view(agentId, null);
      options.onPhones(agentId, otherPhones > 0 || holder !== "nobody");
    });
    this.signalling = {
      userAgent: this.userAgent,
      authority,
      trunkOf: (invite) => this.#trunkOf(invite),
      identityForAgent: (call) => this.#identityForAgent(call),
      dialTrunk: (trunk, request) => this.#dialTrunk(trunk, request),
    };
  }

  /** Opens UDP and TCP on one port: the asked one, or the next that is free. */
  async listen(asked: number): Promise<{ port: number; taken: readonly number[] }> {
    const { bindHost: host, advertisedHost } = this.#options;
    const found = await findFreePort(host, asked, { udp: true });
    if (found === null) throw new Error(`no free SIP port from ${asked} on`);
    const advertised = { host: advertisedHost };
    const udp = await this.userAgent.listen(new UdpTransport({ host, port: found.port, advertised }));
    if (udp.kind !== "bound") throw new Error(`SIP over UDP cannot listen on port ${found.port}`);
    const { port } = udp.address;
    const tcp = await this.userAgent.listen(new TcpTransport({ host, port, advertised, clock: this.#options.clock }));
    if (tcp.kind !== "bound") throw new Error(`SIP over TCP cannot listen on port ${port}`);
    this.#port = port;
    return { port, taken: found.taken };
  }

  /**
   * SIP over WebSocket, on the HTTP server's own port: hand what it returns the upgrade requests for `/sip`, from pages of
   * ours alone.
   */
  async openWebSocket(
    httpPort: number,
  ): Promise<(request: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>> {
    const { clock, advertisedHost } = this.#options;
    const advertised = { host: advertisedHost, port: httpPort };
    const transport = new WebSocketTransport({ clock, advertised });
    await this.userAgent.listen(transport);
    return (request, socket, head) => this.#connect(transport, request, socket, head);
  }

  /**
   * Whose connection it is, is known before its first message: `?trial=` somebody's who plays a caller, once; with a
   * session the person's, in the tab that it names; else nobody's yet, and it will be asked for a password.
   */
  async #connect(transport: WebSocketTransport, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { trials, authenticate, watchSession, log } = this.#options;
    const asked = new URL(request.url ?? "/", "http://localhost").searchParams;
    const trial = asked.get("trial");
    if (trial !== null) {
      if (!trials.mayConnect(trial)) return refuseUpgrade(socket);
      return transport.handleUpgrade(request, socket, head, (flow) => trials.connected(trial, flow));
    }
    const onError = () => socket.destroy();
    socket.on("error", onError);
    const who = await authenticate(request).catch((cause: unknown) => {
      log.error({ cause }, "a session could not be read; the telephone is asked for a password");
      return null;
    });
    socket.off("error", onError);
    if (socket.destroyed) return;
    transport.handleUpgrade(request, socket, head, (flow) => {
      if (who?.kind !== "person") return;
      const tab = asked.get("tab")?.slice(0, longestTabName) ?? flow.connectionId ?? "";
      const { pages } = this.phones;
      pages.opened(flow, { agentId: who.personId, sessionId: who.sessionId, tab });
      const unwatch = watchSession(who.sessionId, () => pages.sessionEnded(who.sessionId));
      socket.once("close", unwatch);
    });
  }

  /** Registers with the providers that want it, and follows the directory. */
  startTrunks(): void {
    const { directory } = this.#options;
    for (const trunk of directory.view().trunks) this.#startTrunk(trunk);
    directory.onChange((change) => {
      if (change.kind !== "trunk") return;
      void this.#registrations.get(change.id)?.stop();
      this.#registrations.delete(change.id);
      const trunk = directory.view().trunk(change.id);
      if (trunk !== null) this.#startTrunk(trunk);
    });
  }

  get registeredPhones(): number {
    return this.#registrar.all().length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#registrations.values()].map((registration) => registration.stop()));
    await this.userAgent.close({ graceMs: 1000 });
    this.#registrar.close();
  }

  /** No carrier comes over WebSocket. */
  #trunkOf(invite: IncomingInvite): Trunk | null {
    if (invite.source.transport === "WS" || invite.source.transport === "WSS") return null;
    const view = this.#options.directory.view();
    for (const [id, registration] of this.#registrations) {
      if (registration.isFromProvider(invite)) return view.trunk(id);
    }
    return view.trunkOfSource(invite.source.remoteHost);
  }

  #startTrunk(trunk: Trunk): void {
    if (!trunk.active || trunk.route.kind !== "registered") return;
    const { clock, random, log, directory } = this.#options;
    const { username, authUsername, registrationIntervalMs } = trunk.route;
    const password = directory.openTrunkSecret(trunk.id) ?? "";
    const registration = new TrunkRegistration({
      userAgent: this.userAgent,
      clock,
      random,
      log,
      registrar: formatSipUri(sipUri({ host: trunk.host, port: trunk.port })),
      destination: destinationOf(trunk),
      addressOfRecord: formatSipUri(sipUri({ user: username, host: trunk.host })),
      credentials: { username: authUsername ?? username, password },
      expiresSeconds: Math.round(registrationIntervalMs / 1000),
    });
    registration.onStatus((status) => log.info({ trunk: trunk.id, status }, "trunk registration"));
    registration.start();
    this.#registrations.set(trunk.id, registration);
  }

  /** The department and the last digits: enough to recognise a call, too little to keep (PRODUCT §3.7). */
  #identityForAgent(call: Call): { uri: string; displayName: string } {
    const { names, language, displayNumber } = call.department;
    const user = displayNumber === null ? "jikimi" : nationalDigits(displayNumber as PhoneNumber);
    const displayName = names[language];
    return { uri: formatSipUri(sipUri({ user, host: this.#options.advertisedHost, port: this.#port })), displayName };
  }

  #dialTrunk(trunk: Trunk, { number, numberShown, offerSdp, maxForwards, signal }: TrunkDialling) {
    const format = (one: string) => (trunk.numberFormat === "e164" ? one : nationalDigits(one as PhoneNumber));
    const { advertisedHost, directory } = this.#options;
    const { route } = trunk;
    const credentials =
      route.kind === "registered"
        ? { username: route.authUsername ?? route.username, password: directory.openTrunkSecret(trunk.id) ?? "" }
        : null;
    return this.userAgent.invite({
      target: formatSipUri(sipUri({ user: format(number), host: trunk.host, port: trunk.port })),
      destination: destinationOf(trunk),
      from: { uri: formatSipUri(sipUri({ user: format(numberShown), host: advertisedHost })) },
      offerSdp,
      credentials,
      maxForwards,
      signal,
    });
  }
}

const longestTabName = 64;

function refuseUpgrade(socket: Duplex): void {
  socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
}

function destinationOf({ transport, host, port }: Trunk): Destination {
  return { kind: "address", transport: transport === "tcp" ? "TCP" : "UDP", host, port };
}
