/*
 * PGlite in a thread of its own, spoken to in PostgreSQL's wire protocol: bytes in, bytes out. Plain JavaScript,
 * because a worker thread of Node 20 cannot be started on TypeScript. The other side is `pglite-thread.ts`.
 *
 * in:  { connection, bytes } · { connection, end: true } · { close: true }
 * out: { ready: true } · { failed: string } · { connection, bytes } · { closed: true }
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
  if (answer.length > 0) parentPort.postMessage({ connection, bytes: answer }, [answer.buffer]);
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
  parentPort.postMessage({ closed: true });
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
