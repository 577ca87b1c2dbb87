/** Graphs of transformers with random weights, as exporters write them: float32, or q8 as dynamic quantisation leaves it. */
import { encodeOnnx, type OnnxGraph, type OnnxNode, type OnnxTensor } from '../../models/onnx.ts';

/** `q8`: products of matrices of int8 with inputs that are quantised when they come, and int8 rows of large embeddings. */
export type Precision = 'fp32' | 'q8';

type Attributes = NonNullable<OnnxNode['attributes']>;

/** Each takes and gives names of values. */
export interface GraphBuilder {
  node(op: string, inputs: readonly string[], attributes?: Attributes): string;
  /** Random numbers around 0. */
  weights(...dims: readonly number[]): string;
  constant(value: number): string;
  tensor(dims: readonly number[], data: OnnxTensor['data']): string;
  integers(...values: readonly number[]): string;
  /** Rows of a table [`count`, `dim`]. */
  embedding(ids: string, count: number, dim: number): string;
  linear(x: string, from: number, to: number, bias?: boolean): string;
  norm(x: string, dim: number): string;
  write(ends: Pick<OnnxGraph, 'name' | 'inputs' | 'outputs'>, last: string): Uint8Array;
}

/** `TensorProto.DataType` of float32. */
const FLOAT = 1;
/** Half of the width of what weights are drawn from: a standard deviation of 0.02, as CLIP starts with. */
const WIDTH = 0.02 * Math.sqrt(3);

export function createGraph(precision: Precision, seed: number): GraphBuilder {
  const nodes: OnnxNode[] = [];
  const tensors: OnnxTensor[] = [];
  const random = uniform(seed);
  let named = 0;

  const node: GraphBuilder['node'] = (op, inputs, attributes = {}) => {
    const output = `v${named++}`;
    nodes.push({ op, inputs, outputs: [output], attributes });
    return output;
  };
  const tensor: GraphBuilder['tensor'] = (dims, data) => {
    const name = `w${named++}`;
    tensors.push({ name, dims, data });
    return name;
  };
  const size = (dims: readonly number[]) => dims.reduce((product, length) => product * length, 1);
  const filled = (dims: readonly number[], value: number) => tensor(dims, new Float32Array(size(dims)).fill(value));
  const weights = (...dims: readonly number[]) =>
    tensor(
      dims,
      Float32Array.from({ length: size(dims) }, () => random() * WIDTH),
    );
  const int8 = (...dims: readonly number[]) =>
    tensor(
      dims,
      Int8Array.from({ length: size(dims) }, () => Math.round(random() * 127)),
    );

  /** As onnxruntime's `quantize_dynamic` writes a product: it joins these nodes when it loads them. */
  const quantisedProduct = (x: string, from: number, to: number) => {
    const [values, scale, zero] = ['values', 'scale', 'zero'].map((part) => `v${named++}-${part}`) as [
      string,
      string,
      string,
    ];
    nodes.push({ op: 'DynamicQuantizeLinear', inputs: [x], outputs: [values, scale, zero] });
    const zeros = tensor([to], new Int8Array(to));
    const whole = node('MatMulInteger', [values, int8(from, to), zero, zeros]);
    const scales = node('Mul', [scale, filled([to], WIDTH / 127)]);
    return node('Mul', [node('Cast', [whole], { to: FLOAT }), scales]);
  };

  return {
    ...{ node, tensor, weights },
    constant: (value) => filled([], value),
    integers: (...values) => tensor([values.length], BigInt64Array.from(values, BigInt)),
    embedding(ids, count, dim) {
      if (precision === 'fp32') return node('Gather', [weights(count, dim), ids]);
      return node('DequantizeLinear', [node('Gather', [int8(count, dim), ids]), filled([], WIDTH / 127)]);
    },
    linear(x, from, to, bias = true) {
      const product = precision === 'q8' ? quantisedProduct(x, from, to) : node('MatMul', [x, weights(from, to)]);
      return bias ? node('Add', [product, weights(to)]) : product;
    },
    norm: (x, dim) => node('LayerNormalization', [x, filled([dim], 1), filled([dim], 0)], { axis: -1 }),
    write(ends, last) {
      nodes.push({ op: 'Identity', inputs: [last], outputs: [ends.outputs[0]?.name ?? ''] });
      return encodeOnnx({ ...ends, nodes, weights: tensors });
    },
  };
}

/** Evenly between −1 and 1, from a linear congruential generator (Numerical Recipes). */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}
