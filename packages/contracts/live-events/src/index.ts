import type { z } from "zod";
import type { callView, deskState, presenceView, wrapUpView } from "./desk-state.ts";
import type { clientMessage, helpRequest, serverMessage } from "./messages.ts";
import type { protectionView } from "./protection-view.ts";
import type { transcriptLine } from "./transcript.ts";

/** @public */
export { clientMessage, protocolVersion, serverMessage } from "./messages.ts";
export type ServerMessage = z.infer<typeof serverMessage>;
export type ClientMessage = z.infer<typeof clientMessage>;
export type DeskState = z.infer<typeof deskState>;
export type PresenceView = z.infer<typeof presenceView>;
export type CallView = z.infer<typeof callView>;
export type ProtectionView = z.infer<typeof protectionView>;
export type WrapUpView = z.infer<typeof wrapUpView>;
export type TranscriptLine = z.infer<typeof transcriptLine>;
export type HelpRequest = z.infer<typeof helpRequest>;
