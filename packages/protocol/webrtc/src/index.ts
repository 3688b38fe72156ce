export type { IceRole, LegTransport, TransportListener, TransportState } from "./api.ts";
export { WebrtcError, type WebrtcErrorCode } from "./errors.ts";
export { LegTransports, type LegTransportsOptions } from "./open.ts";
