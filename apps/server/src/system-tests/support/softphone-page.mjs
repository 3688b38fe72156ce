// An agent's softphone in the browser: stock sip.js and nothing of ours, told what to do by the test.
import { Inviter, Registerer, RegistererState, SessionState, UserAgent } from "sip.js";

const microphone = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
/** What the page hears is kept for this long: 0.68 s at 48 kHz. */
const heardSamples = 32_768;

let userAgent;
let session = null;
let ears = null;
let onlyTelephoneCodecs = false;

window.softphone = {
  /** Resolves when the registrar has taken it. */
  async register({ server, uri, username, password, g711, answersWhenResumed }) {
    onlyTelephoneCodecs = g711;
    userAgent = new UserAgent({
      uri: UserAgent.makeURI(uri),
      transportOptions: { server },
      authorizationUsername: username,
      authorizationPassword: password,
      logLevel: "warn",
      sessionDescriptionHandlerFactoryOptions: { peerConnectionConfiguration: { iceServers: [] } },
      delegate: {
        onInvite(invitation) {
          follow(invitation);
          // Asked back into a call that is on: nobody has to press anything.
          if (answersWhenResumed && invitation.request.getHeader("X-Jikimi-Resume"))
            void invitation.accept(mediaOptions());
        },
      },
    });
    await userAgent.start();
    if (username === null) return;
    const registerer = new Registerer(userAgent);
    const registered = new Promise((resolve) => {
      registerer.stateChange.addListener((state) => state === RegistererState.Registered && resolve("registered"));
    });
    const refused = new Promise((resolve) => {
      const requestDelegate = { onReject: ({ message }) => resolve(String(message.statusCode)) };
      void registerer.register({ requestDelegate });
    });
    return Promise.race([registered, refused]);
  },
  answer: () => session.accept(mediaOptions()),
  async dial(uri) {
    follow(new Inviter(userAgent, UserAgent.makeURI(uri), mediaOptions()));
    await session.invite();
  },
  async hold(hold) {
    const settled = new Promise((resolve, reject) => {
      const requestDelegate = { onAccept: () => resolve(), onReject: () => reject(new Error("refused")) };
      session.sessionDescriptionHandlerOptionsReInvite = { ...mediaOptions().sessionDescriptionHandlerOptions, hold };
      session.invite({ requestDelegate, sessionDescriptionHandlerModifiers: modifiers() }).catch(reject);
    });
    await settled;
    const { peerConnection } = session.sessionDescriptionHandler;
    for (const { track } of peerConnection.getSenders()) track.enabled = !hold;
  },
  async restartIce() {
    const settled = new Promise((resolve, reject) => {
      const requestDelegate = { onAccept: () => resolve(), onReject: () => reject(new Error("refused")) };
      const offerOptions = { iceRestart: true };
      session.sessionDescriptionHandlerOptionsReInvite = {
        ...mediaOptions().sessionDescriptionHandlerOptions,
        offerOptions,
      };
      session.invite({ requestDelegate, sessionDescriptionHandlerModifiers: modifiers() }).catch(reject);
    });
    await settled;
  },
  press: (digits) => session.sessionDescriptionHandler.sendDtmf(digits, { duration: 120, interToneGap: 80 }),
  async hangUp() {
    await session.bye();
  },
  /** `null`, or what sip.js says of the call: `Initial`, `Established`, `Terminated` … */
  state: () => session?.state ?? null,
  /** The last 0.68 s as numbers from -1 to 1 at the given rate. */
  hear() {
    const samples = new Float32Array(heardSamples);
    ears?.analyser.getFloatTimeDomainData(samples);
    return { sampleRateHz: ears?.context.sampleRate ?? 48_000, samples: [...samples] };
  },
  /** What the browser counts of the audio that comes in, and the codec it sends. */
  async statistics() {
    const { peerConnection } = session.sessionDescriptionHandler;
    const reports = [...(await peerConnection.getStats()).values()];
    const inbound = reports.find(({ type }) => type === "inbound-rtp");
    const outbound = reports.find(({ type }) => type === "outbound-rtp");
    const codecOf = (report) => reports.find(({ id }) => id === report?.codecId)?.mimeType ?? null;
    const pair = reports.find(
      ({ type, nominated, state }) => type === "candidate-pair" && nominated && state === "succeeded",
    );
    const transport = reports.find(({ type }) => type === "transport");
    const remote = reports.find(({ type }) => type === "remote-inbound-rtp");
    return {
      receives: codecOf(inbound),
      sends: codecOf(outbound),
      ssrc: inbound?.ssrc ?? null,
      packetsReceived: inbound?.packetsReceived ?? 0,
      packetsLost: inbound?.packetsLost ?? 0,
      concealedSamples: inbound?.concealedSamples ?? 0,
      silentConcealedSamples: inbound?.silentConcealedSamples ?? 0,
      totalSamples: inbound?.totalSamplesReceived ?? 0,
      inboundStreams: reports.filter(({ type }) => type === "inbound-rtp").length,
      dtls: transport?.dtlsState ?? null,
      srtp: transport?.srtpCipher ?? null,
      roundTripSeconds: pair?.currentRoundTripTime ?? null,
      remoteRoundTripSeconds: remote?.roundTripTime ?? null,
      connection: peerConnection.connectionState,
    };
  },
};

function mediaOptions() {
  return {
    sessionDescriptionHandlerModifiers: modifiers(),
    sessionDescriptionHandlerOptions: { constraints: { audio: microphone, video: false } },
  };
}

/** As a browser that knows no Opus would have it. */
function modifiers() {
  const withoutOpus = async (description) => ({
    type: description.type,
    sdp: description.sdp
      .replace(/^(m=audio \d+ \S+)(.*)$/m, (_line, head, formats) => `${head}${formats.replace(/ (?:111|63)\b/g, "")}`)
      .replace(/^a=(?:rtpmap|fmtp|rtcp-fb):(?:111|63) .*\r\n/gm, ""),
  });
  return onlyTelephoneCodecs ? [withoutOpus] : [];
}

function follow(next) {
  session = next;
  ears = null;
  next.stateChange.addListener((state) => {
    if (state === SessionState.Established) listen(next.sessionDescriptionHandler.peerConnection);
  });
}

/** A remote track gives no sound to Web Audio unless an element plays it as well. */
function listen(peerConnection) {
  const stream = new MediaStream(peerConnection.getReceivers().map(({ track }) => track));
  const element = new Audio();
  element.srcObject = stream;
  element.muted = true;
  void element.play().catch(() => {});
  const context = new AudioContext({ sampleRate: 48_000 });
  const analyser = context.createAnalyser();
  analyser.fftSize = heardSamples;
  context.createMediaStreamSource(stream).connect(analyser);
  ears = { context, analyser, element };
}
