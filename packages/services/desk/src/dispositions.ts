/** What came of a call, for a person to choose from; the list is the site's one list for now. */
export const dispositions = [
  { id: "answered", title: { ko: "문의 답변 완료", en: "Question answered" } },
  { id: "received", title: { ko: "신청·접수", en: "Request taken" } },
  { id: "changed", title: { ko: "변경·취소 처리", en: "Changed or cancelled" } },
  { id: "referred", title: { ko: "담당 부서 안내·연결", en: "Referred to the right department" } },
  { id: "call-back", title: { ko: "다시 연락드리기로 함", en: "To be called back" } },
  { id: "complaint", title: { ko: "불만·민원 접수", en: "Complaint taken" } },
  { id: "documents", title: { ko: "서류·절차 안내", en: "Papers or procedure explained" } },
  { id: "not-reached", title: { ko: "통화하지 못함", en: "Not reached" } },
  { id: "wrong-number", title: { ko: "잘못 걸린 전화", en: "Wrong number" } },
  { id: "abuse-ended", title: { ko: "폭언으로 종료", en: "Ended for abuse" } },
  { id: "long-call-ended", title: { ko: "장시간 통화로 종료", en: "Ended after a long call" } },
  { id: "practice", title: { ko: "연습 통화", en: "Practice" } },
  { id: "other", title: { ko: "기타", en: "Other" } },
] as const;

export type DispositionId = (typeof dispositions)[number]["id"];

export function isDisposition(id: string): id is DispositionId {
  return dispositions.some((one) => one.id === id);
}
