export { doctorReport, renderDoctor } from "./render.ts";
export { runDoctor } from "./run-doctor.ts";
