import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { readWav } from "@jikimi/audio";
import type { Recognizer } from "@jikimi/listening";

/** What a client of `POST /v1/audio/transcriptions` asked. */
export type AskedTranscription = {
  readonly authorization: string | undefined;
  /** Every field but the file, in the order in which they came. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly fileName: string;
  /** -1 to 1. */
  readonly pcm: Float32Array;
  readonly sampleRateHz: number;
};

export type AnswerTranscription = (asked: AskedTranscription, response: ServerResponse) => void | Promise<void>;

/** A real server on loopback that reads the request as OpenAI's does; what it answers is the test's choice. */
export class TranscriptionServer implements AsyncDisposable {
  readonly asked: AskedTranscription[] = [];
  readonly #server = createServer((request, response) => void this.#take(request, response));
  readonly #answer: AnswerTranscription;

  private constructor(answer: AnswerTranscription) {
    this.#answer = answer;
  }

  static async open(answer: AnswerTranscription): Promise<TranscriptionServer> {
    const server = new TranscriptionServer(answer);
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A client that leaves is what some tests are about.
    const asked = await askedOf(request).catch(() => null);
    if (asked === null) return;
    if (request.method !== "POST" || request.url !== "/v1/audio/transcriptions") {
      response.writeHead(404).end();
      return;
    }
    this.asked.push(asked);
    await this.#answer(asked, response);
  }
}

async function askedOf(request: IncomingMessage): Promise<AskedTranscription> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const headers = { "content-type": request.headers["content-type"] ?? "" };
  const form = await new Response(Buffer.concat(pieces), { headers }).formData();
  const file = form.get("file");
  if (file === null || typeof file === "string") throw new Error("no file in the form");
  const read = readWav(new Uint8Array(await file.arrayBuffer()));
  if (read.kind !== "ok") throw new Error(`the file is no WAV: ${read.kind}`);
  const [channel = new Int16Array(0)] = read.wav.channels;
  return {
    authorization: request.headers.authorization,
    fields: [...form].flatMap(([name, value]) => (typeof value === "string" ? [[name, value] as const] : [])),
    fileName: file.name,
    pcm: Float32Array.from(channel, (sample) => sample / 32_768),
    sampleRateHz: read.wav.sampleRateHz,
  };
}

/** Real recognition behind the endpoint: what `recognizer` hears, written as `verbose_json`. */
export function answeringWith(recognizer: Recognizer): AnswerTranscription {
  return async ({ pcm, sampleRateHz }, response) => {
    const { text, words, confidence, noSpeech } = await recognizer.transcribe(pcm);
    const duration = pcm.length / sampleRateHz;
    answerJson(response, {
      task: "transcribe",
      language: "korean",
      duration,
      text: ` ${text}`,
      words: words.map(({ text: word, startMs, endMs }) => ({ word, start: startMs / 1000, end: endMs / 1000 })),
      segments: [{ start: 0, end: duration, text, avg_logprob: Math.log(confidence), no_speech_prob: noSpeech }],
    });
  };
}

export function answerJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
}
