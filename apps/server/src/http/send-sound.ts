import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { type HeardSound, rangeOf } from "../call-audio.ts";

/** The whole WAV or the asked part of it (RFC 9110 §14), made while it is sent. */
export async function sendSound(
  sound: HeardSound,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { byteLength } = sound.call;
  const range = rangeOf(request.headers.range, byteLength);
  void reply.type("audio/wav").header("accept-ranges", "bytes");
  if (range === "unsatisfiable") {
    await sound[Symbol.asyncDispose]();
    return reply.code(416).header("content-range", `bytes */${byteLength}`).send();
  }
  const { from, to } = range === "whole" ? { from: 0, to: byteLength } : range;
  if (range !== "whole") void reply.code(206).header("content-range", `bytes ${from}-${to - 1}/${byteLength}`);
  return reply.header("content-length", to - from).send(Readable.from(readAndClose(sound, from, to)));
}

async function* readAndClose(sound: HeardSound, from: number, to: number): AsyncGenerator<Uint8Array> {
  try {
    yield* sound.call.read(from, to);
  } finally {
    await sound[Symbol.asyncDispose]();
  }
}
