import type { Centre } from "./centre.ts";
import type { Language, PagePerson } from "./page-person.ts";

/** What a new administrator reads and presses, as it stands on the screen. */
const words = {
  ko: {
    name: "이름",
    username: "아이디",
    makeAdministrator: "만들고 계속하기",
    organisation: "한국어 이름",
    next: "다음",
    policy: "이 정책 쓰기: 자동 종료 (KT 통화매니저 방식)",
    takeSample: "견본 부서 쓰기",
    tryIt: "체험하기",
  },
  en: {
    name: "Name",
    username: "Username",
    makeAdministrator: "Create and continue",
    organisation: "Name in Korean",
    next: "Next",
    policy: "Use this: One strike",
    takeSample: "Use the sample department",
    tryIt: "Try it",
  },
} as const satisfies Record<Language, Record<string, string>>;

const administratorPassword = "구름 위의 긴 산책길 하나";

/**
 * From the first page to *Try it*, by what is on the screen alone. Gives the password of `agent1`, who works in the
 * sample department, as it was shown.
 */
export async function firstRun(
  person: PagePerson,
  centre: Centre,
  { language, administrator = "한지원" }: { readonly language: Language; readonly administrator?: string },
): Promise<string> {
  const say = words[language];
  const { page } = person;
  await person.go(centre, "/");
  await page.getByLabel(say.name, { exact: true }).fill(administrator);
  await page.getByLabel(say.username).fill("jiwon");
  await page.locator("input[autocomplete=new-password]").fill(administratorPassword);
  await person.press(say.makeAdministrator);
  await page.getByLabel(say.organisation).fill("한빛시청");
  await person.press(say.next);
  await person.press(say.policy);
  await person.press(say.takeSample);
  const password = (await page.locator("main code").first().textContent()) ?? "";
  await person.press(say.next);
  await page.getByRole("link", { name: say.tryIt }).first().click();
  return password;
}
