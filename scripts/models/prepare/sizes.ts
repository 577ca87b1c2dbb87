import type { ModelAttribute, ModelGraph, ModelNode } from '../onnx.ts';

/** Values come out as high and wide as they go in; of several inputs, as the largest. */
const SAME_SIZE = new Set(['Relu', 'LeakyRelu', 'Clip', 'Sigmoid', 'HardSwish', 'Add', 'Mul', 'BatchNormalization']);
const POOLS = new Set(['MaxPool', 'AveragePool']);

/** What a convolution or a pool does to the height of a picture, which is its width. */
export interface Windowed {
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
}

/**
 * Heights of values inside a graph whose input is square, where they are square and plainly follow from it.
 * @param size height and width of the input
 * @param dimsOf dimensions of a weight
 */
export function heightsOf(
  graph: ModelGraph,
  size: number,
  dimsOf: (weight: string) => readonly number[],
): ReadonlyMap<string, number> {
  const heights = new Map(graph.input.slice(0, 1).map(({ name }) => [name, size]));
  for (const node of graph.node) {
    const [output] = node.output;
    const height = heightAfter(node, heights, dimsOf);
    if (output !== undefined && height !== undefined) heights.set(output, height);
  }
  return heights;
}

function heightAfter(
  node: ModelNode,
  heights: ReadonlyMap<string, number>,
  dimsOf: (weight: string) => readonly number[],
): number | undefined {
  const known = node.input.flatMap((name) => heights.get(name) ?? []);
  if (SAME_SIZE.has(node.opType)) return known.length > 0 ? Math.max(...known) : undefined;
  const [height] = known;
  const window = windowOf(node, dimsOf);
  return height === undefined || !window
    ? undefined
    : Math.floor((height + 2 * window.pad - window.kernel) / window.stride) + 1;
}

/** Undefined for all else, and where it is not the same in both directions. */
export function windowOf(node: ModelNode, dimsOf: (weight: string) => readonly number[]): Windowed | undefined {
  const numbers = (name: string) => node.attribute.find((one) => one.name === name)?.ints?.map(Number) ?? [];
  const kernels = node.opType === 'Conv' ? dimsOf(node.input[1] ?? '').slice(2) : numbers('kernel_shape');
  if (node.opType !== 'Conv' && !POOLS.has(node.opType)) return undefined;
  const [kernel, stride, pad, dilation] = [
    only(kernels, undefined),
    only(numbers('strides'), 1),
    only(numbers('pads'), 0),
    only(numbers('dilations'), 1),
  ];
  const isOther = isSet(node.attribute, 'auto_pad') || isSet(node.attribute, 'ceil_mode');
  if (isOther || kernel === undefined || stride === undefined || pad === undefined || dilation !== 1) return undefined;
  return { kernel, stride, pad };
}

/** The number that all of these are. */
function only(numbers: readonly number[], none: number | undefined): number | undefined {
  const [first, ...others] = numbers;
  if (first === undefined) return none;
  return others.every((one) => one === first) ? first : undefined;
}

function isSet(attributes: readonly ModelAttribute[], name: string): boolean {
  const found = attributes.find((one) => one.name === name);
  if (!found) return false;
  const { s } = found as { readonly s?: Uint8Array };
  return s && s.length > 0 ? Buffer.from(s).toString() !== 'NOTSET' : Number(found.i ?? 0) !== 0;
}
