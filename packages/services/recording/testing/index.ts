export { FaultyDisk } from "./faulty-disk.ts";
