import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { RecognizerName } from "@jikimi/kernel";
import type { RecognizerServer } from "@jikimi/recognizers";
import type { z } from "zod";
import type { Text } from "../cli/text.ts";
import { parseDotEnv } from "./dot-env.ts";
import { nearestName } from "./nearest-name.ts";
import { isSettingName, type PortRange, type Setting, type SettingName, settingNames, settings } from "./settings.ts";

/** What the product runs with; read once, at the start, by `parseConfig`. */
export type Config = {
  /** The address that every socket is bound to; 0.0.0.0 for all. */
  readonly bindAddress: string;
  /** What phones are told in Contact and SDP; null leaves it to `advertisedAddress`. */
  readonly publicAddress: string | null;
  readonly httpPort: number;
  /** What people enter in their browsers where a proxy stands before us, e.g. `https://desk.example.kr`. */
  readonly publicUrl: string | null;
  /** Addresses and networks whose `X-Forwarded-For` and `X-Forwarded-Host` are believed. */
  readonly trustedProxies: readonly string[];
  readonly sipPort: number;
  readonly rtpPorts: PortRange;
  /** Absolute path. */
  readonly dataFolder: string;
  readonly database: DatabaseChoice;
  readonly logLevel: "debug" | "info" | "warn" | "error";
  readonly mediaWorkers: number;
  readonly listenWorkers: number;
  readonly recognizer: RecognizerName;
  /** Where `openai-compatible` hears; there whichever recogniser is chosen, so that one may be tried on a file. */
  readonly recognizerServer: RecognizerServer | null;
  /** What an agent with a desk open gets to write a call up in; 0: none. */
  readonly wrapUpMs: number;
};

/** `folder` is PGlite's, inside the data folder. `url` holds a password: show `describeDatabase` instead. */
export type DatabaseChoice =
  | { readonly kind: "pglite"; readonly folder: string }
  | { readonly kind: "postgres"; readonly url: string };

/** `name` is the setting, or `.env:LINE` for a line that could not be read. */
export type ConfigProblem = { readonly name: string; readonly message: Text };

export type ConfigResult =
  | { readonly kind: "ok"; readonly config: Config; readonly warnings: readonly ConfigProblem[] }
  | { readonly kind: "invalid"; readonly problems: readonly ConfigProblem[] };

/**
 * Reads every setting, from `env` first and then from the text of `.env`, and names all that is wrong at once.
 * An empty value counts as left out. Relative paths are counted from `baseFolder` (where Jikimi lies, unless told
 * otherwise), not from wherever the command was typed, so that the data is found again.
 */
