import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  AgentRoster,
  type BrowserPhones,
  CallControl,
  CallHearing,
  CallRecordings,
  PoliciesInForce,
  TrialLines,
} from "@jikimi/calls";
import { type Database, openDatabase } from "@jikimi/database";
import { Desk } from "@jikimi/desk";
import { aesSecretSeal, Directory, type SamplePassword } from "@jikimi/directory";
import type { Accounts } from "@jikimi/identity";
import { CallRecords, type ClosedAfterRestart, JournaledIncidents, SpoolingJournal } from "@jikimi/incidents";
import { type AgentId, type Clock, type Log, type Random, ResourceScope } from "@jikimi/kernel";
import { ListenWorkers } from "@jikimi/listen-workers";
import { MediaWorkers } from "@jikimi/media-workers";
import { SoundLibrary } from "@jikimi/notices";
import { parsePolicy } from "@jikimi/protection";
import { Keyring, RecordingShelf } from "@jikimi/recording";
import { CallAudio } from "./call-audio.ts";
import type { Config } from "./config/index.ts";
import { checkCutOffRecordings } from "./cut-off-recordings.ts";
import { readLines } from "./demo/lines.ts";
import { installTrial, publishPresets } from "./first-start.ts";
import { WebApp } from "./http/web-app.ts";
import { HttpSide } from "./http-side.ts";
import { abuseModelPath, openJudge } from "./judge.ts";
import { KeptRests } from "./kept-rests.ts";
import { keepingSounds } from "./kept-sounds.ts";
import { limitationsOf } from "./limitations.ts";
import { LiveSide } from "./live-side.ts";
import { modelFolders } from "./model-folders.ts";
import { plain } from "./operations/directory-operations.ts";
import { operationsOf } from "./operations/index.ts";
import { ourSample } from "./operations/setup-operations.ts";
import { recognizerChoice } from "./recognizer-choice.ts";
import { routingOf } from "./routing-adapter.ts";
import { removeRunFile, writeRunFile } from "./run-file.ts";
import { openAccounts, openSignIn } from "./sign-in.ts";
import { SipSide } from "./sip-side.ts";
import type { ServerStatus } from "./status-page.ts";
import { TrialRuns } from "./trial/trial-runs.ts";
import { version } from "./version.ts";
import type { SessionWatch } from "./who-asks.ts";
import { sourceExecArgv } from "./worker-entries.ts";

export type ComposeOptions = {
  readonly config: Config;
  readonly advertisedHost: string;
  /** Where `assets/` and `apps/` lie. */
  readonly root: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Where the sample trunk sends outbound calls: the simulated citizen's telephone. */
  readonly trialTrunkPort: number;
  /** What is being done, for who waits. */
  readonly onStep?: (step: StartStep) => void;
};

export type StartStep = "database" | "workers" | "sip";

/** A running Jikimi: everything that was built, in order; disposing takes it down in reverse. */
export type Jikimi = AsyncDisposable & {
  readonly sipPort: number;
  readonly httpPort: number;
  readonly takenPorts: readonly number[];
  readonly directory: Directory;
  readonly records: CallRecords;
  readonly journal: SpoolingJournal;
  readonly keyring: Keyring;
  readonly control: CallControl;
  readonly roster: AgentRoster;
  readonly desk: Desk;
  readonly media: MediaWorkers;
  readonly hearing: ListenWorkers;
  /** Which browser tab is whose telephone. */
  readonly pages: BrowserPhones;
  /** Shown once, at the very first start. */
  readonly samplePasswords: readonly SamplePassword[] | null;
  /** Makes the first administrator from another machine; null once there is one. */
  readonly setupCode: string | null;
  readonly closedAfterRestart: readonly ClosedAfterRestart[];
  status(): Promise<ServerStatus>;
};

/** What lies open whether or not a server runs: the database and what is read and changed through it. */
export type Records = {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly directory: Directory;
  readonly accounts: Accounts;
  readonly journal: SpoolingJournal;
  readonly records: CallRecords;
};

/** The part of Jikimi that a command opens when no server is running. */
export async function openRecords(
  { config, clock, random, log }: Pick<ComposeOptions, "config" | "clock" | "random" | "log">,
  scope: ResourceScope,
): Promise<Records> {
  await mkdir(config.dataFolder, { recursive: true, mode: 0o700 });
  const keyring = Keyring.open(join(config.dataFolder, "keys", "site.key"));
  const url = config.database.kind === "pglite" ? `pglite:${config.database.folder}` : config.database.url;
  const database = scope.use(await openDatabase({ url, clock, log }));
  const journal = scope.use(
    await SpoolingJournal.open({
      store: database.calls,
      spoolPath: join(config.dataFolder, "spool", "journal"),
      spoolKey: keyring.derive("journal spool"),
      clock,
      random,
      log,
    }),
  );
  const records = new CallRecords({ store: database.calls, journal, clock, random, log });
  const directory = await Directory.open({
    store: database.directory,
    seal: aesSecretSeal({ key: keyring.derive("directory secrets"), random }),
    checkPolicy: (body) => {
      const parsed = parsePolicy(body);
      return parsed.kind === "ok" ? [] : parsed.problems.map(({ path, message }) => ({ path, ...message }));
    },
    clock,
    random,
    log,
  });
  await publishPresets(directory);
  const accounts = openAccounts({ database, directory, keyring }, { clock, random, log });
  return { database, keyring, directory, accounts, journal, records };
}

