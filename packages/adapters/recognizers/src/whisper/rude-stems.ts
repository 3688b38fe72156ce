import type { AbuseLabel } from "@jikimi/language";

/** A rude word, with the forms in which it is said; a space in a form may or may not be heard. */
export type RudeStem = {
  /** Its plainest form, which stands for all of them. */
  readonly stem: string;
  readonly label: AbuseLabel;
  readonly forms: readonly string[];
  /** How likely it must be, by the recogniser's own scores, before the desk is told. */
  readonly leastConfidence: number;
};

/** exp(-2): at this, 1.3 false hints an hour of ordinary speech were counted over all stems (models/whisper-base-ko/loop). */
const USUAL = 0.135;
/** exp(-1), where none was: for short stems, which ordinary words resemble. */
const SHORT = 0.37;

/**
 * What the second ear listens for. Chosen because callers say it to the people who answer (docs/measurements/hearing.md has what
 * each is worth); nothing that is mostly said innocently (보지, 자지, 씨, 죽겠네) is here.
 */
export const RUDE_STEMS: readonly RudeStem[] = [
  // profanity
  rude(
    "씨발",
    "profanity",
    "씨발 시발 씨바 시바 씨벌 시벌 씨팔 시팔 씨빨 쓰발 씨발아 씨발놈 씨발년 씨발놈아 씨발년아 씨발새끼 시발놈 시발년 시발새끼 씨부럴 씨불 니미씨발 아_씨발 야_씨발 이_씨발 에이_씨발 씨발_진짜 씨발_것들",
  ),
  rude("좆", "profanity", "좆같 좆같은 좆같네 좆같아 좆까 좆까라 좆도 좆만한 좆됐 좆밥 개좆 좆대로 좆나 좆빠지"),
  rude("존나", "profanity", "존나 존내 존낸 좃나 졸라 존나게 쫀나 줜나 좐나", SHORT),
  rude(
    "새끼",
    "profanity",
    "새끼야 새끼들 새끼들아 이새끼 저새끼 그새끼 이새끼야 이_새끼들 개새끼 개새끼야 개새끼들 개새끼들아 개색끼 개쉐이 쌔끼 색끼 새꺄 호로새끼 쥐새끼 양아치_새끼 거지새끼 놈의_새끼",
    SHORT,
  ),
  rude("개자식", "profanity", "개자식 개자식아 개자식들 후레자식 호로자식 이_자식아 이_자식이"),
  rude(
    "지랄",
    "profanity",
    "지랄 지랄하 지랄하네 지랄하지마 지랄이야 지랄맞 개지랄 쌩지랄 지랄_염병 염병 염병하네 옘병 옘병하네 육갑 육갑하네",
  ),
  rude("빌어먹을", "profanity", "빌어먹을 우라질 제기랄 젠장할 육시랄 썩을_놈 썩을_년 망할_놈 망할_년"),
  rude("썅", "profanity", "썅 쌍년 쌍년아 썅년 썅놈 쌍놈 쌍놈아 쌍놈의 쌍것 쌍것들", SHORT),
  rude("엿먹어", "profanity", "엿먹어 엿_먹어 엿먹어라 엿_먹어라 뻐큐 퍽큐 빠큐"),
  rude(
    "니미",
    "profanity",
    "니미 니미럴 니기미 느금마 니애미 니_애미 니_에미 네_에미 니_애비 애미없 애비없 애미_없는 엠창 애미_뒤진",
  ),
  rude("개같은", "profanity", "개같은 개_같은 개같네 개_같네 개같이 개_같은_년 개_같은_놈 개떡같 개_떡_같은 개좆같"),
  rude(
    "개소리",
    "profanity",
    "개소리 개소리야 개소리하 개소리하지마 개소리_하지_마 개소리_집어치워 개수작 개수작이야 개지랄",
  ),
  rude(
    "처먹어",
    "profanity",
    "처먹 처먹고 처먹어 쳐먹 쳐먹고 쳐먹어 처먹은 쳐먹은 처자빠져 쳐자빠져 처돌았 쳐돌았 처웃 쳐웃",
  ),
  // insult
  rude(
    "병신",
    "insult",
    "병신 병신아 병신같 병신같은 병신_같은 병신이야 병신이냐 병신들 병신들아 병신새끼 병신_새끼 상병신 븅신 븅신아 빙신 등신 등신아 등신같은 등신_같은",
  ),
  rude(
    "미친",
    "insult",
    "미친놈 미친년 미친놈아 미친년아 미친새끼 미친_놈 미친_년 미친_새끼 미친놈들 미친년들 미친개 미친_거_아니야 미친거_아니야 미쳤냐 미쳤나 미쳤구나 미친_것들 미친것들",
  ),
  rude(
    "또라이",
    "insult",
    "또라이 또라이야 또라이_새끼 또라이새끼 돌아이 돌았냐 돌았나 돌았어 정신병자 정신_나간 정신나간 싸이코 사이코",
  ),
  rude("꺼져", "insult", "꺼져 꺼져라 꺼지라고 꺼지라니까 꺼져버려 꺼져_버려 꺼지세요"),
  rude("닥쳐", "insult", "닥쳐 닥쳐라 닥치라고 닥치고 닥치라니까 입닥쳐 입_닥쳐 입_닥치고 아가리_닥쳐 주둥이_닥쳐"),
  rude("아가리", "insult", "아가리 아가리를 주둥이 주둥아리 주둥이를 주둥아리를 아가리_찢 주둥이_찢"),
  rude(
    "이년",
    "insult",
    "이년아 이년이 저년 저년이 그년 그년이 개년 개년아 잡년 걸레년 나쁜년 나쁜_년 이_년아 이_년이 미친_년이 망할년 싸가지_없는_년",
    SHORT,
  ),
  rude(
    "이놈",
    "insult",
    "이놈아 이놈의 이놈들 저놈들 개놈 개놈아 잡놈 나쁜_놈아 나쁜놈 나쁜_놈들 도둑놈 도둑놈아 도둑놈들 죽일놈 죽일_놈 날강도",
    SHORT,
  ),
  rude(
    "쓰레기",
    "insult",
    "쓰레기야 쓰레기같은 쓰레기_같은 인간쓰레기 인간_쓰레기 쓰레기들 쓰레기들아 쓰레기네 쓰레기_회사 쓰레기_새끼",
  ),
  rude(
    "멍청이",
    "insult",
    "멍청이 멍청한 멍청아 멍청하 멍청이들 멍청한_년 멍청한_놈 머저리 천치 얼간이 찌질이 찐따 멍청하네",
  ),
  rude("바보", "insult", "바보야 바보같은 바보_같은 바보냐 바보들 바보_아니야"),
  rude("돌대가리", "insult", "돌대가리 대가리 대가리가 대갈 대갈통 대가리_빠가 골_빈 골빈 닭대가리 무뇌"),
  rude(
    "싸가지",
    "insult",
    "싸가지 싸가지없 싸가지_없 싸가지_없는 싸가지가_없 싸가지없네 싹수없 싹수가_없 재수없 재수_없 재수없는_년 재수_없네",
  ),
  rude("꼴값", "insult", "꼴값 꼴값하네 꼴값_떨 꼴깝 꼴깝하네 꼴깝_떠네 주제에 주제를_알아"),
  rude(
    "못배운",
    "insult",
    "못_배운 못배운 못_배워_먹은 못배워먹은 무식한 무식하네 무식한_것들 배운_게_없 가정교육 부모가_그렇게",
  ),
  rude("사기꾼", "insult", "사기꾼 사기꾼들 사기꾼_새끼 사기꾼새끼 사기꾼아 사기꾼들아 도둑년"),
  rude(
    "거지같은",
    "insult",
    "거지같은 거지_같은 거지같네 벌레같은 벌레_같은 개돼지 버러지 버러지같은 인간_말종 인간말종 양아치 양아치들",
  ),
  rude("찌질이", "insult", "찌질한 찌질하네 찐따 찐따_새끼 폐급 밥버러지 월급충 월급_도둑 세금_도둑 세금도둑"),
  rude("꼰대", "insult", "꼰대 늙은이 늙다리 할망구 영감탱이 노친네 늙은_년 늙은_놈"),
  // threat
  rude(
    "죽여버려",
    "threat",
    "죽여버 죽여버려 죽여버린다 죽여버릴 죽여_버려 죽여_버린다 죽여_버릴 죽여버리겠 죽여줄까 죽일_거야 죽일거야 쳐죽 쳐_죽일 때려죽 때려_죽 찢어_죽 밟아_죽 칼로_찔러 찔러_죽 찔러버 쑤셔버 목을_따 모가지_따 모가지를 죽고_싶냐 죽고싶냐 죽고_싶어 죽을래 너_죽어",
  ),
  rude(
    "뒤져",
    "threat",
    "뒤져 뒤져라 뒤지고_싶 뒤지고싶 뒤질래 뒤진다 뒈져 뒈져라 뒈질래 디져 디져라 디질래 뒤져버려 뒤졌어",
    SHORT,
  ),
  rude(
    "가만 안 둬",
    "threat",
    "가만_안_둬 가만_안_둔다 가만_안_둘 가만두지_않 가만_두지_않 가만히_안_둬 가만_놔두지 작살_내 작살내 박살_내 박살내버 아작_내 아작내 조져버 조져_버려 끝장_내",
  ),
  rude(
    "불 질러",
    "threat",
    "불_질러 불질러 불_지른다 불_싸질러 불싸질러 불_질러버 불_질러_버려 폭파 폭파시켜 폭파해 기름_뿌려 가스통",
  ),
  rude(
    "찾아가서",
    "threat",
    "찾아가서_죽 찾아가서_가만 찾아가_죽 찾아내서_죽 집_앞에서_기다 퇴근할_때_기다 밤길_조심 밤길조심 뒤통수_조심 너_어디_사 니_집 가족들_조심 애들_조심 칼_들고_간다 칼_들고_가 칼들고 칼_가지고",
  ),
  rude(
    "패버려",
    "threat",
    "패버려 패버린다 패버릴 패_죽 줘패 줘_패 두들겨_패 뚝배기_깨 대가리_깨 머리통_깨 귀싸대기 싸대기 따귀를 맞을래 처맞 쳐맞 처맞을래 쳐맞고_싶 맞아야_정신",
  ),
  rude("매장시켜", "threat", "매장시켜 매장_시켜 생매장 파묻어 묻어버려 묻어버린다 신상_털 신상털 얼굴_까버"),
  // sexual harassment
  rude(
    "섹스",
    "sexual_harassment",
    "섹스 섹스하 섹스하자 섹시하 섹시하네 쎅스 떡치 떡_치 따먹 따먹고 따먹어 먹고_싶다_너 박고_싶 박아줄 박아_줄 빨아줘 빨아_줘 빨아줄 자위 자위하 딸딸이 발정",
  ),
  rude(
    "가슴",
    "sexual_harassment",
    "가슴_만지 가슴만지 가슴_커 가슴_크 젖가슴 젖탱이 젖통 유방 엉덩이_만 허벅지_만 다리_벌려 다리벌려 벗어봐 벗어_봐 옷_벗 팬티 팬티_무슨 속옷_뭐 속옷_무슨 속옷_색",
  ),
  rude(
    "자자",
    "sexual_harassment",
    "나랑_자자 나랑_잘래 한번_자자 한_번_자자 한번_하자 한_번_하자 한번_줘 한_번_줘 모텔 모텔_가 모텔가자 오빠랑_할래 오빠랑_자 오빠가_해줄 애인_해줘 원나잇",
  ),
  rude(
    "창녀",
    "sexual_harassment",
    "창녀 창녀야 창녀같은 창년 걸레같은 걸레_같은 갈보 화냥년 술집년 술집_년 술집_여자 몸_파는 몸파는 몸_팔아",
  ),
  rude(
    "변태",
    "sexual_harassment",
    "목소리_섹시 목소리가_섹시 신음 신음소리 야한_얘기 야한_말 야동 몸매 몸매가_어떻 꼴린다 꼴려 꼴리네 흥분되 흥분돼 사정하",
  ),
  // discrimination
  rude(
    "짱깨",
    "discrimination",
    "짱깨 짱개 짱깨새끼 짱꼴라 쪽바리 쪽발이 깜둥이 검둥이 똥남아 조선족_새끼 조선족새끼 외노자 불체자 튀기 흑형",
  ),
  rude(
    "김치녀",
    "discrimination",
    "김치녀 된장녀 한남 한남충 한녀 맘충 급식충 틀딱 틀딱충 노슬아치 여자가_어디 계집 계집애 계집년 기집애 여편네 아줌마_주제에 여자_주제에",
  ),
  rude(
    "애자",
    "discrimination",
    "애자 애자새끼 장애인새끼 장애인_새끼 장애인이야 장애인이냐 저능아 정박아 앉은뱅이 벙어리야 귀머거리야 귀머거리냐 귀먹었냐 절름발이 병신_장애",
  ),
  rude(
    "전라디언",
    "discrimination",
    "전라디언 홍어새끼 홍어_새끼 깽깽이 개쌍도 경상디언 호모새끼 호모_새끼 게이새끼 게이_새끼 똥꼬충",
  ),
];

function rude(stem: string, label: AbuseLabel, forms: string, leastConfidence = USUAL): RudeStem {
  return { stem, label, leastConfidence, forms: forms.split(" ").map((form) => form.replaceAll("_", " ")) };
}
