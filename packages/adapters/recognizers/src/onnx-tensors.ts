/**
 * Reads the float tensors out of an ONNX file (protobuf, onnx.proto3): those given as `Constant` nodes, in the main graph
 * and in the branches of its `If` nodes, by the name of the value that they define. That is all that running a small network
 * ourselves needs; anything else in the file is skipped. Throws `RangeError` on a file that ends too early.
 */
export function readConstantTensors(file: Uint8Array): Map<string, Float32Array> {
  const tensors = new Map<string, Float32Array>();
  for (const field of fieldsOf(file)) {
    if (field.number === MODEL_GRAPH) readGraph(field.bytes, tensors);
  }
  return tensors;
}

// Field numbers of onnx.proto3.
const MODEL_GRAPH = 7;
const GRAPH_NODE = 1;
const NODE_OUTPUT = 2;
const NODE_OP_TYPE = 4;
const NODE_ATTRIBUTE = 5;
const ATTRIBUTE_TENSOR = 5;
const ATTRIBUTE_GRAPH = 6;
const TENSOR_DATA_TYPE = 2;
const TENSOR_RAW_DATA = 9;
const FLOAT = 1;

function readGraph(graph: Uint8Array, tensors: Map<string, Float32Array>): void {
  for (const field of fieldsOf(graph)) {
    if (field.number === GRAPH_NODE) readNode(field.bytes, tensors);
  }
}

function readNode(node: Uint8Array, tensors: Map<string, Float32Array>): void {
  let output = "";
  let opType = "";
  const attributes: Uint8Array[] = [];
  for (const field of fieldsOf(node)) {
    if (field.number === NODE_OUTPUT) output = text(field.bytes);
    else if (field.number === NODE_OP_TYPE) opType = text(field.bytes);
    else if (field.number === NODE_ATTRIBUTE) attributes.push(field.bytes);
  }
  for (const attribute of attributes) {
    for (const field of fieldsOf(attribute)) {
      if (field.number === ATTRIBUTE_GRAPH) readGraph(field.bytes, tensors);
      if (field.number === ATTRIBUTE_TENSOR && opType === "Constant") {
        const values = readFloats(field.bytes);
        if (values !== undefined) tensors.set(output, values);
      }
    }
  }
}

function readFloats(tensor: Uint8Array): Float32Array | undefined {
  let isFloat = false;
  let raw: Uint8Array | undefined;
  for (const field of fieldsOf(tensor)) {
    if (field.number === TENSOR_DATA_TYPE) isFloat = field.value === FLOAT;
    else if (field.number === TENSOR_RAW_DATA) raw = field.bytes;
  }
  if (!isFloat || raw === undefined) return undefined;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return Float32Array.from({ length: raw.byteLength >> 2 }, (_, i) => view.getFloat32(i * 4, true));
}

type Field = { readonly number: number; readonly value: number; readonly bytes: Uint8Array };

const NO_BYTES = new Uint8Array(0);

/** The fields of one protobuf message. `value` is exact up to 2^53, which covers what is read here. */
function* fieldsOf(message: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++];
      if (byte === undefined) throw new RangeError("an ONNX file that ends too early");
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  const take = (count: number): Uint8Array => {
    if (at + count > message.length) throw new RangeError("an ONNX file that ends too early");
    at += count;
    return message.subarray(at - count, at);
  };
  while (at < message.length) {
    const key = varint();
    const number = key >> 3;
    const wireType = key & 7;
    if (wireType === 0) yield { number, value: varint(), bytes: NO_BYTES };
    else if (wireType === 1) yield { number, value: 0, bytes: take(8) };
    else if (wireType === 2) yield { number, value: 0, bytes: take(varint()) };
    else if (wireType === 5) yield { number, value: 0, bytes: take(4) };
    else throw new RangeError("not an ONNX file");
  }
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
