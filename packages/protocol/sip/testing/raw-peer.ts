import type { SipMessage } from "../src/message/message.ts";
import { parseMessage } from "../src/message/parse.ts";
import type { MemoryNetwork, MemoryTransport } from "./memory-network.ts";

/** A peer that sends exactly what it is told and keeps all it hears: for what a well-behaved agent never does. */
export class RawPeer {
  readonly heard: SipMessage[] = [];
  readonly #transport: MemoryTransport;
  readonly #to: { readonly host: string; readonly port: number };
  /** What to answer at once to each message heard; null stays silent. */
  reply: (message: SipMessage) => string | string[] | null = () => null;

  private constructor(transport: MemoryTransport, to: { host: string; port: number }) {
    this.#transport = transport;
    this.#to = to;
  }

  static async open(network: MemoryNetwork, host: string, to: { host: string; port: number }): Promise<RawPeer> {
    const transport = network.transport(host, 5060);
    const peer = new RawPeer(transport, to);
    await transport.open({
      onMessage: (bytes) => peer.#hear(bytes),
      onFlowClosed: () => {},
      onGarbage: () => {},
      onTrouble: () => {},
    });
    return peer;
  }

  send(text: string): void {
    this.#transport.send(Buffer.from(text), this.#transport.flowTo(this.#to.host, this.#to.port), () => {});
  }

  statuses(): number[] {
    return this.heard.flatMap((message) => (message.kind === "response" ? [message.status] : []));
  }

  requests(method: string): SipMessage[] {
    return this.heard.filter((message) => message.kind === "request" && message.method === method);
  }

  #hear(bytes: Buffer): void {
    const result = parseMessage(bytes);
    if (result.kind !== "message") throw new Error(`an agent sent what cannot be read: ${bytes.toString()}`);
    this.heard.push(result.message);
    const answers = this.reply(result.message);
    for (const answer of answers === null ? [] : [answers].flat()) this.send(answer);
  }
}

export type RawRequest = {
  readonly method: string;
  readonly uri?: string;
  readonly branch?: string;
  readonly callId?: string;
  readonly cseq?: number;
  readonly fromTag?: string;
  readonly toTag?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
};

/** A request of a peer at 192.0.2.9 to Bob at 192.0.2.2. */
export function rawRequest(parts: RawRequest): string {
  const body = parts.body ?? "";
  return [
    `${parts.method} ${parts.uri ?? "sip:bob@192.0.2.2"} SIP/2.0`,
    `Via: SIP/2.0/UDP 192.0.2.9:5060;branch=${parts.branch ?? `z9hG4bK${parts.method}${parts.cseq ?? 1}`}`,
    `From: <sip:raw@192.0.2.9>;tag=${parts.fromTag ?? "raw"}`,
    `To: <sip:bob@192.0.2.2>${parts.toTag === undefined ? "" : `;tag=${parts.toTag}`}`,
    `Call-ID: ${parts.callId ?? "raw-call"}`,
    `CSeq: ${parts.cseq ?? 1} ${parts.method}`,
    "Contact: <sip:raw@192.0.2.9:5060>",
    ...(body === "" ? [] : ["Content-Type: application/sdp"]),
    ...(parts.headers ?? []),
    `Content-Length: ${Buffer.byteLength(body)}`,
    "",
    body,
  ].join("\r\n");
}

/** An answer to a request that the raw peer heard. */
export function rawAnswer(
  request: SipMessage,
  statusLine: string,
  options: { toTag?: string; headers?: readonly string[]; body?: string } = {},
): string {
  const body = options.body ?? "";
  const tag = request.to.params.has("tag") || options.toTag === undefined ? "" : `;tag=${options.toTag}`;
  return [
    `SIP/2.0 ${statusLine}`,
    ...request.headers.lines("via").map((via) => `Via: ${via}`),
    `From: ${request.headers.get("from")}`,
    `To: ${request.headers.get("to")}${tag}`,
    `Call-ID: ${request.callId}`,
    `CSeq: ${request.headers.get("cseq")}`,
    ...(body === "" ? [] : ["Content-Type: application/sdp"]),
    ...(options.headers ?? []),
    `Content-Length: ${Buffer.byteLength(body)}`,
    "",
    body,
  ].join("\r\n");
}
