// The way in: `npm start` and `./jikimi` run this file with Node alone, before anything is installed.
// It must load on a Node too old for the rest, so that it can say so: no syntax newer than 2019 here
// or in node-version.mjs.
import { refuseOldNode } from "./lib/node-version.mjs";

refuseOldNode();
import("./lib/start.mjs").then((start) => start.main(process.argv.slice(2)));
