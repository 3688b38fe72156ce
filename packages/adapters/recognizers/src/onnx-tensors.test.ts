import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { defaultModelsDir } from "./models.ts";
import { readConstantTensors } from "./onnx-tensors.ts";

/** A protobuf field that holds bytes. */
function field(number: number, bytes: readonly number[]): number[] {
  return [(number << 3) | 2, bytes.length, ...bytes];
}

const floats = [...new Uint8Array(Float32Array.of(1.5, -2).buffer)];
const tensor = [(2 << 3) | 0, 1, ...field(9, floats)];
const node = [...field(2, [0x77]), ...field(4, [...Buffer.from("Constant")]), ...field(5, field(5, tensor))];
const file = Uint8Array.from(field(7, field(1, node)));

test("a constant is read by the name of its value", () => {
  expect([...readConstantTensors(file)]).toEqual([["w", Float32Array.of(1.5, -2)]]);
});

test("a constant inside a branch is read too", () => {
  const branch = [...field(4, [...Buffer.from("If")]), ...field(5, field(6, field(1, node)))];
  expect(readConstantTensors(Uint8Array.from(field(7, field(1, branch)))).get("w")).toEqual(Float32Array.of(1.5, -2));
});

test("a file cut off anywhere is refused, or has nothing in it", () => {
  for (let length = 0; length < file.length; length++) {
    const cut = file.subarray(0, length);
    let found = 0;
    try {
      found = readConstantTensors(cut).size;
    } catch (failure) {
      expect(failure).toBeInstanceOf(RangeError);
    }
    expect(found).toBe(0);
  }
});

test("the voice model holds a network for 8 kHz and one for 16 kHz", () => {
  const tensors = readConstantTensors(readFileSync(join(defaultModelsDir(), "silero-vad", "silero_vad_v6.onnx")));
  expect(tensors.get("If_0_then_branch__Inline_0__stft.forward_basis_buffer")?.length).toBe(258 * 256);
  expect(tensors.get("If_0_else_branch__Inline_0__stft.forward_basis_buffer")?.length).toBe(130 * 128);
});
