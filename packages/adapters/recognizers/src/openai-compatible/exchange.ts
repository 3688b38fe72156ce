import { ListeningError } from "@jikimi/listening";

/** A transcription of 12 s with every word is some kilobytes. */
const MOST_ANSWER_BYTES = 1_000_000;
/** A connection that was kept open and is found closed: nobody is at fault, and the next one works. */
const RESET_CODES: readonly string[] = ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"];

/**
 * Posts a form and gives back the answer's text; a connection that was reset is tried once more. Rejects with `ListeningError`:
 * `recognizer-failed` for any status but 2xx (a redirect is one, and never followed: the sound and the key go where they were
 * sent) and for an answer beyond a megabyte, `recognizer-lost` where there is no connection; or with the signal's reason.
 * Errors say a status or a code and have no cause: an HTTP library's error may quote what was sent or answered.
 */
export async function postForm(
  url: string,
  {
    headers,
    form,
    signal,
  }: { readonly headers: Readonly<Record<string, string>>; readonly form: FormData; readonly signal: AbortSignal },
): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await fetch(url, { method: "POST", headers, body: form, signal, redirect: "manual" });
      return await answerOf(response);
    } catch (failure) {
      signal.throwIfAborted();
      if (failure instanceof ListeningError) throw failure;
      const code = codeOf(failure);
      if (attempt === 1 && RESET_CODES.includes(code)) continue;
      throw new ListeningError("recognizer-lost", { detail: `no connection to the server (${code})` });
    }
  }
}

async function answerOf(response: Response): Promise<string> {
  if (!response.ok) {
    await response.body?.cancel().catch(() => {});
    throw new ListeningError("recognizer-failed", { detail: `the server answered ${response.status}` });
  }
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body ?? []) {
    bytes += piece.byteLength;
    if (bytes > MOST_ANSWER_BYTES) {
      throw new ListeningError("recognizer-failed", { detail: "the server's answer is larger than a megabyte" });
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

/** The innermost code of a failed `fetch`, such as `ECONNREFUSED`. */
function codeOf(failure: unknown): string {
  const { code, cause } = (failure ?? {}) as { readonly code?: unknown; readonly cause?: unknown };
  if (cause !== undefined) return codeOf(cause);
  return typeof code === "string" ? code : "unknown";
}
