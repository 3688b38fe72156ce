export type { Database, DatabaseHealth } from "./database.ts";
