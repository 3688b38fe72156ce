import type { MeasuredModels } from "../measured-models.ts";
import { type DoctorResult, fail, ok, warn } from "./result.ts";

/** Node 20 gets no more security fixes since 2026-04-30 (nodejs/Release schedule). */
const supportedMajor = 22;

export function checkNode(version: string): DoctorResult {
  const named = { id: "node", name: { ko: "Node.js", en: "Node.js" } };
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const wayOut = {
    ko: "Node.js 24 LTS로 올려 주십시오: https://nodejs.org",
    en: "Upgrade to Node.js 24 LTS: https://nodejs.org",
  };
  if (major < 20 || (major === 20 && minor < 19)) {
    return fail(named, { ko: `${version} (20.19 이상 필요)`, en: `${version} (20.19 or newer is needed)` }, wayOut);
  }
  if (major >= supportedMajor) return ok(named, { ko: version, en: version });
  return warn(
    named,
    {
      ko: `${version} 동작하지만 보안 수정이 더 나오지 않는 버전`,
      en: `${version} works, but gets no more security fixes`,
    },
    wayOut,
  );
}

/** What `verifyModels` of `@jikimi/recognizers` says of one file. */
export type ModelFileCheck = {
  readonly model: string;
  readonly path: string;
  readonly result: "ok" | "missing" | "wrong-size" | "wrong-hash";
};

export async function checkModels(verify: () => Promise<readonly ModelFileCheck[]>): Promise<DoctorResult> {
  const named = { id: "models", name: { ko: "음성 인식 모델", en: "speech models" } };
  const wayOut = {
    ko: "저장소에서 assets/models를 다시 받아 주십시오 (git checkout -- assets/models). 따로 받은 모델은 ./jikimi models pull 로 받으십시오. 그 전까지 통화는 되지만 말을 듣지 못합니다.",
    en: "Get assets/models from the repository again (git checkout -- assets/models), and a model that does not ship by ./jikimi models pull. Until then calls work, but nothing is heard.",
  };
  let files: readonly ModelFileCheck[];
  try {
    files = await verify();
  } catch (failure) {
    const why = failure instanceof Error ? failure.message : String(failure);
    return fail(
      named,
      { ko: `모델 목록을 읽을 수 없음: ${why}`, en: `the list of models cannot be read: ${why}` },
      wayOut,
    );
  }
  const names = [...new Set(files.map(({ model }) => model))].join(", ");
  const wrong = files.filter(({ result }) => result !== "ok");
  if (wrong.length > 0) {
    const list = wrong.map(({ path, result }) => `${path} (${result})`).join(", ");
    return fail(named, { ko: `손상되거나 없는 파일: ${list}`, en: `damaged or missing: ${list}` }, wayOut);
  }
  return ok(named, {
    ko: `${names}: 파일 ${files.length}개의 해시가 맞음`,
    en: `${names}: the hashes of ${files.length} files are right`,
  });
}

/** What `./jikimi models measure` found here: never wrong, at most unknown. */
export function checkHearing(measured: MeasuredModels | null): DoctorResult {
  const named = { id: "hearing", name: { ko: "듣는 속도", en: "speed of hearing" } };
  if (measured === null) {
    return ok(named, {
      ko: "아직 측정하지 않음 (./jikimi models measure)",
      en: "not measured yet (./jikimi models measure)",
    });
  }
  const on = new Date(measured.measuredAtMs).toISOString().slice(0, 10);
  const told = (calls: string, wrong: string) =>
    measured.models
      .map(({ name, callsPerCore, errorPercent }) => {
        const errors = errorPercent === null ? "" : `, ${wrong} ${errorPercent} %`;
        return `${name}${callsPerCore === null ? "" : ` ${calls} ${callsPerCore}`}${errors}`;
      })
      .join(" · ");
  return ok(named, {
    ko: `${told("코어당 통화", "틀린 글자")} (${on} 측정)`,
    en: `${told("calls a core", "characters wrong")} (measured ${on})`,
  });
}

/** What a health question to the database answers (`Database` of `@jikimi/database`). */
export type DatabaseHealth = {
  readonly reachable: boolean;
  readonly latencyMs: number | null;
  readonly serverVersion: string | null;
  readonly limitation: { readonly ko: string; readonly en: string } | null;
};

export interface OpenedDatabase extends AsyncDisposable {
  health(): Promise<DatabaseHealth>;
}

/**
 * Opens the database as the server would and asks it a trivial question. PGlite belongs to one process at a time:
 * while the server runs, it has it.
 */
export async function checkDatabase({
  description,
  kind,
  exists,
  open,
  runningPid,
}: {
  /** Without user and password: `describeDatabase`. */
  description: string;
  kind: "pglite" | "postgres";
  /** False for a PGlite that the first start will make: looking must not make it. */
  exists: boolean;
  open: () => Promise<OpenedDatabase>;
  runningPid: number | null;
}): Promise<DoctorResult> {
  const named = { id: "database", name: { ko: "데이터베이스", en: "database" } };
  if (kind === "pglite" && runningPid !== null) {
    return ok(named, {
      ko: `${description}: 지금 켜져 있는 지킴이(프로세스 ${runningPid})가 사용 중`,
      en: `${description} is used by the Jikimi that runs now (process ${runningPid})`,
    });
  }
  if (!exists) {
    return ok(named, {
      ko: `${description} (처음 시작할 때 만들어짐)`,
      en: `${description} (made at the first start)`,
    });
  }
  const wayOut =
    kind === "postgres"
      ? {
          ko: "DATABASE_URL의 주소·사용자·비밀번호와 PostgreSQL(15 이상)이 켜져 있는지 확인해 주십시오.",
          en: "Check the host, user and password in DATABASE_URL, and that PostgreSQL (15 or newer) is running.",
        }
      : {
          ko: "다른 지킴이가 같은 폴더를 쓰고 있지 않은지, 폴더에 쓸 수 있는지 확인해 주십시오.",
          en: "Check that no other Jikimi uses the folder, and that it can be written to.",
        };
  try {
    await using database = await open();
    const { reachable, latencyMs, serverVersion, limitation } = await database.health();
    if (!reachable)
      return fail(named, { ko: `${description}: 응답이 없음`, en: `${description} does not answer` }, wayOut);
    const details = [serverVersion, latencyMs === null ? null : `${latencyMs.toFixed(1)} ms`]
      .filter(Boolean)
      .join(", ");
    return ok(named, {
      ko: `${description} (${details})${limitation === null ? "" : ` ${limitation.ko}`}`,
      en: `${description} (${details})${limitation === null ? "" : ` ${limitation.en}`}`,
    });
  } catch (failure) {
    const code = errorCode(failure);
    return fail(
      named,
      { ko: `${description}: 열 수 없음(${code})`, en: `${description} cannot be opened (${code})` },
      wayOut,
    );
  }
}

/** The innermost code there is; never a message, which may hold the password. */
function errorCode(failure: unknown): string {
  const { code, cause } = (failure ?? {}) as { code?: unknown; cause?: unknown };
  const inner = cause === undefined ? undefined : errorCode(cause);
  if (inner !== undefined && inner !== "unknown") return inner;
  return typeof code === "string" ? code : "unknown";
}
