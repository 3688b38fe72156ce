/** What a check of a recording can find. A sound recording has none. */
export type RecordingFinding =
  /** Wrapped by another site's key, or by a way this version does not know. */
  | { readonly kind: "wrong-key"; readonly keyId: string | null }
  | { readonly kind: "not-a-recording"; readonly why: string }
  /**
   * Bytes that no writer of this file made. `index`: the block that must have been there, where what lies around it
   * tells; null otherwise. `offset` and `bytes` say where in the file.
   */
  | {
      readonly kind: "altered";
      readonly where: "header" | "block" | "after-end";
      readonly index: number | null;
      readonly offset: number;
      readonly bytes: number;
    }
  | { readonly kind: "missing-block"; readonly firstIndex: number; readonly lastIndex: number }
  /** A sound block that is not in its place, or is there twice. */
  | { readonly kind: "swapped"; readonly index: number; readonly offset: number }
  /** No final block: the process or the machine died, or the end was cut off. All up to `lastIndex` is readable. */
  | { readonly kind: "not-closed"; readonly lastIndex: number; readonly strayBytes: number }
  /** Made by a holder of the key, yet not in this version's form. */
  | { readonly kind: "unknown-content"; readonly index: number }
  /** The file is not, byte for byte, the one that was closed: its hash differs from the one kept elsewhere. */
  | { readonly kind: "other-hash"; readonly expectedSha256: string; readonly sha256: string };
