import { lockFolder } from "../src/folder-lock.ts";

/** Run as a process of its own: locks the folder given, says so, and holds it until killed. */
const [folder = ""] = process.argv.slice(2);
await lockFolder(folder);
process.stdout.write("held\n");
process.stdin.resume();
