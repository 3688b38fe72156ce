/**
 * Matrix times vector in WebAssembly SIMD, for networks that are too small to be worth a runtime of their own: a fifth
 * of the time of the same loop in JavaScript, which has no 4-wide arithmetic. Weights and vectors live in the kernel's
 * memory; a matrix's rows are padded with zeros to a multiple of eight columns.
 */
export type Matrix = {
  readonly rows: number;
  readonly columns: number;
  readonly matrixAt: number;
  readonly biasAt: number;
  readonly rowBytes: number;
};

/** Floats in the kernel's memory. `at` is their byte address. */
export type Vector = { readonly at: number; readonly values: Float32Array };

/** Byte addresses, but for the last. */
type Multiply = (
  matrix: number,
  input: number,
  bias: number,
  output: number,
  outputEnd: number,
  rowBytes: number,
) => void;

/** The part of the WebAssembly namespace used here, whose types come with a browser's and not with Node's. */
type WasmHost = {
  readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: { readonly multiply: unknown } };
};

/** What is read behind a vector's end when rows are padded: up to seven floats. */
const SPARE_FLOATS = 8;
const PAGE_BYTES = 65_536;

export class SimdKernel {
  readonly #memory: { readonly buffer: ArrayBuffer };
  readonly #multiply: Multiply;
  #used = 16;

  /** `floats`: how many all matrices and vectors will need at most, padding aside. */
  constructor(floats: number) {
    const { Memory, Module, Instance } = (globalThis as unknown as { WebAssembly: WasmHost }).WebAssembly;
    this.#memory = new Memory({ initial: Math.ceil((floats * 4) / PAGE_BYTES) + 8 });
    const { exports } = new Instance(new Module(multiplyModule()), { host: { memory: this.#memory } });
    this.#multiply = exports.multiply as Multiply;
  }

  matrix(weights: Float32Array, bias: Float32Array): Matrix {
    const rows = bias.length;
    const columns = weights.length / rows;
    const padded = Math.ceil(columns / 8) * 8;
    const matrix = this.vector(rows * padded);
    for (let row = 0; row < rows; row++) {
      matrix.values.set(weights.subarray(row * columns, (row + 1) * columns), row * padded);
    }
    const biases = this.vector(rows);
    biases.values.set(bias);
    return { rows, columns, matrixAt: matrix.at, biasAt: biases.at, rowBytes: padded * 4 };
  }

  vector(floats: number): Vector {
    const at = this.#used;
    this.#used = Math.ceil((at + (floats + SPARE_FLOATS) * 4) / 16) * 16;
    return { at, values: new Float32Array(this.#memory.buffer, at, floats) };
  }

  /** `output[outputFrom + row] = bias[row] + matrix[row] · input[inputFrom …]`. */
  multiply(matrix: Matrix, input: Vector, inputFrom: number, output: Vector, outputFrom: number): void {
    const outputAt = output.at + outputFrom * 4;
    this.#multiply(
      matrix.matrixAt,
      input.at + inputFrom * 4,
      matrix.biasAt,
      outputAt,
      outputAt + matrix.rows * 4,
      matrix.rowBytes,
    );
  }
}

/**
 * The module's bytes (WebAssembly 2.0, binary format), for this function over the imported memory:
 *
 *     multiply(matrix, input, bias, output, outputEnd, rowBytes):
 *       inputEnd = input + rowBytes
 *       do   even = odd = 0 (4 floats each); at = input
 *            do   even += load4(matrix) * load4(at);  odd += load4(matrix + 16) * load4(at + 16)
 *                 matrix += 32;  at += 32
 *            while at < inputEnd
 *            even += odd;  store(output, load(bias) + the sum of even's four)
 *            output += 4;  bias += 4
 *       while output < outputEnd
 */
function multiplyModule(): Uint8Array<ArrayBuffer> {
  const [matrix, input, bias, output, outputEnd, rowBytes, at, inputEnd, even, odd] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const get = (local: number) => [0x20, local];
  const set = (local: number) => [0x21, local];
  const advance = (local: number, bytes: number) => [...get(local), 0x41, bytes, 0x6a, ...set(local)];
  const loop = (...body: number[]) => [0x03, 0x40, ...body, 0x0b];
  const againWhileBelow = (local: number, end: number) => [...get(local), ...get(end), 0x49, 0x0d, 0];
  const load4 = (local: number, offset: number) => [...get(local), 0xfd, 0x00, 2, offset];
  const add4 = [0xfd, 0xe4, 0x01];
  const multiply4 = [0xfd, 0xe6, 0x01];
  const zero4 = [0x43, 0, 0, 0, 0, 0xfd, 0x13];
  const lane = (index: number) => [...get(even), 0xfd, 0x1f, index];
  const addTwo = 0x92;
  const accumulate = (sum: number, offset: number) => [
    ...get(sum),
    ...load4(matrix, offset),
    ...load4(at, offset),
    ...multiply4,
    ...add4,
    ...set(sum),
  ];

  const columns = loop(
    ...accumulate(even, 0),
    ...accumulate(odd, 16),
    ...advance(matrix, 32),
    ...advance(at, 32),
    ...againWhileBelow(at, inputEnd),
  );
  const sum = [...lane(0), ...lane(1), addTwo, ...lane(2), addTwo, ...lane(3), addTwo];
  const rows = loop(
    ...[...zero4, ...set(even), ...zero4, ...set(odd), ...get(input), ...set(at)],
    ...columns,
    ...[...get(even), ...get(odd), ...add4, ...set(even)],
    ...[...get(output), ...get(bias), 0x2a, 2, 0, ...sum, addTwo, 0x38, 2, 0],
    ...advance(output, 4),
    ...advance(bias, 4),
    ...againWhileBelow(output, outputEnd),
  );
  const i32 = 0x7f;
  const v128 = 0x7b;
  const locals = [2, 2, i32, 2, v128];
  const body = [...locals, ...get(input), ...get(rowBytes), 0x6a, ...set(inputEnd), ...rows, 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, 6, i32, i32, i32, i32, i32, i32, 0]),
    ...section(2, [1, ...name("host"), ...name("memory"), 0x02, 0x00, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name("multiply"), 0x00, 0]),
    ...section(10, [1, ...sized(body)]),
  ]);
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...sized(content)];
}

function name(text: string): number[] {
  return sized([...new TextEncoder().encode(text)]);
}

/** Its length (LEB128, below 16384) and itself. */
function sized(content: readonly number[]): number[] {
  const length = content.length;
  return length < 128 ? [length, ...content] : [(length & 0x7f) | 0x80, length >> 7, ...content];
}
