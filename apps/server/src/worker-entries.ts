/**
 * How a worker process is started from TypeScript source: through the same loader as this process. A bundle needs none.
 */
export const sourceExecArgv: readonly string[] = ["--import", import.meta.resolve("tsx")];
