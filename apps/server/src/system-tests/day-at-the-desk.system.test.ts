import { beforeAll, expect, test } from "vitest";
import { buildPage } from "../bench/desk/build-page.ts";
import { requireChromium } from "./support/browser-agent.ts";
import { Centre, root } from "./support/centre.ts";
import { firstRun } from "./support/first-run.ts";
import { PagePerson } from "./support/page-person.ts";

/** Somebody who would like to run a script at everybody who reads their name. */
const administrator = "한지원 <img src=x onerror=alert(1)>";

/** What Chromium says of every request that it could not send, or that was refused; the page says it in words. */
const unreachable = /Failed to load resource|WebSocket connection/;

beforeAll(async () => {
  requireChromium();
  await buildPage(root);
}, 120_000);

test("a day at the desk: heard by oneself, dialled out, held, muted, the network gone, the session over, help asked for, handed to a colleague", async () => {
  await using centre = await Centre.open({ agents: 0 });
  await using supervisor = await PagePerson.open({ language: "ko" });
  await using agent = await PagePerson.open({ language: "ko" });
  const password = await firstRun(supervisor, centre, { language: "ko", administrator });
  await supervisor.go(centre, "/help-requests");
  const { page } = agent;
  const signIn = async () => {
    await page.getByLabel("아이디").fill("agent1");
    await page.getByLabel("비밀번호", { exact: true }).fill(password);
    await page.getByRole("button", { name: "로그인", exact: true }).click();
  };
  await agent.go(centre, "/desk");
  await signIn();
  await agent.sees("전화를 기다리고 있습니다");

  await agent.go(centre, "/settings");
  await agent.press("시험 통화");
  await agent.sees("말씀해 보세요. 잠시 뒤 그대로 들립니다.");
  await agent.press("시험 마치기");

  await page.getByRole("link", { name: "체험하기" }).click();
  await agent.press("상담사가 건 전화에서의 폭언 시작");
  await agent.sees("거는 중");
  await agent.sees("체험 · 가상 고객");
  await agent.sees("통화 중", { withinMs: 30_000 });
  await agent.press("전화 끊기");
  await agent.press("마치고 대기하기");
  await agent.sees("전화를 기다리고 있습니다");

  const citizen = await agent.otherWindow();
  await citizen.goto(`${centre.origin}/speak`);
  await citizen.getByRole("button", { name: "데스크에 전화 걸기" }).click();
  await page.getByRole("button", { name: "받기" }).click({ timeout: 30_000 });
  await agent.sees("통화 중");
  await citizen.getByText("연결되었습니다").waitFor();

  await agent.press("보류");
  await agent.sees("보류 중");
  await agent.press("보류 해제");
  await agent.sees("통화 중");
  await agent.press("음소거");
  await agent.press("음소거 해제");
  await page.getByRole("button", { name: "음소거", exact: true }).waitFor();

  await page.context().setOffline(true);
  await agent.sees(/서버와 연결이 끊겨 다시 잇고 있습니다. 통화는 서버가 지키고/, { withinMs: 30_000 });
  await centre.clock.sleep(20_000);
  await page.context().setOffline(false);
  await agent.sees(/초 동안 끊겼다가 같은 통화로 돌아왔습니다/, { withinMs: 30_000 });
  await agent.sees("통화 중", { withinMs: 20_000 });

  await page.context().clearCookies();
  await agent.press("보류");
  await agent.sees("다시 로그인해 주세요");
  await page.getByRole("button", { name: "전화 끊기" }).waitFor();
  await signIn();
  await agent.sees("대화");
  await agent.sees("통화 중");

  await page.getByRole("button", { name: "보호", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "도움 요청" }).click();
  await supervisor.sees("상담사 1");
  await supervisor.press("제가 돕겠습니다");
  await agent.sees(`${administrator} 님이 돕고 있습니다`);

  await agent.press("호전환");
  await page.getByRole("dialog").getByRole("button", { name: administrator }).click();
  await agent.press("상의 시작");
  await supervisor.page.getByRole("button", { name: "받기" }).click({ timeout: 30_000 });
  await agent.sees(`${administrator})과 통화하고 있습니다`);
  await agent.press("두 분을 연결하고 나가기");
  await agent.sees("후처리");
  await supervisor.sees("통화 중");
  await citizen.getByText("연결되었습니다").waitFor();
  await supervisor.press("전화 끊기");
  await citizen.getByText("전화를 걸 준비가 되었습니다").waitFor();

  await agent.press("마치고 대기하기");
  await agent.sees("전화를 기다리고 있습니다");
  await page.getByRole("link", { name: "통화 기록" }).click();
  await agent.sees("체험 · 직접 말하기");
  expect(agent.complaints.filter((complaint) => !unreachable.test(complaint))).toEqual([]);
  expect(supervisor.complaints).toEqual([]);
});
