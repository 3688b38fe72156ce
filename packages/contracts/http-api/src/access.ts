export const roles = ["agent", "supervisor", "administrator", "auditor"] as const;
type Role = (typeof roles)[number];

/**
 * Who may ask an operation. `anyone`: without signing in. `signed-in`: every person. A list: these roles. The command
 * line on the machine itself counts as an administrator, except for `people`: what only somebody with a session can
 * mean, because it is about themselves.
 */
export type Access = "anyone" | "signed-in" | readonly Role[] | { readonly people: readonly Role[] };

/** Who sets up the centre. */
export const keepers = ["administrator"] as const;
/** Who looks at others' calls and at how the centre is. */
export const reviewers = ["supervisor", "administrator", "auditor"] as const;
/** Who has a desk: an administrator takes calls too where the house is small. */
export const desks = { people: ["agent", "supervisor", "administrator"] } as const;
export const everybody = { people: roles } as const;
