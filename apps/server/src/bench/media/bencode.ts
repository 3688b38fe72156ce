/** What rtpengine's control protocol says: dictionaries, lists, strings and whole numbers, bencoded. */
export type Bencoded = string | number | readonly Bencoded[] | { readonly [key: string]: Bencoded };

/** Null for bytes that are not one whole value. */
export type Decoded = Bencoded | null;

export function encodeBencode(value: Bencoded): string {
  if (typeof value === "number") return `i${Math.trunc(value)}e`;
  if (typeof value === "string") return `${Buffer.byteLength(value)}:${value}`;
  if (isList(value)) return `l${value.map(encodeBencode).join("")}e`;
  const pairs = Object.entries(value).map(([key, held]) => encodeBencode(key) + encodeBencode(held));
  return `d${pairs.join("")}e`;
}

export function decodeBencode(bytes: Buffer): Decoded {
  const read = readValue(bytes, 0);
  return read !== null && read.end === bytes.length ? read.value : null;
}

type Read<Value extends Bencoded = Bencoded> = { readonly value: Value; readonly end: number } | null;

const letter = { d: 0x64, e: 0x65, i: 0x69, l: 0x6c, colon: 0x3a };

function readValue(bytes: Buffer, at: number): Read {
  switch (bytes[at]) {
    case letter.i:
      return readNumber(bytes, at);
    case letter.l:
      return readList(bytes, at);
    case letter.d:
      return readDictionary(bytes, at);
    default:
      return readString(bytes, at);
  }
}

function readNumber(bytes: Buffer, at: number): Read {
  const end = bytes.indexOf(letter.e, at);
  const value = Number(bytes.toString("latin1", at + 1, end));
  return end < 0 || !Number.isInteger(value) ? null : { value, end: end + 1 };
}

function readString(bytes: Buffer, at: number): Read<string> {
  const colon = bytes.indexOf(letter.colon, at);
  const length = Number(bytes.toString("latin1", at, colon));
  const end = colon + 1 + length;
  if (colon <= at || !Number.isInteger(length) || length < 0 || end > bytes.length) return null;
  return { value: bytes.toString("utf8", colon + 1, end), end };
}

function readList(bytes: Buffer, at: number): Read {
  const list: Bencoded[] = [];
  let next = at + 1;
  while (bytes[next] !== letter.e) {
    const read = readValue(bytes, next);
    if (read === null) return null;
    list.push(read.value);
    next = read.end;
  }
  return { value: list, end: next + 1 };
}

function readDictionary(bytes: Buffer, at: number): Read {
  const entries: [string, Bencoded][] = [];
  let next = at + 1;
  while (bytes[next] !== letter.e) {
    const key = readString(bytes, next);
    const held = key === null ? null : readValue(bytes, key.end);
    if (key === null || held === null) return null;
    entries.push([key.value, held.value]);
    next = held.end;
  }
  return { value: Object.fromEntries(entries), end: next + 1 };
}

function isList(value: Bencoded): value is readonly Bencoded[] {
  return Array.isArray(value);
}
