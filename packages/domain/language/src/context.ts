import type { Reading } from "./reading.ts";

/** Numbered for the feature hash: never renumber without raising `featureSet`. */
const flags = {
  reported: 1,
  you: 2,
  polite: 3,
  selfOnly: 4,
  short: 5,
  youRude: 6,
  reportedPolite: 7,
  youPolite: 8,
} as const;

const you = /(?:^| )(?:너|넌|널|니|네가|니가|니들|너네|너희|네놈|네년|니놈|당신|그쪽|댁|야 |자네|얘|니네|늬)/;
const self = /(?:^| )(?:내가|나는|난|저는|제가|전|저도|나도|나|저)(?: |$)/;
const polite = /(?:요|니다|니까|죠|세요|네요|데요|시오)$/;

/** Who is spoken to and how: facts about the whole utterance that no n-gram holds. */
export function contextFlags(reading: Reading): readonly number[] {
  const { text } = reading.normalised;
  const found: number[] = [];
  const isPolite = polite.test(text);
  const toYou = you.test(text);
  const isReported = reading.reported.includes(1);
  if (isReported) found.push(flags.reported);
  if (toYou) found.push(flags.you, isPolite ? flags.youPolite : flags.youRude);
  if (isPolite) found.push(flags.polite);
  if (isReported && isPolite) found.push(flags.reportedPolite);
  if (!toYou && self.test(text)) found.push(flags.selfOnly);
  if (reading.words.length <= 2) found.push(flags.short);
  return found;
}
