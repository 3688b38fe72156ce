export { type Database, type DatabaseHealth, type DatabaseKind, pgliteLimitation } from "./database.ts";
export { DatabaseError, type DatabaseErrorCode } from "./errors.ts";
export { type DatabaseOptions, openDatabase } from "./open-database.ts";
