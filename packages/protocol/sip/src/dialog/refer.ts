import type { Body, HeaderLines, IncomingRefer, ReferProgress, RequestResult } from "../api.ts";
import { createResponse } from "../message/build.ts";
import { parseNameAddr } from "../message/fields.ts";
import type { NameAddr, SipRequest } from "../message/message.ts";
import { reasonPhrase } from "../message/reason-phrases.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";

type SendNotify = (headers: HeaderLines, body: Body) => Promise<RequestResult>;

/** How long the peer may expect news of its transfer, in seconds. */
const SUBSCRIPTION_SECONDS = 180;

/** Null when Refer-To is missing, repeated or unreadable (RFC 3515 §2.4.2): answer 400. */
export function readRefer(
  transaction: ServerTransaction,
  contact: string,
  sendNotify: SendNotify,
): IncomingRefer | null {
  const { request } = transaction;
  const targets = request.headers.values("refer-to");
  const referTo = targets.length === 1 ? parseNameAddr(targets[0] ?? "") : null;
  if (referTo === null) return null;
  const referredBy = request.headers.get("referred-by");
  return new ReceivedRefer(
    transaction,
    referTo,
    referredBy === null ? null : parseNameAddr(referredBy),
    contact,
    sendNotify,
  );
}

class ReceivedRefer implements IncomingRefer {
  readonly request: SipRequest;
  readonly referTo: NameAddr;
  readonly referredBy: NameAddr | null;
  readonly #transaction: ServerTransaction;
  readonly #contact: string;
  readonly #sendNotify: SendNotify;

  constructor(
    transaction: ServerTransaction,
    referTo: NameAddr,
    referredBy: NameAddr | null,
    contact: string,
    sendNotify: SendNotify,
  ) {
    this.request = transaction.request;
    this.referTo = referTo;
    this.referredBy = referredBy;
    this.#transaction = transaction;
    this.#contact = contact;
    this.#sendNotify = sendNotify;
  }

  accept(): ReferProgress {
    const silent = this.request.headers.get("refer-sub")?.trim().toLowerCase() === "false";
    const headers: [string, string][] = [["Contact", this.#contact]];
    if (silent) headers.push(["Refer-Sub", "false"]);
    this.#transaction.respond(createResponse(this.request, 202, { headers }));
    const progress = new Progress(this.request.cseq.number, silent ? null : this.#sendNotify);
    void progress.report(100);
    return progress;
  }

  reject(status: number, reason?: string): void {
    this.#transaction.respond(createResponse(this.request, status, { reason }));
  }
}

class Progress implements ReferProgress {
  readonly #id: number;
  readonly #sendNotify: SendNotify | null;
  #ended = false;

  constructor(id: number, sendNotify: SendNotify | null) {
    this.#id = id;
    this.#sendNotify = sendNotify;
  }

  async report(status: number, reason?: string): Promise<RequestResult> {
    if (this.#ended || this.#sendNotify === null) return { kind: "ended" };
    this.#ended = status >= 200;
    const state = this.#ended ? "terminated;reason=noresource" : `active;expires=${SUBSCRIPTION_SECONDS}`;
    const headers: HeaderLines = [
      ["Event", `refer;id=${this.#id}`],
      ["Subscription-State", state],
    ];
    const text = `SIP/2.0 ${status} ${reason ?? reasonPhrase(status)}\r\n`;
    return this.#sendNotify(headers, { contentType: "message/sipfrag;version=2.0", text });
  }
}
