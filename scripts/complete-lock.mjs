// Run after `npm install` has written package-lock.json from a registry that lacks other platforms' packages:
// lists those packages, so that `npm ci` takes the file everywhere.
import { readFileSync, writeFileSync } from "node:fs";
import { completeLock, missingOptionals } from "./lib/lock-file.mjs";

const path = new URL("../package-lock.json", import.meta.url);
const before = JSON.parse(readFileSync(path, "utf8"));
const { lock, unknown } = completeLock(before);
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`package-lock.json: ${missingOptionals(before).length - unknown.length} packages added`);
if (unknown.length > 0) {
  console.error(`Not told by their names, to be looked up: ${unknown.join(", ")}`);
  process.exitCode = 1;
}
