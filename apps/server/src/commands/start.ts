import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { formatPhoneNumber, type PhoneNumber } from "@jikimi/routing";
import { createLog } from "@jikimi/telemetry";
import type { Command, Invocation } from "../cli/command.ts";
import { CommandFailure } from "../cli/command.ts";
import type { Text } from "../cli/text.ts";
import { compose, type Jikimi, type StartStep } from "../compose.ts";
import { advertisedAddress, describeDatabase } from "../config/index.ts";
import { modelFolders } from "../model-folders.ts";
import { readRunFile } from "../run-file.ts";
import { pulledProblem } from "./installed-models.ts";
import { requireSettings } from "./settings.ts";

/** Comes with Jikimi, and hears people. */
const shippedRecognizer = "whisper-base-ko" as const;

/** Where the sample trunk sends what agents dial: nothing answers there until somebody puts a telephone there. */
const trialTrunkPort = 5090;

const steps: Readonly<Record<StartStep, Text>> = {
  workers: { ko: "음성 처리와 듣기 프로세스를 시작합니다 …", en: "starting the media and listen processes …" },
  database: { ko: "데이터베이스를 엽니다 …", en: "opening the database …" },
  sip: { ko: "전화를 받을 준비를 합니다 …", en: "getting ready for calls …" },
};

export const start: Command = {
  name: "start",
  summary: { ko: "지킴이 시작", en: "start Jikimi" },
  usage: "",
  options: [],
  async run(invocation) {
    const { clock, random, root, out, err, say, json, signal } = invocation;
    const asked = await requireSettings(invocation);
    const unheard = await pulledProblem(asked.recognizer, modelFolders(root, asked.dataFolder));
    const config = unheard === null ? asked : { ...asked, recognizer: shippedRecognizer };
    const running = readRunFile(config.dataFolder);
    if (running !== null) {
      throw new CommandFailure(
        "already-running",
        {
          ko: `이 데이터 폴더로 이미 실행 중입니다 (pid ${running.pid}, ${running.httpUrl}).`,
          en: `Jikimi already runs on this data folder (pid ${running.pid}, ${running.httpUrl}).`,
        },
        {
          ko: "그것을 먼저 멈추거나, JIKIMI_DATA 로 다른 폴더를 정해 주십시오.",
          en: "Stop that one first, or name another folder in JIKIMI_DATA.",
        },
      );
    }
    if (unheard !== null) {
      const until = {
        ko: `고칠 때까지 ${shippedRecognizer} 로 듣습니다.`,
        en: `Until that is mended ${shippedRecognizer} hears the calls.`,
      };
      err(`jikimi: ${say(unheard.problem)} ${say(until)}\n${say(unheard.wayOut)}\n`);
    }
    const log = createLog({
      level: config.logLevel,
      process: "server",
      filePath: join(config.dataFolder, "log", "server.log"),
    });
    const advertisedHost = advertisedAddress(config, networkInterfaces());
    const onStep = (step: StartStep) => (json ? undefined : out(`${say(steps[step])}\n`));
    const jikimi = await compose({ config, advertisedHost, root, clock, random, log, trialTrunkPort, onStep });
    if (json) out(`${JSON.stringify(await jikimi.status())}\n`);
    else out(await greeting(jikimi, invocation, describeDatabase(config.database)));
    await stopped(signal);
    if (!json)
      out(`${say({ ko: "통화를 마무리하고 녹음을 닫습니다 …", en: "ending calls and closing recordings …" })}\n`);
    await jikimi[Symbol.asyncDispose]();
    if (!json) out(`${say({ ko: "모두 저장하고 멈췄습니다.", en: "Everything is saved; stopped." })}\n`);
    return 0;
  },
};

async function greeting(jikimi: Jikimi, { say }: Invocation, database: string): Promise<string> {
  const { addresses, dataFolder, recognizer, limitations } = await jikimi.status();
  const row = (name: Text, value: string) => `  ${say(name)}: ${value}`;
  const none = say({ ko: "없음 — 통화는 되지만 듣지 못합니다", en: "none — calls go on unheard" });
  const lines = [
    "",
    say({ ko: "지킴이가 통화를 지키고 있습니다.", en: "Jikimi is on guard." }),
    "",
    row({ ko: "웹", en: "Web" }, addresses.http),
    row({ ko: "SIP", en: "SIP" }, addresses.sip.join("  ")),
    row({ ko: "데이터 폴더", en: "Data folder" }, dataFolder),
    row({ ko: "데이터베이스", en: "Database" }, database),
    row({ ko: "음성 인식", en: "Recogniser" }, recognizer ?? none),
  ];
  for (const port of jikimi.takenPorts) {
    const taken = {
      ko: `${port}번 포트는 사용 중이어서 다음 빈 포트를 씁니다.`,
      en: `Port ${port} is taken; the next free one is used.`,
    };
    lines.push(`  ! ${say(taken)}`);
  }
  for (const { recordingPath, callId } of jikimi.closedAfterRestart) {
    const cut = {
      ko: `이전 실행에서 끊긴 통화 ${callId}의 기록을 닫았습니다${recordingPath === null ? "" : " (녹음은 마지막 1초 전까지 읽을 수 있습니다)"}.`,
      en: `Call ${callId}, cut off in an earlier run, was closed${recordingPath === null ? "" : " (its recording is readable up to the last second)"}.`,
    };
    lines.push(`  ! ${say(cut)}`);
  }
  lines.push("", say({ ko: "알아 두실 점", en: "Good to know" }), ...limitations.map((text) => `  · ${say(text)}`));
  if (jikimi.samplePasswords !== null) {
    const [number] = jikimi.directory.view().numbers;
    const shown = number === undefined ? "" : formatPhoneNumber(number.number as PhoneNumber);
    lines.push(
      "",
      say({
        ko: "체험용 부서를 만들었습니다. 비밀번호는 지금만 보입니다.",
        en: "A sample department was made. Passwords are shown only now.",
      }),
      ...jikimi.samplePasswords.map(({ sipUsername, password }) => `  ${sipUsername}  ${password}`),
      `  ${say({ ko: "걸어 볼 번호", en: "Number to ring" })}: ${shown}`,
    );
  }
  if (jikimi.setupCode !== null) {
    lines.push(
      "",
      say({
        ko: `처음 설정: 이 컴퓨터의 브라우저에서 ${addresses.http} 를 여십시오.`,
        en: `First run: open ${addresses.http} in a browser on this machine.`,
      }),
      `  ${say({ ko: "다른 컴퓨터에서 열 때의 설정 코드", en: "Setup code, from another machine" })}: ${jikimi.setupCode}`,
    );
  }
  lines.push(
    "",
    say({ ko: "다음에 해 볼 것", en: "What to try next" }),
    `  ./jikimi demo --scenario abusive-ended   ${say({ ko: "폭언 통화가 경고되고 종료되는 과정 (약 1분)", en: "an abusive call, warned and ended (about a minute)" })}`,
    `  ./jikimi calls list                      ${say({ ko: "통화 목록", en: "the calls so far" })}`,
    `  ./jikimi doctor                          ${say({ ko: "이 컴퓨터의 준비 상태", en: "whether this machine is ready" })}`,
    say({ ko: "멈추려면 Ctrl+C", en: "Ctrl+C stops it" }),
    "",
  );
  return `${lines.join("\n")}\n`;
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
