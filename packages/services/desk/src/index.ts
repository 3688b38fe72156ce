export { Desk, type DeskOutcome, type DeskParts } from "./desk.ts";
export type { DeskConnection, DeskVisitor } from "./desk-feed.ts";
export { dispositions, isDisposition } from "./dispositions.ts";
export type { Wire } from "./outbox.ts";
export type { AgentCall, AgentCallFilter, DeskPhones, DeskStore, ServiceHealth } from "./ports.ts";