export function parseConfig(
  env: Readonly<Record<string, string | undefined>>,
  dotEnvText?: string,
  { baseFolder = installationFolder() }: { baseFolder?: string } = {},
): ConfigResult {
  const dotEnv = parseDotEnv(dotEnvText ?? "");
  const problems: ConfigProblem[] = dotEnv.problems.map(({ line }) => unreadableLine(line));

  /** The setting's value, or its fallback; a wrong one is noted and `undefined`. */
  const read = <Name extends SettingName>(name: Name): z.infer<(typeof settings)[Name]["schema"]> | undefined => {
    const setting: Setting = settings[name];
    const given = [env[name], dotEnv.values.get(name)].map((value) => value?.trim()).find(Boolean);
    const text = given ?? setting.fallback;
    if (text === undefined) return undefined;
    const parsed = settings[name].schema.safeParse(text);
    if (parsed.success) return parsed.data as z.infer<(typeof settings)[Name]["schema"]>;
    problems.push({ name, message: mustBe(name, setting, text) });
    return undefined;
  };

  const bindAddress = read("JIKIMI_BIND");
  const publicAddress = read("JIKIMI_PUBLIC_ADDRESS") ?? null;
  const httpPort = read("JIKIMI_HTTP_PORT");
  const publicUrl = read("JIKIMI_PUBLIC_URL") ?? null;
  const trustedProxies = read("JIKIMI_TRUSTED_PROXIES");
  const sipPort = read("JIKIMI_SIP_PORT");
  const rtpPorts = read("JIKIMI_RTP_PORTS");
  const dataPath = read("JIKIMI_DATA");
  const databaseUrl = read("DATABASE_URL");
  const logLevel = read("JIKIMI_LOG_LEVEL");
  const mediaWorkers = read("JIKIMI_MEDIA_WORKERS");
  const listenWorkers = read("JIKIMI_LISTEN_WORKERS");
  const recognizer = read("JIKIMI_RECOGNIZER");
  const recognizerUrl = read("JIKIMI_RECOGNIZER_URL");
  const recognizerModel = read("JIKIMI_RECOGNIZER_MODEL");
  const recognizerKeyFile = read("JIKIMI_RECOGNIZER_KEY_FILE");
  const wrapUpSeconds = read("JIKIMI_WRAP_UP_SECONDS");

  problems.push(...portClashes({ httpPort, sipPort, rtpPorts }));
  const serverless = recognizer === "openai-compatible" && recognizerUrl === undefined;
  if (serverless && !problems.some(({ name }) => name === "JIKIMI_RECOGNIZER_URL")) {
    problems.push({ name: "JIKIMI_RECOGNIZER_URL", message: recognizerUrlMissing });
  }
  if (
    problems.length > 0 ||
    bindAddress === undefined ||
    httpPort === undefined ||
    trustedProxies === undefined ||
    sipPort === undefined ||
    rtpPorts === undefined ||
    dataPath === undefined ||
    logLevel === undefined ||
    mediaWorkers === undefined ||
    listenWorkers === undefined ||
    recognizer === undefined ||
    recognizerModel === undefined ||
    wrapUpSeconds === undefined
  ) {
    return { kind: "invalid", problems };
  }

  const dataFolder = resolve(baseFolder, dataPath);
  const config: Config = {
    bindAddress,
    publicAddress,
    httpPort,
    publicUrl,
    trustedProxies,
    sipPort,
    rtpPorts,
    dataFolder,
    database:
      databaseUrl === undefined
        ? { kind: "pglite", folder: resolve(dataFolder, "database") }
        : { kind: "postgres", url: databaseUrl },
    logLevel,
    mediaWorkers,
    listenWorkers,
    recognizer,
    recognizerServer:
      recognizerUrl === undefined
        ? null
        : {
            url: recognizerUrl,
            model: recognizerModel,
            keyFile: recognizerKeyFile === undefined ? null : resolve(baseFolder, recognizerKeyFile),
          },
    wrapUpMs: wrapUpSeconds * 1000,
  };
  return { kind: "ok", config, warnings: [...unknownNames(env, dotEnv.values), ...unreachable(config)] };
}

/** `openai-compatible` was chosen, and no server named. */
export const recognizerUrlMissing: Text = {
  ko: "openai-compatible 인식기에는 서버 주소가 필요합니다. JIKIMI_RECOGNIZER_URL에 적어 주십시오 (예: http://127.0.0.1:8000/v1). 이 컴퓨터에서 들으려면 JIKIMI_RECOGNIZER=whisper-base-ko로 두십시오.",
  en: "The recogniser openai-compatible needs the address of its server: set JIKIMI_RECOGNIZER_URL (for example http://127.0.0.1:8000/v1). To hear on this machine, leave JIKIMI_RECOGNIZER=whisper-base-ko.",
};

/** The folder this copy of Jikimi lies in: relative paths and `.env` are looked for there. */
export function installationFolder(): string {
  return fileURLToPath(new URL("../../../../", import.meta.url));
}

/** Where the database is, with no user name and no password. */
export function describeDatabase(database: DatabaseChoice): string {
  if (database.kind === "pglite") return `PGlite ${database.folder}`;
  const { host, pathname } = new URL(database.url);
  return `PostgreSQL ${host || "localhost"}${decodeURIComponent(pathname)}`;
}

