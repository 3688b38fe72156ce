import type { Speaker } from "@jikimi/kernel";

/** One sentence of a summary: word for word as it was heard. */
export type SummarySentence = { readonly speaker: Speaker; readonly text: string; readonly atMs: number };

export type SaidLine = {
  readonly speaker: Speaker;
  readonly startMs: number;
  readonly confidence: number;
  readonly words: readonly { readonly text: string }[];
  readonly labels: readonly string[];
};

const maxSentences = 5;
/** Heard less surely than this, a sentence may say something that nobody said. */
const minConfidence = 0.4;
/** Shorter is an assent or a greeting, not a matter. */
const minLetters = 4;

/**
 * A few sentences to begin a write-up with: chosen by where they stand (what the caller came with, what was agreed
 * last), by being a question or a request, and by naming days, times, amounts or numbers. Nothing is made up and
 * nothing reworded; what was abusive stays out, and so does what was shouted in between. In the order they were said;
 * empty where nothing stands out.
 */
export function summaryOf(lines: readonly SaidLine[]): readonly SummarySentence[] {
  const raging = midRage(lines);
  const said = lines.filter((line) => !raging.has(line)).flatMap(sentencesOf);
  const matters = said.filter(({ speaker, text }) => speaker === "caller" && !isGreeting(text)).slice(0, 2);
  const agreed = said.findLast(({ speaker, text }) => speaker === "agent" && isPromise(text));
  const rated = said.map((sentence, i) => {
    const { text, speaker } = sentence;
    let points = 0;
    if (sentence === matters[0]) points += 4;
    else if (sentence === matters[1]) points += 1;
    if (sentence === agreed) points += 4;
    if (isGreeting(text)) points -= 4;
    if (namesFigures(text)) points += 2;
    if (isQuestion(text)) points += speaker === "caller" ? 2 : 1;
    if (isRequest(text) && speaker === "caller") points += 2;
    if (isPromise(text) && speaker === "agent") points += 1;
    return { sentence, points, i };
  });
  return rated
    .filter(({ points }) => points >= 2)
    .sort((a, b) => b.points - a.points || a.i - b.i)
    .slice(0, maxSentences)
    .sort((a, b) => a.i - b.i)
    .map(({ sentence }) => sentence);
}

/** What a caller said between two abusive utterances: most likely more of it, misheard. */
function midRage(lines: readonly SaidLine[]): ReadonlySet<SaidLine> {
  const caller = lines.filter(({ speaker }) => speaker === "caller");
  const isAbusive = (line: SaidLine | undefined) => line !== undefined && line.labels.length > 0;
  return new Set(caller.filter((_, i) => isAbusive(caller[i - 1]) && isAbusive(caller[i + 1])));
}

function sentencesOf({ speaker, startMs, confidence, words, labels }: SaidLine): SummarySentence[] {
  if (labels.length > 0 || confidence < minConfidence) return [];
  const text = words.map((word) => word.text).join(" ");
  return text
    .split(/(?<=[.?!。？！])\s+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => (sentence.match(/[\p{L}\p{N}]/gu) ?? []).length >= minLetters)
    .map((sentence) => ({ speaker, text: sentence, atMs: startMs }));
}

function isGreeting(text: string): boolean {
  return /안녕하세요|안녕하십니까|여보세요|감사합니다|고맙습니다|수고하세요|상담사\s*\S*입니다|^(?:hello|hi|thank you|thanks|good (?:morning|afternoon|evening)|goodbye)\b/iu.test(
    text,
  );
}

function isQuestion(text: string): boolean {
  return (
    /[?？]$/u.test(text) ||
    /(?:까요?|나요|ㄴ가요|은가요|는가요|인가요|한가요|을까|ㄹ까|니까|죠)[.\s]*$/u.test(text) ||
    /^(?:what|when|where|who|why|how|which|can|could|may|is|are|do|does|did|will|would)\b/iu.test(text)
  );
}

function isRequest(text: string): boolean {
  return /(?:해|어|아|여|꿔|려|겨|워|와|내)\s*(?:주세요|주십시오|주실|줘요?)|부탁|싶(?:어|은|습)|원(?:해|합)|필요(?:해|합)|신청|취소|변경|\b(?:please|i want|i would like|i'd like|i need|cancel|change)\b/iu.test(
    text,
  );
}

function isPromise(text: string): boolean {
  return /(?:드리겠|하겠|드릴게|할게|되겠|보내\s*드|처리\s*(?:해|됐|됩|완)|접수\s*(?:됐|되|했|완)|예약\s*(?:됐|되|했)|변경\s*(?:됐|되|했)|취소\s*(?:됐|되|했)|\b(?:i will|i'll|we will|we'll|has been|is booked|is cancelled)\b)/iu.test(
    text,
  );
}

/** Digits, or Korean numerals with what they count; days, dates, times. */
function namesFigures(text: string): boolean {
  return (
    /[0-9]/u.test(text) ||
    /[일이삼사오육칠팔구십백천만억]\s*(?:원|시|분|월|일|년|번|개|명|건|층|호|회|퍼센트|프로)/u.test(text) ||
    /(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉|열|열한|열두)\s*(?:시|개|명|분|번|건|장|달|주)(?:[^가-힣]|$|에|까|부|로|이|을|은|간|동)/u.test(
      text,
    ) ||
    /(?:월|화|수|목|금|토|일)요일|오늘|내일|모레|이번\s*주|다음\s*주|다음\s*달|이번\s*달/u.test(text) ||
    /\b(?:today|tomorrow|(?:mon|tues|wednes|thurs|fri|satur|sun)day|next (?:week|month))\b/iu.test(text)
  );
}
