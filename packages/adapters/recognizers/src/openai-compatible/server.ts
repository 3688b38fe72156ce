import { readFile } from "node:fs/promises";
import { ListeningError } from "@jikimi/listening";

/** A server that speaks OpenAI's `POST /v1/audio/transcriptions`, as its operator names it. */
export type RecognizerServer = {
  /** http or https, without a query; `/v1` and a slash at its end may be there or not. */
  readonly url: string;
  readonly model: string;
  /** Path of a file that holds the bearer key, alone; null where the server asks for none. */
  readonly keyFile: string | null;
};

export function transcriptionsUrl({ url }: RecognizerServer): string {
  return `${url.replace(/\/+$/, "").replace(/\/v1$/, "")}/v1/audio/transcriptions`;
}

/**
 * The header that carries the key; none without a key file. Rejects with `ListeningError` `recognizer-failed` for a file that
 * cannot be read or holds no key. No error here or elsewhere repeats the key.
 */
export async function authorizationFor({ keyFile }: RecognizerServer): Promise<Readonly<Record<string, string>>> {
  if (keyFile === null) return {};
  let key: string;
  try {
    key = (await readFile(keyFile, "utf8")).trim();
  } catch (cause) {
    throw new ListeningError("recognizer-failed", { cause, detail: `the key file ${keyFile} cannot be read` });
  }
  // `Headers` repeats what it refuses in its error, so nothing that it could refuse may reach it.
  if (!/^[\x21-\x7e]{1,4096}$/.test(key)) {
    throw new ListeningError("recognizer-failed", {
      detail: `the key file ${keyFile} does not hold a key and nothing else`,
    });
  }
  return { authorization: `Bearer ${key}` };
}
