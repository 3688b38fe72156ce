export type { Database, DatabaseHealth, DatabaseKind } from "./database.ts";
export type { DatabaseError, DatabaseErrorCode } from "./errors.ts";
export { type DatabaseOptions, openDatabase } from "./open-database.ts";
