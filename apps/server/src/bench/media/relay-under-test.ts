import type { OpenedLoad } from "./rtp-load-messages.ts";

/**
 * A relay that is measured: ours or the peer. Call `i` is between the load's streams `2i` (caller) and `2i + 1` (agent),
 * both tapped, and recorded.
 */
export interface RelayUnderTest extends AsyncDisposable {
  readonly name: "ours" | "peer";
  readonly pid: number;
  /** RTP sinks that its taps need for this many calls; 0 where taps go over TCP. */
  sinksFor(calls: number): number;
  /** Sets the calls up. Resolves to the port that each stream talks to. */
  setUp(calls: number, load: OpenedLoad): Promise<readonly number[]>;
  /** Ends the calls and looks at what was recorded. */
  tearDown(): Promise<Recorded>;
}

export type Recorded = {
  readonly recordings: number;
  readonly bytes: number;
  /** What is wrong with them, in words. */
  readonly problems: readonly string[];
};

export const host = "127.0.0.1";

/** A description of one party that speaks PCMU and nothing else. */
export function partySdp(port: number, direction: "sendrecv" | "recvonly" = "sendrecv"): string {
  const lines = [
    "v=0",
    `o=bench 1 1 IN IP4 ${host}`,
    "s=-",
    `c=IN IP4 ${host}`,
    "t=0 0",
    `m=audio ${port} RTP/AVP 0`,
    "a=rtpmap:0 PCMU/8000",
    `a=${direction}`,
    "",
  ];
  return lines.join("\r\n");
}

export function audioPortOf(sdp: string): number {
  const port = Number(/^m=audio (\d+)/m.exec(sdp)?.[1]);
  if (!Number.isInteger(port)) throw new Error(`no audio in\n${sdp}`);
  return port;
}

export function portAt(ports: readonly number[], index: number): number {
  const port = ports[index];
  if (port === undefined) throw new Error(`the load has no party ${index}`);
  return port;
}
