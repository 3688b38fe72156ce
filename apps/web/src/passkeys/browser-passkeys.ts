/** Browsers have passkeys on a name with https, and on localhost; an IP address is no name (WebAuthn level 3, §5.1.3). */
export function isPasskeyAddress({ protocol, hostname }: Pick<Location, "protocol" | "hostname">): boolean {
  const isName = !/^(?:[\d.]+|\[.*\])$/.test(hostname);
  return isName && (protocol === "https:" || hostname === "localhost" || hostname.endsWith(".localhost"));
}

/** The same page under an address that has passkeys, where this is the machine itself; else null. */
export function onLocalhost(href: string): string | null {
  const url = new URL(href);
  if (url.protocol !== "http:" || !/^(?:127\.[\d.]+|\[::1\])$/.test(url.hostname)) return null;
  url.hostname = "localhost";
  return url.href;
}

/** Whether this browser has passkeys, and takes and gives them as JSON (WebAuthn level 3, §5.1.9 and §5.1.10). */
export function knowsPasskeys(): boolean {
  return typeof PublicKeyCredential !== "undefined" && "parseCreationOptionsFromJSON" in PublicKeyCredential;
}

/** What a browser gives back, for the server to verify. */
type CredentialJson = { id: string; type: "public-key" };

/** `declined`: by the person, or nobody did anything in time. `already-there`: this device has one for the account. */
export type WhyNot = "declined" | "already-there" | "impossible";

type Answer = { kind: "answered"; response: CredentialJson } | { kind: WhyNot };

/** Makes a passkey on this device, or on one that the person chooses. `options` is what the server wants of it. */
export function makePasskey(options: Readonly<Record<string, unknown>>, { signal }: { signal: AbortSignal }) {
  return answerOf(() => {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
      options as unknown as PublicKeyCredentialCreationOptionsJSON,
    );
    return navigator.credentials.create({ publicKey, signal });
  });
}

/** Lets the person choose one of their passkeys for this address and prove that they are its owner. */
export function takePasskey(options: Readonly<Record<string, unknown>>, { signal }: { signal: AbortSignal }) {
  return answerOf(() => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
      options as unknown as PublicKeyCredentialRequestOptionsJSON,
    );
    return navigator.credentials.get({ publicKey, signal });
  });
}

async function answerOf(ask: () => Promise<Credential | null>): Promise<Answer> {
  try {
    const credential = await ask();
    if (!(credential instanceof PublicKeyCredential)) return { kind: "impossible" };
    return { kind: "answered", response: credential.toJSON() as CredentialJson };
  } catch (failure) {
    return { kind: whyNot(failure) };
  }
}

/** What a browser means by its refusal (WebAuthn level 3, §5.1.3 and §5.1.4). */
export function whyNot(failure: unknown): WhyNot {
  if (!(failure instanceof DOMException)) return "impossible";
  switch (failure.name) {
    case "AbortError":
    case "NotAllowedError":
      return "declined";
    case "InvalidStateError":
      return "already-there";
    default:
      return "impossible";
  }
}
