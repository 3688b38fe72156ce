import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type FileServer = AsyncDisposable & {
  readonly url: string;
  readonly files: Map<string, Buffer>;
  readonly requests: readonly { readonly path: string; readonly range: string | undefined }[];
  ranges: "serves" | "ignores" | "refuses";
  /** Says how long an answer is before it gives it. */
  announces: boolean;
  /** The next answer for `path` stops after so many bytes; what is returned breaks it off. */
  holdAfter(path: string, bytes: number): () => void;
};

/** A small HTTP server on loopback: the files by their paths, single ranges, `/circle` that leads to itself, else 404. */
export async function serveFiles(files: Readonly<Record<string, Buffer>>): Promise<FileServer> {
  const requests: { path: string; range: string | undefined }[] = [];
  const held = new Map<string, { readonly bytes: number; breakOff: () => void }>();
  const http = createServer((request, response) => {
    const path = request.url ?? "";
    requests.push({ path, range: request.headers.range });
    answer(request, response, path);
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const server: FileServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    files: new Map(Object.entries(files)),
    requests,
    ranges: "serves",
    announces: true,
    holdAfter(path, bytes) {
      const hold = { bytes, breakOff: () => {} };
      held.set(path, hold);
      return () => hold.breakOff();
    },
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };

  function answer(request: IncomingMessage, response: ServerResponse, path: string): void {
    const file = server.files.get(path);
    if (path.startsWith("/circle")) response.writeHead(302, { location: path }).end();
    else if (file === undefined) response.writeHead(404).end("not here");
    else {
      const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1];
      if (asked !== undefined && server.ranges === "refuses") {
        response.writeHead(416).end();
        return;
      }
      const from = server.ranges === "serves" ? Number(asked ?? 0) : 0;
      const range = { "content-range": `bytes ${from}-${file.length - 1}/${file.length}` };
      const length = server.announces ? { "content-length": file.length - from } : {};
      response.writeHead(from > 0 ? 206 : 200, { ...length, ...(from > 0 ? range : {}) });
      const hold = held.get(path);
      held.delete(path);
      if (hold === undefined) response.end(file.subarray(from));
      else {
        hold.breakOff = () => response.destroy();
        response.write(file.subarray(from, hold.bytes));
      }
    }
  }
  return server;
}
