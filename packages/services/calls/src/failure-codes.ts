/**
 * How one leg's failure is told to the other: one table, so that a citizen's telephone and an agent's say the same
 * thing for the same cause. Left: the SIP status that came (RFC 3261 §21) or what went wrong inside.
 */
export type LegFailure =
  | { readonly kind: "status"; readonly status: number }
  | { readonly kind: "no-answer" }
  | { readonly kind: "unreachable" }
  | { readonly kind: "media-unavailable" }
  | { readonly kind: "not-authorised" }
  | { readonly kind: "unknown-number" }
  | { readonly kind: "codec-mismatch" }
  | { readonly kind: "overloaded" }
  | { readonly kind: "shutting-down" };

export type FailureMeaning =
  | "busy"
  | "no-answer"
  | "declined"
  | "unknown-number"
  | "unreachable"
  | "forbidden"
  | "no-common-codec"
  | "fault";

export type MappedFailure = { readonly status: number; readonly reason: string; readonly meaning: FailureMeaning };

const byStatus: ReadonlyMap<number, MappedFailure> = new Map([
  [401, { status: 403, reason: "Forbidden", meaning: "forbidden" }],
  [403, { status: 403, reason: "Forbidden", meaning: "forbidden" }],
  [404, { status: 404, reason: "Not Found", meaning: "unknown-number" }],
  [407, { status: 403, reason: "Forbidden", meaning: "forbidden" }],
  [408, { status: 480, reason: "Temporarily Unavailable", meaning: "no-answer" }],
  [410, { status: 410, reason: "Gone", meaning: "unknown-number" }],
  [415, { status: 488, reason: "Not Acceptable Here", meaning: "no-common-codec" }],
  [480, { status: 480, reason: "Temporarily Unavailable", meaning: "unreachable" }],
  [484, { status: 484, reason: "Address Incomplete", meaning: "unknown-number" }],
  [486, { status: 486, reason: "Busy Here", meaning: "busy" }],
  [487, { status: 487, reason: "Request Terminated", meaning: "no-answer" }],
  [488, { status: 488, reason: "Not Acceptable Here", meaning: "no-common-codec" }],
  [503, { status: 503, reason: "Service Unavailable", meaning: "fault" }],
  [600, { status: 486, reason: "Busy Here", meaning: "busy" }],
  [603, { status: 603, reason: "Decline", meaning: "declined" }],
  [604, { status: 404, reason: "Not Found", meaning: "unknown-number" }],
  [606, { status: 488, reason: "Not Acceptable Here", meaning: "no-common-codec" }],
]);

/** Never returns a status below 400, nor a redirect: no inside address leaves (RFC 3261 §8.1.3.4 is not relayed). */
export function mapFailure(failure: LegFailure): MappedFailure {
  switch (failure.kind) {
    case "status":
      return byStatus.get(failure.status) ?? mapStatusClass(failure.status);
    case "no-answer":
      return { status: 480, reason: "Temporarily Unavailable", meaning: "no-answer" };
    case "unreachable":
      return { status: 503, reason: "Service Unavailable", meaning: "unreachable" };
    case "media-unavailable":
      return { status: 503, reason: "Service Unavailable", meaning: "fault" };
    case "not-authorised":
      return { status: 403, reason: "Forbidden", meaning: "forbidden" };
    case "unknown-number":
      return { status: 404, reason: "Not Found", meaning: "unknown-number" };
    case "codec-mismatch":
      return { status: 488, reason: "Not Acceptable Here", meaning: "no-common-codec" };
    case "overloaded":
    case "shutting-down":
      return { status: 503, reason: "Service Unavailable", meaning: "fault" };
  }
}

function mapStatusClass(status: number): MappedFailure {
  if (status >= 600) return { status: 603, reason: "Decline", meaning: "declined" };
  if (status >= 500) return { status: 503, reason: "Service Unavailable", meaning: "fault" };
  return { status: 480, reason: "Temporarily Unavailable", meaning: "unreachable" };
}
