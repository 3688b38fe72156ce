import { routes } from "virtual:contract";
import type { ApiError, ErrorCode, OperationInput, OperationName, OperationOutput } from "@jikimi/http-api";

type Bilingual = { readonly ko: string; readonly en: string };

/** `unreachable`: the server did not answer at all; `unexpected`: what it answered is not in the contract. */
export type FailureCode = ErrorCode | "unreachable" | "unexpected";

/** An operation that did not work, in words for people. `field`: the input that caused it, where one did. */
export class ApiFailure extends Error {
  override readonly name = "ApiFailure";
  readonly code: FailureCode;
  readonly text: Bilingual;
  readonly field: string | null;

  constructor(
    code: FailureCode,
    text: Bilingual,
    { field, cause }: { field?: string | undefined; cause?: unknown } = {},
  ) {
    super(`${code}: ${text.en}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.text = text;
    this.field = field ?? null;
  }
}

const unreachable: Bilingual = {
  ko: "서버에 연결할 수 없습니다. 네트워크를 확인해 주세요. 연결되면 다시 시도할 수 있습니다.",
  en: "The server cannot be reached. Check the network; you can try again when it is back.",
};
const unexpected: Bilingual = {
  ko: "서버가 예상하지 못한 답을 보냈습니다. 페이지를 새로 고쳐 보시고, 계속되면 관리자에게 알려 주세요.",
  en: "The server sent an unexpected answer. Reload the page; if it goes on, tell your administrator.",
};

export type ClientOptions = {
  readonly fetch: typeof fetch;
  /** Called whenever the server says that nobody is signed in any more. */
  readonly onSignedOut: () => void;
};

/** Asks the server: one method for every operation of the contract, typed by the operation's name. */
export class Client {
  readonly #fetch: typeof fetch;
  readonly #onSignedOut: () => void;

  constructor({ fetch, onSignedOut }: ClientOptions) {
    this.#fetch = fetch;
    this.#onSignedOut = onSignedOut;
  }

  /** Rejects with `ApiFailure`, or with the signal's reason when cancelled. */
  async ask<Name extends OperationName>(
    name: Name,
    input: OperationInput<Name>,
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): Promise<OperationOutput<Name>> {
    const { method, path } = routes[name];
    const { url, rest } = place(path, input as Record<string, unknown>);
    let response: Response;
    try {
      response = await this.#fetch(method === "GET" ? `${url}${query(rest)}` : url, {
        method,
        credentials: "same-origin",
        headers: method === "GET" ? {} : { "content-type": "application/json" },
        ...(method === "GET" ? {} : { body: JSON.stringify(rest) }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      throw new ApiFailure("unreachable", unreachable, { cause });
    }
    const body: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw this.#failure(response.status, body);
    if (!isObject(body)) throw new ApiFailure("unexpected", unexpected);
    return body as OperationOutput<Name>;
  }

  #failure(status: number, body: unknown): ApiFailure {
    if (!isApiError(body)) {
      return status >= 502 && status <= 504
        ? new ApiFailure("unreachable", unreachable)
        : new ApiFailure("unexpected", unexpected);
    }
    const { code, ko, en, field } = body;
    if (code === "not-signed-in") this.#onSignedOut();
    return new ApiFailure(code, { ko, en }, { field });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object";
}

function isApiError(value: unknown): value is ApiError {
  return isObject(value) && [value.code, value.ko, value.en].every((text) => typeof text === "string");
}

/** Puts the input's fields of a path's `:names` into it; the others are for the query or the body. */
function place(path: string, input: Record<string, unknown>): { url: string; rest: Record<string, unknown> } {
  const rest = { ...input };
  const url = path.replaceAll(/:(\w+)/g, (_whole, name: string) => {
    const value = rest[name];
    delete rest[name];
    return encodeURIComponent(String(value));
  });
  return { url, rest };
}

function query(fields: Record<string, unknown>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && value !== null)
      search.set(name, typeof value === "string" ? value : JSON.stringify(value));
  }
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}
