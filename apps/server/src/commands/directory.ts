import { readFile } from "node:fs/promises";
import { type Command, CommandFailure } from "../cli/command.ts";
import { localTime } from "../cli/local-time.ts";
import { ask } from "./ask.ts";
import { required } from "./calls.ts";
import { askedRecognizer, recognizerOption } from "./hearing.ts";
import { renderTable } from "./table.ts";

const departmentOption = {
  name: "department",
  takesValue: true,
  summary: { ko: "부서 식별자", en: "the department's id" },
};

export const usersAdd: Command = {
  name: "users add",
  summary: {
    ko: "사람 추가 (비밀번호는 만들어 한 번만 보여 드립니다)",
    en: "add a person (a password is made and shown once)",
  },
  usage: "USERNAME --name NAME [--role agent|supervisor|administrator|auditor] [--department ID]",
  options: [
    { name: "name", takesValue: true, summary: { ko: "표시할 이름", en: "display name" } },
    { name: "role", takesValue: true, summary: { ko: "역할 (기본 agent)", en: "role (default agent)" } },
    departmentOption,
  ],
  async run(invocation) {
    const { json, out, say, option } = invocation;
    const sipUsername = required(invocation, 0, { ko: "사용자 이름", en: "The user name" });
    const role = option("role") as "agent" | undefined;
    const added = await ask(invocation, "users.add", {
      sipUsername,
      displayName: option("name") ?? sipUsername,
      departmentId: option("department") ?? null,
      ...(role === undefined ? {} : { role }),
    });
    if (json) out(`${JSON.stringify(added)}\n`);
    else {
      out(`${say({ ko: "추가했습니다", en: "Added" })}: ${added.person.sipUsername} (${added.person.id})\n`);
      if (added.madePassword !== null) {
        const once = { ko: "비밀번호 (지금만 보입니다)", en: "Password (shown only now)" };
        out(`${say(once)}: ${added.madePassword}\n`);
      }
    }
    return 0;
  },
};

export const numbersAdd: Command = {
  name: "numbers add",
  summary: { ko: "받을 전화번호 추가", en: "add a number that people can ring" },
  usage: "NUMBER --department ID [--recognizer NAME]",
  options: [departmentOption, recognizerOption],
  async run(invocation) {
    const { json, out, say, option } = invocation;
    const number = required(invocation, 0, { ko: "전화번호", en: "The number" });
    const departmentId = option("department") ?? "";
    const recognizer = askedRecognizer(invocation);
    const added = await ask(invocation, "numbers.add", { number, departmentId, recognizer });
    if (json) out(`${JSON.stringify(added)}\n`);
    else out(`${say({ ko: "추가했습니다", en: "Added" })}: ${added.number.number} → ${added.number.departmentId}\n`);
    return 0;
  },
};

export const trunksAdd: Command = {
  name: "trunks add",
  summary: { ko: "통신사·교환기 회선 추가", en: "add a trunk to a carrier or PBX" },
  usage:
    "ID --host HOST [--port N] (--sources IP,IP | --username NAME) [--name NAME] [--transport udp|tcp] [--format national|e164]",
  options: [
    { name: "name", takesValue: true, summary: { ko: "이름", en: "name" } },
    { name: "host", takesValue: true, summary: { ko: "상대 주소", en: "its address" } },
    { name: "port", takesValue: true, summary: { ko: "포트 (기본 5060)", en: "port (default 5060)" } },
    {
      name: "sources",
      takesValue: true,
      summary: { ko: "전화를 받아들일 주소들", en: "addresses whose calls are taken" },
    },
    {
      name: "username",
      takesValue: true,
      summary: { ko: "등록 이름 (비밀번호는 표준 입력으로)", en: "name to register with (password on standard input)" },
    },
    { name: "transport", takesValue: true, summary: { ko: "udp 또는 tcp", en: "udp or tcp" } },
    {
      name: "format",
      takesValue: true,
      summary: { ko: "번호 형식 national 또는 e164", en: "number format: national or e164" },
    },
  ],
  async run(invocation) {
    const { json, out, say, option, stdin } = invocation;
    const id = required(invocation, 0, { ko: "회선 식별자", en: "The trunk's id" });
    const host = option("host") ?? "";
    const username = option("username");
    const sources = option("sources")?.split(",") ?? [];
    let secret: string | undefined;
    if (username !== undefined) {
      // Never in argv: other users of the machine see the arguments of a process.
      for await (const line of stdin()) {
        secret = line;
        break;
      }
    }
    const transport = option("transport") as "udp" | undefined;
    const numberFormat = option("format") as "national" | undefined;
    const port = option("port");
    const added = await ask(invocation, "trunks.add", {
      id,
      name: option("name") ?? id,
      host,
      route: username === undefined ? { kind: "address", sources } : { kind: "registered", username },
      ...(port === undefined ? {} : { port: Number(port) }),
      ...(transport === undefined ? {} : { transport }),
      ...(numberFormat === undefined ? {} : { numberFormat }),
      ...(secret === undefined ? {} : { secret }),
    });
    if (json) out(`${JSON.stringify(added)}\n`);
    else out(`${say({ ko: "추가했습니다", en: "Added" })}: ${added.trunk.name} (${added.trunk.host})\n`);
    return 0;
  },
};

