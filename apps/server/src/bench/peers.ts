import { accessSync, constants } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { CommandFailure } from "../cli/command.ts";

/** What a bench compares us with or drives us by: a program of Debian's, or a package from npm. */
export type Peer =
  | { readonly kind: "program"; readonly name: string; readonly debianPackage: string }
  | { readonly kind: "npm"; readonly name: string };

export const rtpengine: Peer = { kind: "program", name: "rtpengine", debianPackage: "rtpengine-daemon" };
export const sipp: Peer = { kind: "program", name: "sipp", debianPackage: "sip-tester" };
export const taskset: Peer = { kind: "program", name: "taskset", debianPackage: "util-linux" };
export const npmSip: Peer = { kind: "npm", name: "sip" };
export const chromium: Peer = { kind: "program", name: "chromium", debianPackage: "chromium" };
export const playwrightCore: Peer = { kind: "npm", name: "playwright-core" };

/** A comparison without its peer would be no comparison: throws, naming what is missing and how to get it. */
export function requirePeers(peers: readonly Peer[], env: Readonly<Record<string, string | undefined>>): void {
  const missing = peers.filter((peer) => !isThere(peer, env));
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name).join(", ");
  const wayOut = missing.map(installCommand).join(" && ");
  throw new CommandFailure(
    "missing-peer",
    {
      ko: `견줄 상대가 이 컴퓨터에 없습니다: ${names}`,
      en: `What to compare with is missing on this machine: ${names}`,
    },
    { ko: wayOut, en: wayOut },
  );
}

function isThere(peer: Peer, env: Readonly<Record<string, string | undefined>>): boolean {
  return peer.kind === "npm" ? isInstalled(peer.name) : isOnPath(peer.name, env.PATH ?? "");
}

function isOnPath(program: string, path: string): boolean {
  return path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return folder !== "";
    } catch {
      return false;
    }
  });
}

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

function installCommand(peer: Peer): string {
  return peer.kind === "npm" ? "npm install --include=dev" : `apt-get install ${peer.debianPackage}`;
}
