import { createSocket, type Socket } from "node:dgram";
import type { Random } from "@jikimi/kernel";
import { RtpError } from "./errors.ts";

/** First and last port, both included. */
export type PortRange = { readonly first: number; readonly last: number };

/** RTP on an even port, RTCP on the odd one after it (RFC 3550 §11). Whoever opened it closes both. */
export type UdpPair = {
  readonly rtp: Socket;
  readonly rtcp: Socket;
  readonly rtpPort: number;
  readonly rtcpPort: number;
};

const RANDOM_TRIES = 24;

/**
 * Binds a free pair in the range, tried in random order so that a port is not known beforehand; taken ports are passed
 * over. Rejects with `no-free-ports`, or `address-unusable` when the address itself is wrong.
 */
export async function openUdpPair({
  bindAddress,
  ports,
  random,
}: {
  bindAddress: string;
  ports: PortRange;
  random: Random;
}): Promise<UdpPair> {
  const first = ports.first + (ports.first & 1);
  const pairs = Math.floor((ports.last - first + 1) / 2);
  const sweep = pairs > 0 ? random.integer(pairs) : 0;
  for (let attempt = 0; attempt < RANDOM_TRIES + pairs; attempt++) {
    if (pairs <= 0) break;
    const index = attempt < RANDOM_TRIES ? random.integer(pairs) : (sweep + attempt) % pairs;
    const rtpPort = first + index * 2;
    const rtp = await bind(bindAddress, rtpPort);
    if (rtp === null) continue;
    const rtcp = await bind(bindAddress, rtpPort + 1);
    if (rtcp !== null) return { rtp, rtcp, rtpPort, rtcpPort: rtpPort + 1 };
    rtp.close();
  }
  throw new RtpError("no-free-ports", `no free pair of ports from ${ports.first} to ${ports.last}`);
}

/** Binds one free port of the range, tried in random order. Rejects as `openUdpPair` does. */
export async function openUdpSocket({
  bindAddress,
  ports,
  random,
}: {
  bindAddress: string;
  ports: PortRange;
  random: Random;
}): Promise<Socket> {
  const count = ports.last - ports.first + 1;
  const sweep = count > 0 ? random.integer(count) : 0;
  for (let attempt = 0; count > 0 && attempt < RANDOM_TRIES + count; attempt++) {
    const index = attempt < RANDOM_TRIES ? random.integer(count) : (sweep + attempt) % count;
    const socket = await bind(bindAddress, ports.first + index);
    if (socket !== null) return socket;
  }
  throw new RtpError("no-free-ports", `no free port from ${ports.first} to ${ports.last}`);
}

/** Null when the port is taken. */
function bind(address: string, port: number): Promise<Socket | null> {
  return new Promise((resolve, reject) => {
    // Addresses are numeric: the resolver's thread pool has no business in the path of a packet.
    const socket = createSocket({ type: "udp4", lookup: (host, _options, done) => done(null, host, 4) });
    socket.once("error", (cause: NodeJS.ErrnoException) => {
      socket.close();
      if (cause.code === "EADDRINUSE" || cause.code === "EACCES") resolve(null);
      else reject(new RtpError("address-unusable", `${address} cannot be listened on`, { cause }));
    });
    socket.bind({ address, port, exclusive: true }, () => {
      socket.removeAllListeners("error");
      resolve(socket);
    });
  });
}
