import { createHash, randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import type { Clock } from "@jikimi/kernel";

const host = "127.0.0.1";

/** A socket that sends exactly the bytes it is told and keeps every answer. */
export class RawSip implements AsyncDisposable {
  readonly heard: string[] = [];
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #serverPort: number;
  readonly #waiting = new Set<() => void>();

  private constructor(socket: Socket, serverPort: number, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    this.#serverPort = serverPort;
    socket.on("message", (bytes) => {
      this.heard.push(bytes.toString("latin1"));
      for (const look of [...this.#waiting]) look();
    });
  }

  static open(serverPort: number, clock: Clock, port = 0): Promise<RawSip> {
    return new Promise((resolve, reject) => {
      const socket = createSocket("udp4");
      socket.once("error", reject);
      socket.bind(port, host, () => resolve(new RawSip(socket, serverPort, clock)));
    });
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** Resolves when the kernel has taken it. */
  send(bytes: string | Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.send(bytes, this.#serverPort, host, (failure) => (failure === null ? resolve() : reject(failure)));
    });
  }

  /** Sends one request and waits for its final answer, repeating it as UDP asks. */
  async ask(request: string): Promise<Answer> {
    const branch = /branch=([^;\s]+)/.exec(request)?.[1] ?? "";
    const method = request.slice(0, request.indexOf(" "));
    const find = () => this.#answers(branch, method).find(({ status }) => status >= 200) ?? null;
    for (let attempt = 0; attempt < 10; attempt++) {
      await this.send(request);
      const answer = await this.#until(find, 1000);
      if (answer !== null) return answer;
    }
    throw new Error(`no answer to:\n${request}`);
  }

  request(method: string, uri: string, { headers = [], body = "", ...ids }: RawRequest): string {
    const lines = [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP ${host}:${this.port};branch=z9hG4bK${randomBytes(6).toString("hex")};rport`,
      "Max-Forwards: 70",
      `From: <sip:${ids.user}@${host}>;tag=${ids.tag ?? "raw"}`,
      `To: <${ids.to ?? uri}>`,
      `Call-ID: ${ids.callId}`,
      `CSeq: ${ids.cseq} ${method}`,
      `Contact: <sip:${ids.user}@${host}:${this.port}>`,
      ...headers,
      ...(body === "" ? [] : ["Content-Type: application/sdp"]),
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    return `${lines.join("\r\n")}\r\n\r\n${body}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  #answers(branch: string, method: string): readonly Answer[] {
    return this.heard.flatMap((text) => {
      const status = /^SIP\/2\.0 (\d{3})/.exec(text)?.[1];
      const ours = text.includes(branch) && new RegExp(`^CSeq: \\d+ ${method}`, "im").test(text);
      return status === undefined || !ours ? [] : [{ status: Number(status), text }];
    });
  }

  #until(find: () => Answer | null, withinMs: number): Promise<Answer | null> {
    return new Promise((resolve) => {
      const look = () => {
        const found = find();
        if (found !== null) finish(found);
      };
      const finish = (found: Answer | null) => {
        timer.cancel();
        this.#waiting.delete(look);
        resolve(found);
      };
      const timer = this.#clock.after(withinMs, () => finish(null));
      this.#waiting.add(look);
      look();
    });
  }
}

export type Answer = { readonly status: number; readonly text: string };

export type RawRequest = {
  readonly user: string;
  readonly callId: string;
  readonly cseq: number;
  readonly to?: string;
  readonly tag?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
};

/** The challenges of a 401, strongest first as they came. */
export function challengesOf({ text }: Answer): readonly ReadonlyMap<string, string>[] {
  return [...text.matchAll(/^WWW-Authenticate:\s*Digest\s+(.*)$/gim)].map(
    ([, params = ""]) =>
      new Map(
        [...params.matchAll(/(\w+)=(?:"([^"]*)"|([^,\s]*))/g)].map(([, key = "", quoted, bare]) => [
          key.toLowerCase(),
          quoted ?? bare ?? "",
        ]),
      ),
  );
}

/** An Authorization header by RFC 7616, written here from the RFC and not with the product's own code. */
export function authorization(
  challenge: ReadonlyMap<string, string>,
  who: { method: string; uri: string; username: string; password: string; nc?: number },
): string {
  const { method, uri, username, password, nc = 1 } = who;
  const algorithm = challenge.get("algorithm") ?? "MD5";
  const hash = (text: string) =>
    createHash(algorithm === "SHA-256" ? "sha256" : "md5")
      .update(text)
      .digest("hex");
  const realm = challenge.get("realm") ?? "";
  const nonce = challenge.get("nonce") ?? "";
  const count = nc.toString(16).padStart(8, "0");
  const cnonce = randomBytes(4).toString("hex");
  const ha1 = hash(`${username}:${realm}:${password}`);
  const response = hash(`${ha1}:${nonce}:${count}:${cnonce}:auth:${hash(`${method}:${uri}`)}`);
  return `Authorization: Digest username="${username}",realm="${realm}",nonce="${nonce}",uri="${uri}",response="${response}",algorithm=${algorithm},qop=auth,nc=${count},cnonce="${cnonce}"`;
}
