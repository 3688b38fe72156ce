/** A stretch of the normalised text that the speaker quotes. End exclusive. */
type Span = { readonly start: number; readonly end: number };

const particle =
  "(?<quote>[가-힣ㄱ-ㅎ]{1,}?)(?:이?라고|냐고|다고|자고|이?라는|다는|이?라며|이?라면서|이?란|이?래요|대요|냬요|이?랬어요|댔어요)";
const saying =
  "(?: ?(?:막 |그렇게 |계속 |자꾸 |또 )?(?:했|하더|하던|하시|하길래|하는 ?거|하면|하니까|해서|하네요|하잖|하고|그랬|그러|말씀|말을|말이|말도|말했|욕|소리|들었|들어|부르|부릅|불렀|불러|쓰여|써|적혀|적어|나오|나왔|떠요|떴|놀리|놀려|놀렸|협박|문자|댓글|얘기|이야기|전화|글이|글을|사람이|사람한테|의심|표현|단어|뜻)|$)";
const reportedPattern = new RegExp(`${particle}${saying}`, "g");

/** Who is quoted: someone who is not the one spoken to. */
const source =
  /(?:걔|쟤|그 ?사람|그 ?분|그 ?여자|그 ?남자|그쪽|상대|누가|누군가|어떤|다른|직원|상담원|상담사|기사|사장|손님|고객|남편|아내|와이프|친구|아들|딸|이웃|옆집|윗집|아랫집|앞집|애들|아이|학생|선생|팀장|과장|부장|상사|시어머니|아저씨|아줌마|범인|사기꾼|댓글|문자|인터넷|카톡|방송|뉴스)[가-힣]*|(?:저|나|제|내|우리 ?[가-힣]{1,3})(?:한테|에게|보고|더러|게)/g;
const politeEnding = /(?:요|니다|니까|죠|데요|거든요|든요)$/;
const ownWord = /(?:^| )(?:내가|나는|난)(?: |$)/;

const farthestWords = 6;

/**
 * Finds what is only repeated: "걔가 저한테 병신이라고 했어요". Needs a word of saying after the quote, and someone who said
 * it or a polite ending; "내가 죽여버린다고 했지" stays the speaker's own.
 */
export function findReported(normalised: string): readonly Span[] {
  const spans: Span[] = [];
  for (const match of normalised.matchAll(reportedPattern)) {
    const end = match.index + match[0].length;
    const before = normalised.slice(0, match.index);
    const named = [...before.matchAll(source)].at(-1);
    const polite = politeEnding.test(normalised);
    if (named === undefined && (!polite || ownWord.test(before))) continue;
    spans.push({ start: quoteStart(before, named), end });
  }
  return spans;
}

/** From behind the one who said it; without one, only the word that carries the particle. */
function quoteStart(before: string, named: RegExpMatchArray | undefined): number {
  const wordStart = before.lastIndexOf(" ") + 1;
  if (named === undefined) return wordStart;
  const afterSource = (named.index ?? 0) + named[0].length;
  const words = [...before.slice(afterSource).matchAll(/ [^ ]*/g)];
  const first = words.at(-farthestWords);
  return first === undefined ? Math.min(afterSource, wordStart) : afterSource + first.index;
}
