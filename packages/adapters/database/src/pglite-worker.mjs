/*
 * PGlite in a thread of its own, spoken to in PostgreSQL's wire protocol: bytes in, bytes out. Plain JavaScript,
 * because a worker thread of Node 20 cannot be started on TypeScript. The other side is `pglite-thread.ts`.
 *
 * in:  { connection, bytes } · { connection, end: true } · { close: true }
 * out: { ready: true } · { failed: string } · one { connection, bytes } for each bytes that came in
 */
import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";

/** Simple query messages ('Q'): PGlite has one session, and a connection that ends must leave it as new. */
const leaveTransaction = simpleQuery("ROLLBACK");
const forgetSession = simpleQuery("DISCARD ALL");

const database = await PGlite.create(workerData.folder).catch((failure) => {
  parentPort.postMessage({ failed: String(failure?.message ?? failure) });
  throw failure;
});
parentPort.on("message", (message) => {
  if (message.close) void close();
  else if (message.end) endConnection();
  else pass(message.connection, message.bytes);
});
parentPort.postMessage({ ready: true });

function pass(connection, bytes) {
  const answer = run(bytes);
  const panicked = awaitsReady(bytes) && !endsReady(answer);
  parentPort.postMessage({ connection, bytes: answer }, [answer.buffer]);
  // PostgreSQL would restart its processes now; PGlite's only one would stay silent for good.
  if (panicked) throw new Error("PostgreSQL panicked");
}

/** Whether the last message is Query ('Q') or Sync ('S'), which PostgreSQL answers with ReadyForQuery in the end. */
function awaitsReady(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let last = 0;
  for (let at = 0; bytes[0] !== 0 && at + 5 <= bytes.length; at += 1 + view.getInt32(at + 1)) last = bytes[at];
  return last === 0x51 || last === 0x53;
}

/** ReadyForQuery: 'Z', length 5, transaction status. */
function endsReady(answer) {
  return answer.length >= 6 && answer[answer.length - 6] === 0x5a && answer[answer.length - 2] === 5;
}

function endConnection() {
  if (database.isInTransaction()) run(leaveTransaction);
  run(forgetSession);
}

/** One exchange, start to end: whoever waits in another connection waits for it, as the database's own lock would have it. */
function run(bytes) {
  return database.execProtocolRawSync(bytes);
}

async function close() {
  await database.close();
  parentPort.close();
}

function simpleQuery(sql) {
  const text = new TextEncoder().encode(`${sql}\0`);
  const message = new Uint8Array(5 + text.length);
  message[0] = 0x51;
  new DataView(message.buffer).setInt32(1, 4 + text.length);
  message.set(text, 5);
  return message;
}
