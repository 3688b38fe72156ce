import type { Text } from "./cli/text.ts";
import type { Config } from "./config/index.ts";
import { isLoopbackName } from "./http/address.ts";

/** What is simulated or limited in this installation: said at the start, on the status page and to machines. */
export function limitationsOf(config: Config, database: { readonly kind: "pglite" | "postgresql" }): Text[] {
  const limitations: Text[] = [
    {
      ko: "안내 음성은 기계가 합성한 기본 음성입니다. 기관의 녹음 파일로 바꿀 수 있습니다.",
      en: "Announcements are spoken by a synthetic default voice; your own recordings can replace them.",
    },
  ];
  if (config.recognizer === "demo") {
    limitations.push({
      ko: "체험용 음성 인식기를 쓰고 있습니다. 기계가 합성한 음성만 알아듣고 사람의 말은 알아듣지 못합니다.",
      en: "The demo recogniser is listening: it understands synthetic voices only, and no people.",
    });
  }
  if (config.recognizerServer !== null) {
    const everyCall = config.recognizer === "openai-compatible";
    limitations.push(...hearingElsewhere(new URL(config.recognizerServer.url), { everyCall }));
  }
  if (database.kind === "pglite") {
    limitations.push({
      ko: "내장 데이터베이스는 체험과 작은 기관용입니다. 운영에는 DATABASE_URL로 PostgreSQL을 지정해 주십시오.",
      en: "The embedded database is for trials and small sites; for production name a PostgreSQL in DATABASE_URL.",
    });
  }
  if (config.bindAddress.startsWith("127.")) {
    limitations.push({
      ko: "이 컴퓨터 안에서만 연결할 수 있습니다. 다른 전화기에서 쓰려면 JIKIMI_BIND를 정해 주십시오.",
      en: "Only this machine can connect; set JIKIMI_BIND to let other telephones in.",
    });
  }
  return limitations;
}

/** Where the sound of calls goes when it leaves this machine to be understood. */
function hearingElsewhere({ host, hostname, protocol }: URL, { everyCall }: { everyCall: boolean }): Text[] {
  if (isLoopbackName(hostname)) return [];
  const sent: Text = {
    ko: `${everyCall ? "통화의 말소리를" : "인식 서버를 고른 부서와 번호의 말소리를"} 글로 바꾸기 위해 ${host} 서버로 보냅니다. 그 서버가 소리를 어떻게 다루는지 확인해 주십시오.`,
    en: `What is said in calls${everyCall ? "" : " of departments and numbers that chose it"} is sent to the server ${host} to be turned into text; please make sure how it treats the sound.`,
  };
  const plain: Text = {
    ko: `${host} 서버로 보내는 소리가 암호화되지 않습니다. 서버가 https를 받으면 JIKIMI_RECOGNIZER_URL을 https로 바꿔 주십시오.`,
    en: `The sound goes to ${host} without encryption; if the server takes https, use it in JIKIMI_RECOGNIZER_URL.`,
  };
  return protocol === "http:" ? [sent, plain] : [sent];
}
