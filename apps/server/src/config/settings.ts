import { isIP, isIPv4 } from "node:net";
import { recognizerNames } from "@jikimi/kernel";
import { z } from "zod";
import type { Text } from "../cli/text.ts";

/** Port 0 lets the system choose: how test instances live side by side. */
const port = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .refine((value) => value <= 65_535);

const ipv4 = z.string().refine((value) => isIPv4(value));

const count = (most: number) =>
  z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .refine((value) => value >= 1 && value <= most);

/** First and last port, both included. */
export type PortRange = { readonly first: number; readonly last: number };

const portRange = z
  .string()
  .regex(/^\d{1,5}\s*-\s*\d{1,5}$/)
  .transform((value): PortRange => {
    const [first = 0, last = 0] = value.split("-").map(Number);
    return { first, last };
  })
  .refine(({ first, last }) => first >= 1024 && first % 2 === 0 && last <= 65_535 && last - first >= 7);

const postgresUrl = z.string().refine((value) => {
  if (!/^postgres(ql)?:\/\//.test(value) || !URL.canParse(value)) return false;
  const url = new URL(value);
  return url.pathname.length > 1;
});

const publicUrl = z
  .string()
  .refine((value) => /^https?:\/\/[^/?#@]+\/?$/.test(value) && URL.canParse(value))
  .transform((value) => new URL(value).origin);

/** A base address: where a key would go, so it holds none itself. */
const serverUrl = z.string().refine((value) => {
  if (!/^https?:\/\/[^?#]+$/.test(value) || !URL.canParse(value)) return false;
  const { username, password } = new URL(value);
  return username === "" && password === "";
});

const proxies = z
  .string()
  .transform((value) => value.split(",").map((one) => one.trim()))
  .refine((list) => list.every(isNetwork));

function isNetwork(text: string): boolean {
  const [address = "", prefix = "0", ...rest] = text.split("/");
  const version = isIP(address);
  return version !== 0 && rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128);
}

/**
 * Every setting of the product: how its text is read, what it is when left out, and what to say when it is wrong.
 * `secret` settings are never repeated in a message.
 */
export const settings = {
  JIKIMI_BIND: {
    schema: z.union([z.literal("localhost").transform(() => "127.0.0.1"), ipv4]),
    fallback: "127.0.0.1",
    must: {
      ko: "이 컴퓨터의 IPv4 주소이거나 0.0.0.0(모든 주소), localhost여야 합니다",
      en: "must be an IPv4 address of this machine, 0.0.0.0 (every address) or localhost",
    },
  },
  JIKIMI_PUBLIC_ADDRESS: {
    schema: ipv4.refine((value) => value !== "0.0.0.0"),
    fallback: undefined,
    must: {
      ko: "전화 상대가 이 컴퓨터에 닿을 수 있는 IPv4 주소여야 합니다 (예: 192.168.0.10)",
      en: "must be the IPv4 address under which phones reach this machine (for example 192.168.0.10)",
    },
  },
  JIKIMI_HTTP_PORT: {
    schema: port,
    fallback: "8080",
    must: { ko: "0부터 65535까지의 포트 번호여야 합니다", en: "must be a port number from 0 to 65535" },
  },
  JIKIMI_PUBLIC_URL: {
    schema: publicUrl,
    fallback: undefined,
    must: {
      ko: "사람들이 브라우저에 입력하는 주소여야 하며 경로가 없어야 합니다 (예: https://desk.example.kr)",
      en: "must be the address that people enter in their browsers, without a path (for example https://desk.example.kr)",
    },
  },
  JIKIMI_TRUSTED_PROXIES: {
    schema: proxies,
    fallback: "127.0.0.1,::1",
    must: {
      ko: "쉼표로 나눈 IP 주소나 네트워크여야 합니다 (예: 10.0.0.5,192.168.0.0/24)",
      en: "must be IP addresses or networks with commas between them (for example 10.0.0.5,192.168.0.0/24)",
    },
  },
  JIKIMI_SIP_PORT: {
    schema: port,
    fallback: "5060",
    must: { ko: "0부터 65535까지의 포트 번호여야 합니다", en: "must be a port number from 0 to 65535" },
  },
  JIKIMI_RTP_PORTS: {
    schema: portRange,
    fallback: "30000-31999",
    must: {
      ko: '"처음-끝" 꼴이어야 합니다. 처음은 1024 이상의 짝수, 끝은 65535 이하이고, 여덟 개 이상이어야 합니다 (예: 30000-31999)',
      en: 'must be "first-last": first even and at least 1024, last at most 65535, eight ports or more (for example 30000-31999)',
    },
  },
  JIKIMI_DATA: {
    schema: z.string().refine((value) => !value.includes("\0")),
    fallback: "./data",
    must: { ko: "폴더 경로여야 합니다", en: "must be the path of a folder" },
  },
  DATABASE_URL: {
    schema: postgresUrl,
    fallback: undefined,
    secret: true,
    must: {
      ko: "postgres://사용자:비밀번호@주소:포트/데이터베이스 꼴이어야 합니다",
      en: "must look like postgres://user:password@host:port/database",
    },
  },
  JIKIMI_LOG_LEVEL: {
    schema: z.enum(["debug", "info", "warn", "error"]),
    fallback: "info",
    must: { ko: "debug, info, warn, error 가운데 하나여야 합니다", en: "must be one of debug, info, warn, error" },
  },
  JIKIMI_MEDIA_WORKERS: {
    schema: count(64),
    fallback: "1",
    must: { ko: "1부터 64까지의 정수여야 합니다", en: "must be a whole number from 1 to 64" },
  },
  JIKIMI_LISTEN_WORKERS: {
    schema: count(16),
    fallback: "1",
    must: { ko: "1부터 16까지의 정수여야 합니다", en: "must be a whole number from 1 to 16" },
  },
  JIKIMI_RECOGNIZER: {
    schema: z.enum(recognizerNames),
    fallback: "whisper-base-ko",
    must: {
      ko: "whisper-base-ko(사람의 목소리), zipformer-ko-streaming(사람의 목소리, ./jikimi models pull 로 받은 뒤), demo(합성 음성만), openai-compatible(JIKIMI_RECOGNIZER_URL의 서버) 가운데 하나여야 합니다",
      en: "must be whisper-base-ko (people's voices), zipformer-ko-streaming (people's voices, fetched by ./jikimi models pull), demo (synthetic voices only) or openai-compatible (the server at JIKIMI_RECOGNIZER_URL)",
    },
  },
  JIKIMI_RECOGNIZER_URL: {
    schema: serverUrl,
    fallback: undefined,
    // It may have a password in it, which is one reason to refuse it.
    secret: true,
    must: {
      ko: "http나 https로 시작하는 서버 주소여야 하며 비밀번호와 물음표 뒤의 값이 없어야 합니다 (예: http://127.0.0.1:8000/v1)",
      en: "must be the address of a server, http or https, without a password or a query (for example http://127.0.0.1:8000/v1)",
    },
  },
  JIKIMI_RECOGNIZER_MODEL: {
    schema: z.string().regex(/^[^\p{Cc}]{1,200}$/u),
    fallback: "whisper-1",
    must: { ko: "서버가 아는 모델 이름이어야 합니다", en: "must be the name of a model that the server has" },
  },
  JIKIMI_RECOGNIZER_KEY_FILE: {
    schema: z.string().refine((value) => !value.includes("\0")),
    fallback: undefined,
    // Who mistakes it for the key itself must not see the key again.
    secret: true,
    must: { ko: "파일 경로여야 합니다", en: "must be the path of a file" },
  },
  JIKIMI_WRAP_UP_SECONDS: {
    schema: z
      .string()
      .regex(/^\d{1,4}$/)
      .transform(Number)
      .refine((value) => value <= 3600),
    fallback: "60",
    must: { ko: "0부터 3600까지의 정수여야 합니다", en: "must be a whole number from 0 to 3600" },
  },
} as const satisfies Record<string, Setting>;

export type Setting = {
  readonly schema: z.ZodType<unknown, string>;
  readonly fallback: string | undefined;
  readonly secret?: true;
  readonly must: Text;
};

export type SettingName = keyof typeof settings;

export const settingNames: readonly SettingName[] = Object.keys(settings).filter(isSettingName);

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(settings, name);
}
