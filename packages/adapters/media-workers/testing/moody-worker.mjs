/**
 * A media process that misbehaves as its bind address says, for the tests of the one who forks it. It knows the pipe's
 * messages and nothing of media.
 */
const { workerId, bindAddress: mood } = JSON.parse(process.argv[2] ?? "{}");

const memory = (version) => ({
  sessionId: `${workerId}`,
  version,
  lastSdp: null,
  lines: [],
  audioLine: 0,
  codecs: ["pcmu"],
  digitsPayloadType: 101,
  secure: null,
});

if (mood === "stillborn") process.exit(3);
if (mood !== "never-ready") process.send({ kind: "ready" });

process.on("message", ({ requestId, command }) => {
  const done = (result) => process.send({ kind: "done", requestId, result });
  if (command.kind === "stop") process.exit(0);
  if (command.kind === "ping") {
    if (mood !== "hung") done({ kind: "nothing" });
    return;
  }
  if (mood === "deaf") return;
  if (mood === "babbling") process.send({ kind: "nonsense" });
  if (command.kind === "bridge" && mood === "dies") process.kill(process.pid, "SIGKILL");
  else if (command.kind === "offer" || command.kind === "answer") {
    const known = command.memory;
    // What it was given comes back, so that a test sees what travelled.
    done({
      kind: "sdp",
      sdp: `${workerId} ${command.kind} ${known === null ? "anew" : `after ${known.sessionId} ${known.version}`}`,
      memory: known === null ? memory(1) : { ...known, version: known.version + 1 },
    });
  } else if (command.kind === "mute") {
    process.send({ kind: "failed", requestId, code: "unknown-leg", why: "no such leg" });
  } else {
    done({ kind: "nothing" });
  }
});
process.on("disconnect", () => process.exit(0));
