import fc from "fast-check";
import { expect, test } from "vitest";
import { SimdKernel } from "./simd-kernel.ts";

test("a matrix of any shape times a vector is what a plain loop gives", () => {
  const value = fc.integer({ min: -64, max: 64 }).map((n) => n / 8);
  const shape = fc.record({ rows: fc.integer({ min: 1, max: 9 }), columns: fc.integer({ min: 1, max: 40 }) });
  fc.assert(
    fc.property(shape, fc.infiniteStream(value), fc.nat({ max: 5 }), ({ rows, columns }, numbers, from) => {
      const take = (count: number) => Float32Array.from({ length: count }, () => numbers.next().value ?? 0);
      const [weights, bias, vector] = [take(rows * columns), take(rows), take(columns + from)];
      const kernel = new SimdKernel(1000);
      const matrix = kernel.matrix(weights, bias);
      const input = kernel.vector(columns + from);
      input.values.set(vector);
      const output = kernel.vector(rows + 2);
      kernel.multiply(matrix, input, from, output, 1);
      // Eighths and sixty-fourths: every sum is exact in float32, whatever the order.
      const expected = Array.from({ length: rows }, (_, row) =>
        Array.from({ length: columns }, (_, i) => (weights[row * columns + i] ?? 0) * (vector[from + i] ?? 0)).reduce(
          (sum, product) => sum + product,
          bias[row] ?? 0,
        ),
      );
      expect([...output.values]).toEqual([0, ...expected, 0]);
    }),
  );
});
