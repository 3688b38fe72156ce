import type { Clock, Log } from "@jikimi/kernel";
import type { Flow, ListenResult, ResolvedAddress, SipLimits, Transport } from "../api.ts";
import { echoed, withTopVia } from "../message/build.ts";
import type { SipMessage, SipRequest, SipResponse, Via } from "../message/message.ts";
import { parseMessage } from "../message/parse.ts";
import { unbracketed } from "../message/uri.ts";
import { MalformedLimiter } from "./malformed-limiter.ts";
import { defaultPort } from "./resolver.ts";

/** One way out: which transport of ours, over which flow. */
export type Hop = { readonly transport: Transport; readonly flow: Flow };

type TransportLayerOptions = {
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: SipLimits;
  readonly onRequest: (request: SipRequest, flow: Flow) => void;
  readonly onResponse: (response: SipResponse, flow: Flow) => void;
  readonly onFlowClosed: (flow: Flow) => void;
};

/** All transports of one agent: parses what comes in, stamps its Via (RFC 3581), and sends what goes out. */
export class TransportLayer {
  readonly #options: TransportLayerOptions;
  readonly #transports: Transport[] = [];
  readonly #limiter: MalformedLimiter;
  received = 0;
  sent = 0;
  malformed = 0;
  dropped = 0;

  constructor(options: TransportLayerOptions) {
    this.#options = options;
    this.#limiter = new MalformedLimiter({
      clock: options.clock,
      maxPerMinute: options.limits.maxMalformedPerMinute,
      maxSources: options.limits.maxTrackedSources,
    });
  }

  async add(transport: Transport): Promise<ListenResult> {
    const result = await transport.open({
      onMessage: (bytes, flow) => this.#receive(bytes, flow),
      onFlowClosed: (flow) => this.#options.onFlowClosed(flow),
      onGarbage: (remoteHost, why) => this.#countMalformed(remoteHost, why),
      onTrouble: (why) => this.#options.log.error({ transport: transport.name, why }, "SIP transport failed"),
    });
    if (result.kind === "bound") this.#transports.push(transport);
    return result;
  }

  async close(): Promise<void> {
    await Promise.all(this.#transports.splice(0).map((transport) => transport.close()));
  }

  isOpen(flow: Flow): boolean {
    return this.#transports.some((transport) => transport.name === flow.transport && transport.isOpen(flow));
  }

  /** The transport that owns a flow; for a flow of another process any transport of its kind. */
  hopOf(flow: Flow): Hop | null {
    let fallback: Transport | null = null;
    for (const transport of this.#transports) {
      if (transport.name !== flow.transport) continue;
      if (flow.connectionId !== null && transport.isOpen(flow)) return { transport, flow };
      if (transport.advertised.port === flow.localPort) return { transport, flow };
      fallback ??= transport;
    }
    return fallback === null ? null : { transport: fallback, flow };
  }

  hopTo(address: ResolvedAddress): Hop | null {
    const transport = this.#transports.find((candidate) => candidate.name === address.transport);
    return transport === undefined ? null : { transport, flow: transport.flowTo(address.host, address.port) };
  }

  /** Where answers to a request go (RFC 3261 §18.2.2, RFC 3581 §4). `via` is already stamped. */
  answerFlow(via: Via, flow: Flow): Flow {
    if (flow.connectionId !== null || via.params.get("rport")) return flow;
    const port = via.port ?? defaultPort(flow.transport);
    return port === flow.remotePort ? flow : { ...flow, remotePort: port };
  }

  send(bytes: Buffer, hop: Hop, onFailed: (why: string) => void): void {
    this.sent += 1;
    hop.transport.send(bytes, hop.flow, onFailed);
  }

  #receive(bytes: Buffer, flow: Flow): void {
    this.received += 1;
    const result = parseMessage(bytes);
    switch (result.kind) {
      case "message":
        this.#deliver(result.message, flow);
        return;
      case "bad-request": {
        if (!this.#countMalformed(flow.remoteHost, result.why)) return;
        const hop = this.hopOf(flow);
        if (hop === null) return;
        const headers = echoed(result.headers, result.status, "malformed");
        this.send(serializeRefusal(result.status, result.why, headers), hop, () => {});
        return;
      }
      case "malformed":
        this.#countMalformed(flow.remoteHost, result.why);
    }
  }

  #deliver(message: SipMessage, flow: Flow): void {
    if (message.kind === "response") this.#options.onResponse(message, flow);
    else this.#options.onRequest(stampVia(message, flow), flow);
  }

  /** True while this source may still be answered. */
  #countMalformed(remoteHost: string, why: string): boolean {
    this.malformed += 1;
    if (this.#limiter.allows(remoteHost)) {
      this.#options.log.debug({ why, pii: { remoteHost } }, "malformed SIP message");
      return true;
    }
    this.dropped += 1;
    return false;
  }
}

function serializeRefusal(status: number, reason: string, headers: Iterable<readonly [string, string]>): Buffer {
  let text = `SIP/2.0 ${status} ${reason}\r\n`;
  for (const [name, value] of headers) text += `${name}: ${value}\r\n`;
  return Buffer.from(`${text}Content-Length: 0\r\n\r\n`, "utf8");
}

/** Notes where the request really came from: `received` when it differs, `rport` when asked for (RFC 3581 §4). */
function stampVia(request: SipRequest, flow: Flow): SipRequest {
  const { via } = request;
  const wantsPort = via.params.get("rport") === null;
  const differs = unbracketed(via.host) !== flow.remoteHost;
  if (!wantsPort && !differs) return request;
  const params = new Map(via.params);
  if (wantsPort) params.set("rport", String(flow.remotePort));
  if (wantsPort || differs) params.set("received", flow.remoteHost);
  return withTopVia(request, { ...via, params });
}
