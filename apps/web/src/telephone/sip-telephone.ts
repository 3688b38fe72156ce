import type { Clock, Timer } from "@jikimi/kernel";
import {
  type Invitation,
  Inviter,
  Registerer,
  RegistererState,
  type Session,
  SessionState,
  UserAgent,
  Web,
} from "sip.js";
import { Store } from "../live/store.ts";
import { dialTarget } from "./dial-target.ts";
import {
  type Telephone,
  type TelephoneCall,
  TelephoneError,
  type TelephoneSound,
  type TelephoneState,
} from "./telephone.ts";

/** Half a second, doubling up to 8 s; at once when the browser says that the network is back. */
const retryMs = { first: 500, most: 8000 };
const registrationS = 120;
const gatheringMs = 1500;
/** The call is one that this desk was on already. */
const resumeHeader = "X-Jikimi-Resume";

export type SipTelephoneOptions = {
  /** `wss://desk.example/sip?tab=…`; the session's cookie is the proof, so that no password is needed. */
  readonly webSocketUrl: string;
  /** `sip:agent1@desk.example` */
  readonly addressOfRecord: string;
  readonly displayName: string;
  /** False: it only places calls, and is known by its connection. */
  readonly registers: boolean;
  readonly sound: TelephoneSound;
  readonly clock: Clock;
};

/** A telephone on stock sip.js. */
export class SipTelephone implements Telephone {
  readonly sound: TelephoneSound;
  readonly #userAgent: UserAgent;
  /** Null: nobody rings this telephone. */
  readonly #registerer: Registerer | null;
  readonly #clock: Clock;
  readonly #store = new Store<TelephoneState>({ line: "off", call: null, muted: false });
  #session: Session | null = null;
  #wanted = false;
  #retry: Timer | null = null;
  #retryDelayMs = retryMs.first;
  #stopWatchingSound: (() => void) | null = null;

