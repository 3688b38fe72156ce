// Speaks the listen worker's messages without hearing anything. Its mood is its `modelsDir`, so that a test can choose.
const { workerId, modelsDir: mood } = JSON.parse(process.argv[2]);

process.on("disconnect", () => process.exit(0));
process.on("message", (request) => {
  switch (request.kind) {
    case "open-stream":
      if (mood === "refuses") process.send({ kind: "stream-refused", requestId: request.requestId, why: "in a mood" });
      if (mood === "dies on request") process.exit(7);
      if (mood === "obliging") {
        const token = `${workerId}-${request.callId}-${"0".repeat(16)}`;
        process.send({
          kind: "stream-opened",
          requestId: request.requestId,
          sink: { host: "127.0.0.1", port: 9, token },
        });
        process.send({ kind: "lagging", callId: request.callId, lagMs: 3000 });
      }
      break;
    case "close-call":
      process.send({ kind: "recognizer-lost", recognizer: "demo", why: `closed ${request.callId}` });
      break;
    case "ping":
      if (mood !== "hangs")
        process.send({ kind: "pong", pingId: request.pingId, streams: 0, waiting: 0, droppedFrames: 0 });
      break;
    case "stop":
      if (mood !== "stays") process.exit(0);
      break;
  }
});
if (mood === "never starts") process.exit(9);
process.send("something that is no report");
process.send({ kind: "utterance", callId: 5 });
process.send({ kind: "ready", recognizers: ["demo"] });