export const policyList: Command = {
  name: "policy list",
  summary: { ko: "보호 규칙 목록", en: "list protection policies" },
  usage: "",
  options: [],
  async run(invocation) {
    const { json, out, language } = invocation;
    const { policies } = await ask(invocation, "policy.list", {});
    if (json) out(`${JSON.stringify(policies)}\n`);
    else {
      const rows = policies.map(({ id, version, title, departmentIds, createdAtMs }) => [
        id,
        String(version),
        departmentIds.join(" "),
        localTime(createdAtMs),
        title?.[language] ?? "",
      ]);
      const header = {
        ko: ["규칙", "판", "쓰는 부서", "만든 때", "이름"],
        en: ["policy", "ver", "in force at", "created", "title"],
      };
      out(renderTable(header[language], rows));
    }
    return 0;
  },
};

export const policyShow: Command = {
  name: "policy show",
  summary: { ko: "보호 규칙 하나와 그 출처", en: "one policy, with its sources" },
  usage: "ID [--version N]",
  options: [{ name: "version", takesValue: true, summary: { ko: "판 (기본 최신)", en: "version (default newest)" } }],
  async run(invocation) {
    const { json, out, option } = invocation;
    const id = required(invocation, 0, { ko: "규칙 식별자", en: "The policy's id" });
    const version = option("version");
    const shown = await ask(invocation, "policy.show", {
      id,
      ...(version === undefined ? {} : { version: Number(version) }),
    });
    out(json ? `${JSON.stringify(shown)}\n` : `${JSON.stringify(shown.body, null, 2)}\n`);
    return 0;
  },
};

export const policyCheck: Command = {
  name: "policy check",
  summary: { ko: "규칙 파일을 검사", en: "check a policy file" },
  usage: "FILE.json",
  options: [],
  async run(invocation) {
    const { json, out, say, language } = invocation;
    const path = required(invocation, 0, { ko: "파일", en: "The file" });
    let body: unknown;
    try {
      body = JSON.parse(await readFile(path, "utf8"));
    } catch (cause) {
      throw new CommandFailure(
        "unreadable-file",
        { ko: `${path} 을(를) 읽을 수 없습니다.`, en: `${path} cannot be read as JSON.` },
        {
          ko: "./jikimi policy show default 의 출력을 본보기로 쓰십시오.",
          en: "Take ./jikimi policy show default as a model.",
        },
        1,
        { cause },
      );
    }
    const checked = await ask(invocation, "policy.check", { body });
    if (json) out(`${JSON.stringify(checked)}\n`);
    else if (checked.ok) out(`${say({ ko: "쓸 수 있는 규칙입니다.", en: "The policy is good." })}\n`);
    else for (const problem of checked.problems) out(`${problem.path}: ${problem[language]}\n`);
    return checked.ok ? 0 : 1;
  },
};
