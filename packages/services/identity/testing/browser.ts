import type { Visit } from "../src/visit.ts";

/** A browser that keeps its cookies, wherever it is. Everything it is given goes back with the next visit. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #origin: string;
  readonly #local: boolean;
  source: string;

  constructor({ source = "198.51.100.1", origin = "https://desk.example", local = false } = {}) {
    this.source = source;
    this.#origin = origin;
    this.#local = local;
  }

  visit(): Visit {
    return {
      origin: this.#origin,
      source: this.source,
      local: this.#local,
      cookies: [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; "),
      setCookie: (header) => {
        const [pair = ""] = header.split(";");
        const at = pair.indexOf("=");
        if (/max-age=0(?:;|$)/i.test(header)) this.cookies.delete(pair.slice(0, at));
        else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
      },
    };
  }
}
