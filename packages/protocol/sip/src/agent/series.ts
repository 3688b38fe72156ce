import type { OutOfDialogRequest, RequestResult, RequestSeries, SeriesOptions } from "../api.ts";
import { DigestClient } from "../auth/digest-client.ts";
import { parseNameAddr } from "../message/fields.ts";
import { type AgentCore, contactFor, newTag } from "./core.ts";
import { initialRequest } from "./initial-request.ts";

const MAX_CHALLENGES = 3;

/** See `RequestSeries`. */
export class Series implements RequestSeries {
  readonly #core: AgentCore;
  readonly #options: SeriesOptions;
  readonly #auth: DigestClient | null;
  readonly #callId: string;
  readonly #fromTag: string;
  #cseq = 0;
  #contact: string | null = null;
  #peerHost: string | null = null;

  constructor(core: AgentCore, options: SeriesOptions) {
    const { credentials } = options;
    this.#core = core;
    this.#options = options;
    this.#auth = credentials ? new DigestClient({ credentials, random: core.random }) : null;
    this.#callId = core.random.hex(12);
    this.#fromTag = newTag(core.random);
  }

  get contact(): string | null {
    return this.#contact;
  }

  get peerHost(): string | null {
    return this.#peerHost;
  }

  async send(request: Omit<OutOfDialogRequest, "from" | "credentials">): Promise<RequestResult> {
    for (let challenges = 0; ; challenges += 1) {
      const result = await this.#sendOnce(request);
      if (result.kind !== "response" || (result.status !== 401 && result.status !== 407)) return result;
      if (this.#auth === null || challenges >= MAX_CHALLENGES || !this.#auth.learn(result.response)) return result;
    }
  }

  #sendOnce(request: Omit<OutOfDialogRequest, "from" | "credentials">): Promise<RequestResult> {
    const { method, target } = request;
    const { from, contactUser, contactLine } = this.#options;
    this.#cseq += 1;
    const cseq = this.#cseq;
    const credentials = this.#auth?.headers(method, target) ?? [];
    return new Promise((resolve) => {
      this.#core.sender.send(
        {
          nextHop: target,
          destination: request.destination ?? null,
          build: (way) => {
            const contact = contactUser ? contactFor(way.hop, contactUser, contactLine) : null;
            this.#peerHost = way.hop.flow.remoteHost;
            if (contact !== null) this.#contact = parseNameAddr(contact)?.uri ?? null;
            return initialRequest({
              method,
              target,
              to: request.to ?? { uri: target },
              from,
              fromTag: this.#fromTag,
              callId: this.#callId,
              cseq,
              way,
              headers: [
                ...(contact === null ? [] : [["Contact", contact] as const]),
                ["User-Agent", this.#core.userAgent],
                ...credentials,
                ...(request.headers ?? []),
              ],
              body: request.body ?? null,
            });
          },
        },
        {
          onResponse: (response) => {
            if (response.status < 200) return;
            resolve({ kind: "response", status: response.status, reason: response.reason, response });
          },
          onTimeout: () => resolve({ kind: "timeout" }),
          onTransportFailed: (why) => resolve({ kind: "transport-failed", why }),
        },
      );
    });
  }
}
