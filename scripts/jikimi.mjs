// The way in: `npm start` and `./jikimi` run this file with Node alone, before anything is installed.
// It must load on a Node too old for the rest, so that it can say so: no syntax newer than 2019 here
// or in node-version.mjs.
import { refuseOldNode } from "./lib/node-version.mjs";

refuseOldNode();
// A failure ends the process with its stack and code 1, as an uncaught one should.
void import("./lib/start.mjs").then((start) => start.main(process.argv.slice(2)));
