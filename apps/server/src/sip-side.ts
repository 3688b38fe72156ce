import type { AgentPhones, Call, Signalling, TrunkDialling } from "@jikimi/calls";
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

export type SipSideOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly directory: Directory;
  /** The address every socket is bound to. */
  readonly bindHost: string;
  /** What others see in Via, Contact and From. */
  readonly advertisedHost: string;
  /** A person has a telephone registered, or has none any more. */
  readonly onPhones: (agentId: AgentId, registered: boolean) => void;
};

/** The SIP side of the server: user agent, transports, registrar, trunks, and what calls need of them. */
export class SipSide implements AsyncDisposable {
  readonly userAgent: SipUserAgent;
  readonly signalling: Signalling;
  readonly phones: AgentPhones;
  readonly #options: SipSideOptions;
  readonly #registrar: Registrar;
  readonly #registrations = new Map<TrunkId, TrunkRegistration>();
  #port = 0;

  constructor(options: SipSideOptions) {
    this.#options = options;
    const { clock, random, log, directory } = options;
    this.userAgent = new SipUserAgent({ clock, random, log });
    const authority = new DigestVerifier({
      clock,
      random,
      realm: directory.view().organisation?.sipRealm ?? "jikimi",
      ha1: ({ username, algorithm }) => {
        const ha1 = directory.view().ha1Of(username);
        if (ha1 === null) return null;
        return algorithm === "MD5" ? ha1.md5 : ha1.sha256;
      },
    });
    this.#registrar = new Registrar({ clock, log, authority });
    this.userAgent.useRegistrar(this.#registrar);
    this.#registrar.onEvent(({ binding: { user } }) => {
      const person = directory.view().personByUsername(user);
      if (person !== null) options.onPhones(person.id, this.#registrar.lookup(user).length > 0);
    });
    this.phones = { lookup: (person) => this.#registrar.lookup(person.sipUsername) };
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

  /** SIP over WebSocket, on the HTTP server's own port: hand it the upgrade requests for `/sip`. */
  async openWebSocket(httpPort: number): Promise<WebSocketTransport> {
    const { clock, advertisedHost } = this.#options;
    const allowedOrigins = [advertisedHost, "127.0.0.1", "localhost"].map((host) => `http://${host}:${httpPort}`);
    const advertised = { host: advertisedHost, port: httpPort };
    const transport = new WebSocketTransport({ clock, advertised, allowedOrigins });
    await this.userAgent.listen(transport);
    return transport;
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

  #trunkOf(invite: IncomingInvite): Trunk | null {
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

function destinationOf({ transport, host, port }: Trunk): Destination {
  return { kind: "address", transport: transport === "tcp" ? "TCP" : "UDP", host, port };
}
