/** How far `to` is after `from` in 16-bit sequence numbers: -32768 to 32767, negative when it is before. */
export function sequenceDistance(from: number, to: number): number {
  return ((to - from) << 16) >> 16;
}

/** How far `to` is after `from` in 32-bit timestamps, in ticks; negative when it is before. */
export function timestampDistance(from: number, to: number): number {
  return (to - from) | 0;
}
