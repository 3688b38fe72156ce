import type { Log, LogFields } from "@jikimi/kernel";
import { destination, pino } from "pino";

/** `pretty` is left to the reader's own tools: lines are JSON, one a line, on stderr. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/**
 * The product's logger: JSON lines on `filePath` or stderr. Everything under `pii` is replaced,
 * because a log is read by people who have no business with a customer's data.
 */
export function createLog({
  level,
  process: processName,
  filePath,
}: {
  level: LogLevel;
  process: string;
  filePath?: string;
}): Log {
  const sink = filePath === undefined ? destination(2) : destination({ dest: filePath, mkdir: true, sync: false });
  const logger = pino(
    {
      level,
      base: { process: processName },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: ["pii", "*.pii"], censor: "[redacted]" },
    },
    sink,
  );
  return wrap(logger);
}

/** The part of a pino logger used here. */
interface PinoLogger {
  debug(fields: object, sentence: string): void;
  info(fields: object, sentence: string): void;
  warn(fields: object, sentence: string): void;
  error(fields: object, sentence: string): void;
  child(fields: object): PinoLogger;
}

function wrap(logger: PinoLogger): Log {
  return {
    debug: (fields: LogFields, sentence) => logger.debug(fields, sentence),
    info: (fields: LogFields, sentence) => logger.info(fields, sentence),
    warn: (fields: LogFields, sentence) => logger.warn(fields, sentence),
    error: (fields: LogFields, sentence) => logger.error(fields, sentence),
    child: (fields: LogFields) => wrap(logger.child(fields)),
  };
}
