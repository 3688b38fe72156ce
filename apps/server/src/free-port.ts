import { createSocket } from "node:dgram";
import { createServer } from "node:net";

/** How many ports after the asked one are tried. */
const portsTried = 50;

export type FoundPort = { readonly port: number; readonly taken: readonly number[] };

/** The asked port, or the next one that is free for TCP (and UDP where wanted); null when none is. 0 stays 0. */
export async function findFreePort(host: string, asked: number, { udp }: { udp: boolean }): Promise<FoundPort | null> {
  const taken: number[] = [];
  if (asked === 0) return { port: 0, taken };
  for (let port = asked; port < Math.min(asked + portsTried, 65_536); port++) {
    if ((await tcpIsFree(host, port)) && (!udp || (await udpIsFree(host, port)))) return { port, taken };
    taken.push(port);
  }
  return null;
}

function tcpIsFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

function udpIsFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", () => {
      socket.close();
      resolve(false);
    });
    socket.bind({ address: host, port, exclusive: true }, () => socket.close(() => resolve(true)));
  });
}
