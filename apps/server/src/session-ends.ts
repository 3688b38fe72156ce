/** A session is over; a call that is on goes on. */
export type SessionEnded = {
  readonly sessionId: string;
  readonly why: "expired" | "signed-out" | "deactivated";
};

/** Returns the way to stop listening. */
export type SessionEnds = (listener: (ended: SessionEnded) => void) => () => void;