function mustBe(name: SettingName, { must, secret }: Setting, found: string): Text {
  if (secret === true) return { ko: `${name}: ${must.ko}.`, en: `${name} ${must.en}.` };
  return { ko: `${name}: ${must.ko}. 지금 값: "${found}"`, en: `${name} ${must.en}; it is "${found}".` };
}

function unreadableLine(line: number): ConfigProblem {
  return {
    name: `.env:${line}`,
    message: {
      ko: `.env 파일의 ${line}번째 줄을 읽을 수 없습니다. "이름=값" 꼴로 적어 주십시오.`,
      en: `Line ${line} of the .env file cannot be read: write it as "NAME=value".`,
    },
  };
}

/** HTTP and SIP share TCP; SIP and RTP share UDP. */
function portClashes(ports: {
  httpPort: number | undefined;
  sipPort: number | undefined;
  rtpPorts: PortRange | undefined;
}): ConfigProblem[] {
  const { httpPort, sipPort, rtpPorts } = ports;
  const problems: ConfigProblem[] = [];
  if (sipPort !== undefined && sipPort !== 0 && sipPort === httpPort) {
    problems.push({
      name: "JIKIMI_HTTP_PORT",
      message: {
        ko: `JIKIMI_HTTP_PORT와 JIKIMI_SIP_PORT가 같습니다(${sipPort}). 서로 다른 포트를 정해 주십시오.`,
        en: `JIKIMI_HTTP_PORT and JIKIMI_SIP_PORT are both ${sipPort}: give them different ports.`,
      },
    });
  }
  if (sipPort !== undefined && rtpPorts !== undefined && sipPort >= rtpPorts.first && sipPort <= rtpPorts.last) {
    problems.push({
      name: "JIKIMI_RTP_PORTS",
      message: {
        ko: `JIKIMI_RTP_PORTS(${rtpPorts.first}-${rtpPorts.last})에 JIKIMI_SIP_PORT(${sipPort})가 들어 있습니다. 겹치지 않게 정해 주십시오.`,
        en: `JIKIMI_RTP_PORTS (${rtpPorts.first}-${rtpPorts.last}) contains JIKIMI_SIP_PORT (${sipPort}): keep them apart.`,
      },
    });
  }
  return problems;
}

/** A misspelt setting would otherwise be ignored without a word. */
function unknownNames(
  env: Readonly<Record<string, string | undefined>>,
  dotEnvValues: ReadonlyMap<string, string>,
): ConfigProblem[] {
  const names = new Set([...Object.keys(env), ...dotEnvValues.keys()]);
  return [...names]
    .filter((name) => name.startsWith("JIKIMI_") && !isSettingName(name))
    .sort()
    .map((name) => {
      const meant = nearestName(name, settingNames);
      return {
        name,
        message: {
          ko: `알 수 없는 설정이라 쓰지 않습니다: ${name}.${meant === undefined ? "" : ` 혹시 ${meant}입니까?`}`,
          en: `${name} is not a known setting and is ignored.${meant === undefined ? "" : ` Did you mean ${meant}?`}`,
        },
      };
    });
}

function unreachable({ bindAddress, publicAddress }: Config): ConfigProblem[] {
  if (!isLoopback(bindAddress) || publicAddress === null || isLoopback(publicAddress)) return [];
  return [
    {
      name: "JIKIMI_PUBLIC_ADDRESS",
      message: {
        ko: `JIKIMI_PUBLIC_ADDRESS(${publicAddress})를 알리지만 JIKIMI_BIND(${bindAddress})는 이 컴퓨터 안에서만 받습니다. 밖의 전화는 닿지 못합니다.`,
        en: `JIKIMI_PUBLIC_ADDRESS (${publicAddress}) is announced, but JIKIMI_BIND (${bindAddress}) takes nothing from outside this machine: no phone will reach it.`,
      },
    },
  ];
}

function isLoopback(address: string): boolean {
  return address.startsWith("127.");
}