  constructor({ webSocketUrl, addressOfRecord, displayName, registers, sound, clock }: SipTelephoneOptions) {
    this.sound = sound;
    this.#clock = clock;
    const uri = UserAgent.makeURI(addressOfRecord);
    if (uri === undefined) throw new TelephoneError("bad-number");
    this.#userAgent = new UserAgent({
      uri,
      displayName,
      transportOptions: { server: webSocketUrl, traceSip: false },
      logBuiltinEnabled: false,
      reconnectionAttempts: 0,
      gracefulShutdown: true,
      sessionDescriptionHandlerFactory: Web.defaultSessionDescriptionHandlerFactory(async () => {
        const stream = await sound.open();
        return new MediaStream(stream.getAudioTracks().map((track) => track.clone()));
      }),
      sessionDescriptionHandlerFactoryOptions: {
        iceGatheringTimeout: gatheringMs,
        peerConnectionConfiguration: { iceServers: [] },
      },
      delegate: {
        onConnect: () => this.#connected(),
        onDisconnect: () => this.#disconnected(),
        onInvite: (invitation) => this.#rung(invitation),
      },
    });
    this.#registerer = registers ? new Registerer(this.#userAgent, { expires: registrationS }) : null;
    this.#registerer?.stateChange.addListener((state) => {
      if (state === RegistererState.Registered) this.#store.change({ line: "registered" });
      else if (this.#store.get().line === "registered")
        this.#store.change({ line: this.#wanted ? "connecting" : "off" });
    });
  }

  readonly snapshot = (): TelephoneState => this.#store.get();
  readonly subscribe = (listener: () => void): (() => void) => this.#store.subscribe(listener);

  start(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    window.addEventListener("online", this.#retryNow);
    this.#store.change({ line: "connecting" });
    this.#userAgent.start().catch(() => this.#disconnected());
  }

  async stop(): Promise<void> {
    this.#wanted = false;
    window.removeEventListener("online", this.#retryNow);
    this.#cancelRetry();
    await this.hangUp().catch(() => {});
    await this.#registerer?.unregister().catch(() => {});
    await this.#userAgent.stop().catch(() => {});
    this.sound.quiet();
    this.#store.change({ line: "off", call: null });
  }

  async answer(): Promise<void> {
    const session = this.#session;
    if (session === null || !isIncoming(session) || session.state !== SessionState.Initial) return;
    this.sound.quiet();
    await this.sound.open();
    await session.accept();
  }

  async decline(): Promise<void> {
    const session = this.#session;
    if (session !== null && isIncoming(session) && session.state === SessionState.Initial) await session.reject();
  }

  async hangUp(): Promise<void> {
    const session = this.#session;
    if (session === null) return;
    if (session.state === SessionState.Established) await session.bye();
    else if (isIncoming(session)) await session.reject();
    else if (session instanceof Inviter) await session.cancel();
  }

  async dial(target: string): Promise<void> {
    if (this.#store.get().line !== "registered") throw new TelephoneError("not-connected");
    const uri = UserAgent.makeURI(dialTarget(target, this.#userAgent.configuration.uri.host));
    if (uri === undefined) throw new TelephoneError("bad-number");
    await this.sound.open();
    const inviter = new Inviter(this.#userAgent, uri, { earlyMedia: true });
    this.#seat(inviter, { phase: "dialling", direction: "outbound", silent: false });
    await new Promise<void>((resolve, reject) => {
      const requestDelegate = {
        onAccept: () => resolve(),
        onReject: ({ message }: { message: { statusCode?: number | undefined } }) =>
          reject(new TelephoneError("refused", { status: message.statusCode ?? null })),
      };
      inviter.invite({ requestDelegate }).catch((cause: unknown) => reject(new TelephoneError("refused", { cause })));
    });
  }

  setMuted(muted: boolean): void {
    this.#store.change({ muted });
    this.#applyMute();
  }

  sendDigit(digit: string): boolean {
    return handlerOf(this.#session)?.sendDtmf(digit) ?? false;
  }

  #rung(invitation: Invitation): void {
    const resumed = invitation.request.getHeader(resumeHeader) !== undefined;
    const before = this.#session;
    if (before !== null && !resumed) {
      void invitation.reject({ statusCode: 486 });
      return;
    }
    if (before !== null) void before.dispose();
    this.#seat(invitation, { phase: "incoming", direction: "inbound", silent: false });
    if (resumed) void this.answer().catch(() => this.decline());
    else this.sound.cue("ring");
  }

  /** The session has the telephone until it is over. */
  #seat(session: Session, call: TelephoneCall): void {
    this.#session = session;
    this.#store.change({ call });
    session.delegate = {
      onSessionDescriptionHandler: () => this.#carry(session),
    };
    session.stateChange.addListener((state) => {
      if (this.#session !== session) return;
      if (state === SessionState.Established) {
        this.sound.quiet();
        this.#carry(session);
        this.#applyMute();
        this.#store.change({ call: { ...call, phase: "connected" } });
      } else if (state === SessionState.Terminated) {
        this.#over();
      }
    });
  }

  #over(): void {
    this.#session = null;
    this.sound.quiet();
    this.sound.play(null);
    this.sound.close();
    this.#stopWatchingSound?.();
    this.#stopWatchingSound = null;
    this.#store.change({ call: null, muted: false });
  }

  /** Sound to the speaker, and whether any comes; another microphone takes the place of the first while talking. */
  #carry(session: Session): void {
    const handler = handlerOf(session);
    const connection = handler?.peerConnection;
    if (handler === null || connection === undefined) return;
    this.sound.play(handler.remoteMediaStream);
    connection.onconnectionstatechange = () => {
      const { call } = this.#store.get();
      if (this.#session !== session || call === null) return;
      const silent = ["disconnected", "failed"].includes(connection.connectionState);
      if (silent !== call.silent) this.#store.change({ call: { ...call, silent } });
    };
    this.#stopWatchingSound?.();
    let microphoneId = this.sound.snapshot().microphoneId;
    this.#stopWatchingSound = this.sound.subscribe(() => {
      if (this.sound.snapshot().microphoneId === microphoneId) return;
      microphoneId = this.sound.snapshot().microphoneId;
      void this.#changeMicrophone(connection);
    });
  }

  async #changeMicrophone(connection: RTCPeerConnection): Promise<void> {
    const [track] = (await this.sound.open()).getAudioTracks();
    const sender = connection.getSenders().find((one) => one.track?.kind === "audio");
    if (track === undefined || sender === undefined) return;
    const before = sender.track;
    await sender.replaceTrack(track.clone());
    before?.stop();
    this.#applyMute();
  }

  #applyMute(): void {
    for (const { track } of handlerOf(this.#session)?.peerConnection?.getSenders() ?? []) {
      if (track !== null) track.enabled = !this.#store.get().muted;
    }
  }

  #connected(): void {
    this.#retryDelayMs = retryMs.first;
    this.#cancelRetry();
    if (!this.#wanted) return;
    this.#store.change({ line: this.#registerer === null ? "registered" : "connecting" });
    this.#registerer?.register().catch(() => this.#retryLater());
  }

  #disconnected(): void {
    if (!this.#wanted) return;
    this.#store.change({ line: "lost" });
    this.#retryLater();
  }

  #retryLater(): void {
    this.#cancelRetry();
    if (!this.#wanted) return;
    const delayMs = this.#retryDelayMs;
    this.#retryDelayMs = Math.min(retryMs.most, delayMs * 2);
    this.#retry = this.#clock.after(delayMs, this.#retryNow);
  }

  readonly #retryNow = (): void => {
    this.#cancelRetry();
    if (!this.#wanted || this.#userAgent.isConnected()) return;
    this.#userAgent.reconnect().catch(() => this.#retryLater());
  };

  #cancelRetry(): void {
    this.#retry?.cancel();
    this.#retry = null;
  }
}

function isIncoming(session: Session): session is Invitation {
  return !(session instanceof Inviter);
}

function handlerOf(session: Session | null): Web.SessionDescriptionHandler | null {
  const handler = session?.sessionDescriptionHandler;
  return handler instanceof Web.SessionDescriptionHandler ? handler : null;
}
