import { advertisedAddress, type Config, type InterfaceAddress } from "../config/index.ts";
import { type DoctorResult, fail, ok, warn } from "./result.ts";

const named = { id: "reachability", name: { ko: "밖에서 닿는 주소", en: "address for phones" } };

/** Whether the addresses that phones are told, and that sockets are bound to, can be right on this machine. */
export function checkReachability({
  config,
  interfaces,
}: {
  config: Config;
  interfaces: Readonly<Record<string, readonly InterfaceAddress[] | undefined>>;
}): DoctorResult {
  const mine = Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family }) => family === "IPv4")
    .map(({ address }) => address);
  const { bindAddress } = config;
  const told = advertisedAddress(config, interfaces);
  const list = mine.join(", ");

  if (bindAddress !== "0.0.0.0" && !isLoopback(bindAddress) && !mine.includes(bindAddress)) {
    return fail(
      named,
      {
        ko: `JIKIMI_BIND(${bindAddress})가 이 컴퓨터의 주소(${list})가 아님`,
        en: `JIKIMI_BIND (${bindAddress}) is none of this machine's addresses (${list})`,
      },
      {
        ko: `JIKIMI_BIND에 이 컴퓨터의 주소 가운데 하나를 정해 주십시오: ${list}`,
        en: `Set JIKIMI_BIND to one of this machine's addresses: ${list}`,
      },
    );
  }
  if (isLoopback(bindAddress)) {
    return ok(named, {
      ko: `${bindAddress}: 이 컴퓨터 안에서만 닿음. 다른 전화를 받으려면 JIKIMI_BIND=0.0.0.0`,
      en: `${bindAddress}: this machine only. To let other phones in, set JIKIMI_BIND=0.0.0.0`,
    });
  }
  if (mine.includes(told))
    return ok(named, { ko: `${told} (이 컴퓨터의 주소)`, en: `${told} (an address of this machine)` });
  return warn(
    named,
    { ko: `${told}: 이 컴퓨터의 주소(${list})가 아님`, en: `${told} is none of this machine's addresses (${list})` },
    {
      ko: `공유기나 방화벽 뒤라면 SIP 포트 ${config.sipPort}(UDP, TCP)와 UDP ${config.rtpPorts.first}-${config.rtpPorts.last}를 이 컴퓨터로 넘기도록 설정해 주십시오. 아니라면 JIKIMI_PUBLIC_ADDRESS를 고쳐 주십시오.`,
      en: `Behind a router or firewall, forward SIP port ${config.sipPort} (UDP, TCP) and UDP ${config.rtpPorts.first}-${config.rtpPorts.last} to this machine; otherwise correct JIKIMI_PUBLIC_ADDRESS.`,
    },
  );
}

function isLoopback(address: string): boolean {
  return address.startsWith("127.");
}
