import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import type { Config } from "../config/index.ts";
import { type DoctorResult, fail, ok, warn } from "./result.ts";

export type Transport = "udp" | "tcp";

/** What binding a port came to; `code` is the system's (`EADDRINUSE`, `EACCES` …). */
export type PortProbe = { readonly kind: "free" } | { readonly kind: "not-free"; readonly code: string };

export type ProbePort = (request: { transport: Transport; address: string; port: number }) => Promise<PortProbe>;

/** Binds the port for a moment. */
export const probePort: ProbePort = ({ transport, address, port }) =>
  new Promise((resolve) => {
    const onError = (failure: NodeJS.ErrnoException) => resolve({ kind: "not-free", code: failure.code ?? "unknown" });
    const onBound = () => resolve({ kind: "free" });
    if (transport === "tcp") {
      const server = createServer().once("error", onError);
      server.listen({ host: address, port, exclusive: true }, () => server.close(onBound));
    } else {
      const socket = createSocket("udp4").once("error", onError);
      socket.bind({ address, port, exclusive: true }, () => socket.close(onBound));
    }
  });

type PortUse = { readonly id: string; readonly setting: string; readonly transport: Transport; readonly port: number };

/** Web and SIP ports, one result each. The ports of the server that already runs here are its own. */
export async function checkPorts({
  config,
  probe,
  runningPid,
}: {
  config: Config;
  probe: ProbePort;
  runningPid: number | null;
}): Promise<DoctorResult[]> {
  const uses: PortUse[] = [
    { id: "http-port", setting: "JIKIMI_HTTP_PORT", transport: "tcp", port: config.httpPort },
    { id: "sip-udp-port", setting: "JIKIMI_SIP_PORT", transport: "udp", port: config.sipPort },
    { id: "sip-tcp-port", setting: "JIKIMI_SIP_PORT", transport: "tcp", port: config.sipPort },
  ];
  return Promise.all(uses.map((use) => checkPort(use, config.bindAddress, probe, runningPid)));
}

async function checkPort(
  { id, setting, transport, port }: PortUse,
  address: string,
  probe: ProbePort,
  runningPid: number | null,
): Promise<DoctorResult> {
  const kind = transport.toUpperCase();
  const isWeb = id === "http-port";
  const named = {
    id,
    name: { ko: isWeb ? "웹 포트" : `SIP 포트(${kind})`, en: isWeb ? "web port" : `SIP port (${kind})` },
  };
  const where = `${kind} ${address}:${port}`;
  const probed = await probe({ transport, address, port });
  if (probed.kind === "free") return ok(named, { ko: `${where} 비어 있음`, en: `${where} is free` });
  if (probed.code === "EADDRINUSE") {
    if (runningPid !== null) {
      return ok(named, {
        ko: `${where} 지금 켜져 있는 지킴이(프로세스 ${runningPid})가 사용 중`,
        en: `${where} is used by the Jikimi that runs now (process ${runningPid})`,
      });
    }
    return warn(
      named,
      { ko: `${where} 다른 프로그램이 사용 중`, en: `${where} is used by another program` },
      {
        ko: `그대로 시작하면 다음 빈 포트를 씁니다. 바꾸려면 ${setting}에 다른 번호를 정해 주십시오.`,
        en: `Started as it is, the next free port is used. To choose one, set ${setting}.`,
      },
    );
  }
  if (probed.code === "EACCES") {
    return fail(
      named,
      { ko: `${where} 사용할 권한이 없음`, en: `${where} may not be used by this user` },
      {
        ko: `1024보다 작은 포트에는 권한이 필요합니다. ${setting}에 1024 이상을 정해 주십시오.`,
        en: `Ports below 1024 need a privilege: set ${setting} to 1024 or more.`,
      },
    );
  }
  return fail(
    named,
    { ko: `${where} 열 수 없음(${probed.code})`, en: `${where} cannot be opened (${probed.code})` },
    {
      ko: `JIKIMI_BIND(${address})가 이 컴퓨터의 주소인지, ${setting}(${port})가 맞는지 확인해 주십시오.`,
      en: `Check that JIKIMI_BIND (${address}) is an address of this machine, and ${setting} (${port}).`,
    },
  );
}

/** How many ports of the range are tried: enough to see another program sitting in it. */
const sampledPorts = 64;

/** The sound of calls: a sample of the range, since a few taken ports do no harm. */
export async function checkRtpPorts({ config, probe }: { config: Config; probe: ProbePort }): Promise<DoctorResult> {
  const { first, last } = config.rtpPorts;
  const named = { id: "rtp-ports", name: { ko: "음성(RTP) 포트", en: "sound (RTP) ports" } };
  const count = last - first + 1;
  const step = Math.max(1, Math.floor(count / sampledPorts));
  const sample = Array.from({ length: Math.min(count, sampledPorts) }, (_, index) => first + index * step);
  const probes = await Promise.all(
    sample.map((port) => probe({ transport: "udp", address: config.bindAddress, port })),
  );
  const taken = probes.filter(({ kind }) => kind === "not-free").length;
  const found = {
    ko: `UDP ${first}-${last} 가운데 ${sample.length}개를 확인, ${taken}개 사용 중`,
    en: `UDP ${first}-${last}: ${taken} of ${sample.length} tried are taken`,
  };
  const wayOut = {
    ko: "다른 프로그램과 겹치지 않는 범위를 JIKIMI_RTP_PORTS에 정해 주십시오. 통화 하나에 포트 네 개를 씁니다.",
    en: "Set JIKIMI_RTP_PORTS to a range that no other program uses. A call takes four ports.",
  };
  if (taken === sample.length) return fail(named, found, wayOut);
  return taken > sample.length / 4 ? warn(named, found, wayOut) : ok(named, found);
}