/** Builds everything in order, in plain `new`, and starts it. Whatever fails, nothing stays half open. */
export async function compose(options: ComposeOptions): Promise<Jikimi> {
  const scope = new ResourceScope();
  try {
    return await build(options, scope);
  } catch (failure) {
    await scope[Symbol.asyncDispose]();
    throw failure;
  }
}

async function build(options: ComposeOptions, scope: ResourceScope): Promise<Jikimi> {
  const { config, advertisedHost, root, clock, random, log, onStep = () => {} } = options;
  const startedAtMs = clock.nowMs();
  // A worker's standard error is the server's: there only what people must see.
  const logLevel = config.logLevel === "debug" ? "debug" : "warn";

  onStep("workers");
  const media = scope.use(
    new MediaWorkers({
      entry: { path: join(root, "apps/media/src/main.ts"), execArgv: sourceExecArgv },
      config: {
        bindAddress: config.bindAddress,
        advertisedAddress: advertisedHost,
        rtpPorts: config.rtpPorts,
        logLevel,
      },
      workers: config.mediaWorkers,
      clock,
      log,
    }),
  );
  // A machine's voice, but one that costs each recogniser what a person's does (docs/benchmarks.md).
  const calibrationSound = (await readLines(root, "polite")).agent[2];
  const hearing = scope.use(
    new ListenWorkers({
      entry: { path: join(root, "apps/listen/src/main.ts"), execArgv: sourceExecArgv },
      config: {
        ...modelFolders(root, config.dataFolder),
        recognizers: [config.recognizer],
        ...(config.recognizerServer === null ? {} : { recognizerServer: config.recognizerServer }),
        tapHost: "127.0.0.1",
        ...(calibrationSound === undefined ? {} : { calibrationSound }),
        logLevel,
      },
      workers: config.listenWorkers,
      clock,
      log,
    }),
  );
  const workersStarted = Promise.all([media.start(), hearing.start()]);

  onStep("database");
  const kept = await openRecords(options, scope);
  const { database, directory, journal, keyring, records } = kept;
  const closedAfterRestart = await records.closeUnfinishedCalls("server-restarted");
  await workersStarted;

  onStep("sip");
  const view = () => directory.view();
  // Only who has a screen to write on gets time to.
  const wrapUpMs = (agentId: AgentId) => (desk.feed.hasDesk(agentId) ? config.wrapUpMs : 0);
  const roster = new AgentRoster({ clock, directory: view, wrapUpMs });
  const isActive = (agentId: AgentId) => view().person(agentId)?.active === true;
  scope.use(await KeptRests.open({ dataFolder: config.dataFolder, clock, log, roster, isActive }));
  const trials = new TrialLines({ clock, random });
  const onCall = (personId: AgentId) => roster.presence(personId).kind === "talking";
  const signIn = await openSignIn(kept, { clock, random, log, config, onCall });
  const { authenticate } = signIn;
  const watchSession: SessionWatch = (sessionId, onOver) => signIn.identity.watch(sessionId, onOver);
  const sip = scope.use(
    new SipSide({
      clock,
      random,
      log,
      directory,
      trials,
      authenticate,
      watchSession,
      bindHost: config.bindAddress,
      advertisedHost,
      onPhones: (agentId, registered) => roster.apply(agentId, { kind: registered ? "signed-in" : "signed-out" }),
    }),
  );
  const limitations = limitationsOf(config, database);
  const desk: Desk = scope.use(
    new Desk({
      journal,
      records,
      roster,
      directory: view,
      policies: new PoliciesInForce(log),
      store: database.desk,
      phones: sip.phones.pages,
      health: () => ({
        hearing: hearing.health().some(({ alive }) => alive) ? "ok" : "down",
        media: media.health().some(({ alive }) => alive) ? "ok" : "down",
        records: recordsHealth[journal.health().state],
        recognizer: hearing.health().some(({ alive }) => alive) ? config.recognizer : null,
        limitations,
      }),
      clock,
      random,
      log,
    }),
  );
  scope.defer(
    hearing.onEvent((event) => {
      if (event.kind === "lagging") desk.board.learn(event.callId, { kind: "lagging", lagMs: event.lagMs });
    }),
  );
  const sounds = SoundLibrary.load({
    soundsFolder: join(root, "assets/sounds/notices"),
    customFolder: join(config.dataFolder, "announcements"),
    departmentIds: view().departments.map(({ id }) => id),
  });
  for (const problem of sounds.problems) log.warn({ problem: problem.message }, "an own announcement cannot be played");
  const shelf = new RecordingShelf({ folder: join(config.dataFolder, "recordings"), keyring });
  const ears = new CallHearing({ media, hearing, recognizer: config.recognizer });
  const control = new CallControl(
    {
      clock,
      media,
      roster,
      journal,
      incidents: new JournaledIncidents({ journal, clock, random, log }),
      sounds: keepingSounds(sounds, { records, log }),
      judge: await openJudge(abuseModelPath(root)),
      directory: view,
      recordings: new CallRecordings({ media, shelf, clock }),
      hearing: ears,
      routing: routingOf(view),
      trials,
      numberToCallBack: (callId, agentId) => desk.numberToCallBack(callId, agentId),
      phones: sip.phones,
      signalling: sip.signalling,
    },
    { random, log, maxCalls: Math.floor((config.rtpPorts.last - config.rtpPorts.first + 1) / 4) },
  );

  const token = random.hex(32);
  const status = async (): Promise<ServerStatus> => ({
    version,
    startedAtMs,
    liveCalls: control.liveCalls,
    addresses: {
      http: `http://${advertisedHost}:${httpPort.port}`,
      sip: ["UDP", "TCP"].map(
        (transport) => `sip:${advertisedHost}:${sipPort.port};transport=${transport.toLowerCase()}`,
      ),
    },
    dataFolder: config.dataFolder,
    recognizer: hearing.health().some(({ alive }) => alive) ? config.recognizer : null,
    media: media.health().map(({ workerId, alive, calls }) => ({ workerId, alive, calls })),
    listen: hearing.health().map(({ workerId, alive, calls }) => ({ workerId, alive, calls })),
    database: plain(await database.health()),
    journal: journal.health(),
    limitations,
  });
  // Reached by a telephone on this machine: any of its own addresses when it is bound to all of them.
  const nearHost = config.bindAddress === "0.0.0.0" ? "127.0.0.1" : config.bindAddress;
  const server = () => ({ host: nearHost, port: sipPort.port });
  const runs = scope.use(new TrialRuns({ root, clock, log, lines: trials, roster, journal, server }));
  const { pages } = sip.phones;
  const { codecs } = media.capabilities;
  const sample = ourSample({ trunkPort: options.trialTrunkPort });
  let samplePasswords: readonly SamplePassword[] | null = null;
  const operate = operationsOf({
    ...kept,
    status,
    recognizers: () => recognizerChoice(config, modelFolders(root, config.dataFolder)),
    dataFolder: config.dataFolder,
    signIn: { ...signIn, store: database.setup, sample, samplePasswords: () => samplePasswords },
    live: {
      telephone: { directory: view, desk: control.desk, pages, records, codecs, host: advertisedHost },
      trial: { directory: view, runs, lines: trials, host: advertisedHost },
      desk: { desk, roster, directory, sipHost: advertisedHost },
    },
  });
  const audio = scope.use(new CallAudio({ desk: desk.calls, records, keyring, clock, log }));
  const http = scope.use(
    new HttpSide({
      bindHost: config.bindAddress,
      clock,
      log,
      token,
      addresses: signIn.addresses,
      webApp: await WebApp.load(join(root, "apps/web/dist")),
      status,
      operate,
      authenticate,
      audio,
    }),
  );
  const nameOf = (personId: AgentId) => {
    const person = view().person(personId);
    return person?.active === true ? person.displayName : null;
  };
  const live = scope.use(new LiveSide({ clock, log, feed: desk.feed, authenticate, watchSession, nameOf }));
  const sipPort = await sip.listen(config.sipPort);
  const httpPort = await http.listen(config.httpPort);
  const webSocket = await sip.openWebSocket(httpPort.port);
  http.onUpgrade("/sip", (request, socket, head) => void webSocket(request, socket, head));
  http.onUpgrade("/live", (request, socket, head) => live.handleUpgrade(request, socket, head));
  sip.startTrunks();
  // Last in, first out: calls are told and their records closed before anything they need goes.
  scope.defer(async () => {
    await control.close();
    ears.close();
  });
  void checkCutOffRecordings(closedAfterRestart, { keyring, journal, log });
  const httpUrl = `http://${nearHost}:${httpPort.port}`;
  // Last, so that passwords are never made by a start that then fails and shows nobody.
  samplePasswords = await installTrial({ directory, accounts: kept.accounts }, sample);
  const setupCode = (await signIn.firstAdministrator.isMissing()) ? signIn.firstAdministrator.setupCode : null;
  writeRunFile(config.dataFolder, { pid: process.pid, httpUrl, token, sipPort: sipPort.port, startedAtMs });
  scope.defer(() => removeRunFile(config.dataFolder));

  return {
    sipPort: sipPort.port,
    httpPort: httpPort.port,
    takenPorts: [...sipPort.taken, ...httpPort.taken],
    directory,
    records,
    journal,
    keyring,
    control,
    roster,
    desk,
    media,
    hearing,
    pages,
    samplePasswords,
    setupCode,
    closedAfterRestart,
    status,
    [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
  };
}

const recordsHealth = { direct: "ok", spooling: "spooling", replaying: "spooling", lossy: "lossy" } as const;
