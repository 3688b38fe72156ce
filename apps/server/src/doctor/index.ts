export { doctorReport, renderDoctor } from "./render.ts";
export type { DoctorResult } from "./result.ts";
export { runDoctor } from "./run-doctor.ts";
