import { apiError, type OperationInput, type OperationName, type OperationOutput, operations } from "@jikimi/http-api";
import { ResourceScope } from "@jikimi/kernel";
import { createLog } from "@jikimi/telemetry";
import { CommandFailure, type Invocation } from "../cli/command.ts";
import { openRecords } from "../compose.ts";
import type { Config } from "../config/index.ts";
import { modelFolders } from "../model-folders.ts";
import { OperationFailure, operationsOf } from "../operations/index.ts";
import { recognizerChoice } from "../recognizer-choice.ts";
import { type RunFile, readRunFile } from "../run-file.ts";
import { requireSettings } from "./settings.ts";

/**
 * Asks one operation: of the running server where there is one, else of the records themselves. Either way the same
 * code answers.
 */
export async function ask<Name extends OperationName>(
  invocation: Invocation,
  name: Name,
  input: OperationInput<Name>,
): Promise<OperationOutput<Name>> {
  const config = await requireSettings(invocation);
  const run = readRunFile(config.dataFolder);
  const answer = run === null ? await askRecords(invocation, config, name, input) : await askServer(run, name, input);
  return operations[name].output.parse(answer) as OperationOutput<Name>;
}

async function askServer(run: RunFile, name: OperationName, input: unknown): Promise<unknown> {
  const { method, path } = operations[name];
  const fields = new Map(Object.entries(input as Record<string, unknown>));
  const filled = path.replace(/:([A-Za-z]+)/g, (_, field: string) => {
    const value = fields.get(field);
    fields.delete(field);
    return encodeURIComponent(plainText(value));
  });
  const url = new URL(filled, run.httpUrl);
  const headers: Record<string, string> = { authorization: `Bearer ${run.token}` };
  let body: string | null = null;
  if (method === "GET") {
    for (const [field, value] of fields) if (value !== undefined) url.searchParams.set(field, plainText(value));
  } else {
    headers["content-type"] = "application/json";
    body = JSON.stringify(Object.fromEntries(fields));
  }
  const response = await fetch(url, { method, headers, body }).catch((cause: unknown) => {
    throw new CommandFailure(
      "server-unreachable",
      {
        ko: `실행 중인 서버(pid ${run.pid})가 응답하지 않습니다.`,
        en: `The running server (pid ${run.pid}) does not answer.`,
      },
      { ko: "./jikimi doctor 로 상태를 확인해 주십시오.", en: "See how it is with ./jikimi doctor." },
      1,
      { cause },
    );
  });
  const answer: unknown = await response.json();
  if (response.ok) return answer;
  const refused = apiError.safeParse(answer);
  if (refused.success) throw toCommandFailure(refused.data);
  throw new Error(`the server answered ${response.status}`);
}

/** What goes into a path or a query: a word or a number. */
function plainText(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? `${value}` : "";
}

async function askRecords(invocation: Invocation, config: Config, name: OperationName, input: unknown) {
  if (name === "status") {
    throw new CommandFailure(
      "not-running",
      { ko: "서버가 실행 중이 아닙니다.", en: "No server is running." },
      { ko: "./jikimi start 로 시작해 주십시오.", en: "Start it with ./jikimi start." },
    );
  }
  const { clock, random } = invocation;
  const log = createLog({ level: "error", process: "jikimi" });
  await using scope = new ResourceScope();
  const records = await openRecords({ config, clock, random, log }, scope);
  const status = () => Promise.reject(new Error("no server is running"));
  const operate = operationsOf({
    ...records,
    status,
    recognizers: () => recognizerChoice(config, modelFolders(invocation.root, config.dataFolder)),
    dataFolder: config.dataFolder,
    signIn: null,
    live: null,
  });
  try {
    return await operate(name, input, { kind: "command-line" });
  } catch (failure) {
    if (failure instanceof OperationFailure) throw toCommandFailure(failure.error);
    throw failure;
  }
}

function toCommandFailure({ code, ko, en, field, policyProblems = [] }: OperationFailure["error"]): CommandFailure {
  const [problemKo, ...restKo] = sentences(ko);
  const [problemEn, ...restEn] = sentences(en);
  const list = (language: "ko" | "en") => policyProblems.map((one) => `\n  ${one.path}: ${one[language]}`).join("");
  const where = field === undefined ? "" : ` (${field})`;
  return new CommandFailure(
    code,
    { ko: `${problemKo ?? ko}${list("ko")}`, en: `${problemEn ?? en}${list("en")}` },
    {
      ko: restKo.join(" ") || `입력값을 고쳐 다시 실행해 주십시오${where}.`,
      en: restEn.join(" ") || `Mend what was given and run it again${where}.`,
    },
  );
}

/** The first sentence says what is wrong, the rest the way out. */
function sentences(text: string): string[] {
  return text.split(/(?<=[.!?])\s+/);
}
