import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SystemClock } from "@jikimi/kernel";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { requireChromium } from "./support/browser-agent.ts";
import { oneTimeCode, stepMs } from "./support/one-time-code.ts";
import { chooseSettings, ServerProcess } from "./support/server-process.ts";
import { VirtualAuthenticator } from "./support/virtual-authenticator.ts";

/*
 * One administrator's story at the page that the server serves, on localhost, from the first run on: each test goes on
 * where the one before ended, signed in.
 */
const clock = new SystemClock();
const username = "keeper";
const password = "아침마다 강가를 걷는다";
const waitMs = 15_000;

let dataFolder: string;
let server: ServerProcess | undefined;
let browser: Browser | undefined;
let page: Page;
let device: VirtualAuthenticator;

beforeAll(async () => {
  const executablePath = requireChromium();
  dataFolder = mkdtempSync(join(tmpdir(), "jikimi-sign-in-"));
  const settings = await chooseSettings(dataFolder);
  server = await ServerProcess.start(settings, clock);
  browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
  const origin = `http://localhost:${new URL(server.run.httpUrl).port}`;
  const context = await browser.newContext({
    baseURL: origin,
    locale: "ko-KR",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  context.setDefaultTimeout(waitMs);
  page = await context.newPage();
  device = await VirtualAuthenticator.in(context, page);
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
  rmSync(dataFolder, { recursive: true, force: true });
});

test("the first run: the policy that is in force is confirmed, and a safer account is offered at its end", async () => {
  await page.goto("/");
  await field("이름").fill("박지훈");
  await field("아이디").fill(username);
  await field("비밀번호").fill(password);
  await press("만들고 계속하기");
  await field("한국어 이름").fill("한빛구청 민원콜센터");
  await press("다음");
  await heading("어떻게 지켜 드릴까요?").waitFor();
  await press(/^이 정책으로 계속/);
  await press("나중에 하기");
  await heading("준비가 끝났습니다").waitFor();
  expect(await said()).toContain("관리자 계정을 더 안전하게");
  await page.getByRole("link", { name: "설정에서 더하기" }).click();
  await part("패스키").waitFor();
  await page.waitForFunction("document.getElementById('sign-in').getBoundingClientRect().top < 400");
});

test("a passkey is made, opens the door without a password, and does so no more when it was removed", async () => {
  const panel = part("패스키");
  await panel.getByLabel("패스키 이름").fill("업무용 노트북");
  await press("패스키 만들기", panel);
  await panel.getByText("패스키를 만들었습니다").waitFor();
  expect(await device.addresses()).toEqual(["localhost"]);
  expect(await panel.getByRole("listitem").allTextContents()).toEqual([expect.stringMatching(/^업무용 노트북/)]);
  await panel.getByLabel("패스키 이름").fill("같은 노트북");
  await press("패스키 만들기", panel);
  await panel.getByText("이 기기에는 이미 패스키가 있습니다").waitFor();

  await signOut();
  await device.knowsItsOwner(false);
  await press("패스키로 로그인");
  await page.getByText("패스키를 확인하지 않았습니다").waitFor();
  await device.knowsItsOwner(true);
  await press("패스키로 로그인");
  expect(await whoIsIn()).toBe(username);

  await page.goto("/settings");
  await press("업무용 노트북 없애기");
  await press("없애기", page.getByRole("dialog"));
  await part("패스키").getByText("패스키를 없앴습니다").waitFor();
  await signOut();
  await press("패스키로 로그인");
  await page.getByText("패스키를 확인하지 못했습니다").waitFor();
  await signIn();
  expect(await whoIsIn()).toBe(username);
});

test("an authenticator app is asked for beside the password, a backup code does instead, once, until it is off", async () => {
  await page.goto("/settings");
  const panel = part("2단계 인증");
  await panel.getByLabel("지금 비밀번호", { exact: true }).fill(password);
  await press("설정 시작", panel);
  const secret = (await panel.locator("code").textContent()) ?? "";
  const step = Math.floor(clock.nowMs() / stepMs);
  await panel.getByLabel("인증 코드 6자리").fill(oneTimeCode(secret, step));
  await press("확인하고 켜기", panel);
  const codes = panel.getByRole("listitem");
  await codes.first().waitFor();
  const [first = "", second = "", ...others] = await codes.allTextContents();
  expect([first, second, ...others]).toHaveLength(10);
  await press("코드 모두 복사", panel);
  await panel.getByText("복사했습니다").waitFor();
  expect(await page.evaluate("navigator.clipboard.readText()")).toBe([first, second, ...others].join("\n"));
  await press("적어 두었습니다", panel);
  await panel.getByText("2단계 인증이 켜져 있습니다").waitFor();
  expect(await panel.getByRole("listitem").count()).toBe(0);

  await signOut();
  await signIn();
  // The step of the first code is used up; the one after is taken already, since clocks of telephones differ.
  await page.getByLabel("인증 코드 6자리").fill(oneTimeCode(secret, step + 1));
  await press("로그인");
  expect(await whoIsIn()).toBe(username);

  await signOut();
  await signIn();
  await press(/휴대전화가 없으신가요/);
  await field("백업 코드").fill(first.replace("-", "").toLowerCase());
  await press("로그인");
  expect(await whoIsIn()).toBe(username);

  await signOut();
  await signIn();
  await press(/휴대전화가 없으신가요/);
  await field("백업 코드").fill(first);
  await press("로그인");
  await page.getByText("백업 코드가 맞지 않거나 이미 쓰였습니다").waitFor();
  await field("백업 코드").fill(second);
  await press("로그인");
  expect(await whoIsIn()).toBe(username);

  await page.goto("/settings");
  await press("2단계 인증 끄기", panel);
  await panel.getByLabel("지금 비밀번호", { exact: true }).fill(password);
  await press("2단계 인증 끄기", panel);
  await panel.getByText("2단계 인증을 껐습니다").waitFor();
  await signOut();
  await signIn();
  expect(await whoIsIn()).toBe(username);
});

function field(label: string): Locator {
  return page.getByLabel(label, { exact: true });
}

function heading(name: string): Locator {
  return page.getByRole("heading", { name });
}

/** A card of the settings. */
function part(name: string): Locator {
  return page.getByRole("region", { name });
}

function press(name: string | RegExp, within: Page | Locator = page): Promise<void> {
  return within.getByRole("button", { name, exact: true }).click();
}

async function said(): Promise<string> {
  return (await page.getByRole("main").textContent()) ?? "";
}

/** Name and password; whatever else is asked for is the test's own to answer. */
async function signIn(): Promise<void> {
  await field("아이디").fill(username);
  await field("비밀번호").fill(password);
  await press("로그인");
}

async function signOut(): Promise<void> {
  await press("내 메뉴");
  await page.getByRole("button", { name: "로그아웃" }).click();
  await page.waitForURL("**/sign-in");
  await heading("로그인").waitFor();
}

/** Who the server says is signed in, once the page has gone to the desk. */
async function whoIsIn(): Promise<string | undefined> {
  await page.waitForURL("**/desk");
  return page.evaluate(async () => {
    const answer = (await (await fetch("/api/session")).json()) as { me: { username: string } | null };
    return answer.me?.username;
  });
}
