export type { Database, DatabaseHealth, DatabaseKind } from "./database.ts";
export type { DatabaseError, DatabaseErrorCode } from "./errors.ts";
export { withPlainFailures } from "./failures.ts";
export { type DatabaseOptions, openDatabase } from "./open-database.ts";
export type { SignInTables } from "./sign-in-tables.ts";
