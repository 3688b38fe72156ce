import type { Json } from "@jikimi/incidents";
import type { EpochMs } from "@jikimi/kernel";
import { customType } from "drizzle-orm/pg-core";

/** `timestamp with time zone` to the millisecond, in and out as `EpochMs`. */
export const epochMs = customType<{ data: EpochMs; driverData: string }>({
  dataType: () => "timestamp (3) with time zone",
  toDriver: (value) => new Date(value).toISOString(),
  fromDriver: (value) => new Date(value).getTime() as EpochMs,
});

/** The same as `Date`, for the tables that a library shares with us. */
export const moment = customType<{ data: Date; driverData: string }>({
  dataType: () => "timestamp (3) with time zone",
  toDriver: (value) => value.toISOString(),
  fromDriver: (value) => new Date(value),
});

/**
 * `json`, not `jsonb`: it keeps the text as it was hashed, with NUL and unpaired surrogates as the escapes they
 * came as. pg has parsed it already on the way out.
 */
export const json = customType<{ data: Json; driverData: unknown }>({
  dataType: () => "json",
  toDriver: (value) => JSON.stringify(value),
  fromDriver: (value) => value as Json,
});

export const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({
  dataType: () => "bytea",
  toDriver: (value) => Buffer.from(value),
  fromDriver: (value) => Uint8Array.from(value),
});
