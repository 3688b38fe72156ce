/** Fields of a log line. Personal data goes only under `pii`, which the logger redacts. */
export type LogFields = { readonly pii?: unknown; readonly [field: string]: unknown };

/** A fixed sentence and fields: `log.info({ callId, warningNumber: 2 }, "warning played")`. */
export interface Log {
  debug(fields: LogFields, sentence: string): void;
  info(fields: LogFields, sentence: string): void;
  warn(fields: LogFields, sentence: string): void;
  error(fields: LogFields, sentence: string): void;
  child(fields: LogFields): Log;
}

/** A log that goes nowhere, for tests and short commands. */
export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLog,
};
