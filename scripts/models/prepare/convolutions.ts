/** Convolutions of 3 × 3 as matrix products of tiles, which take a processor half of the time or less. */
import {
  floatTensor,
  int64Tensor,
  intsAttribute,
  type ModelAttribute,
  type ModelGraph,
  type ModelNode,
  type ModelTensor,
} from '../onnx.ts';
import { heightsOf, windowOf } from './sizes.ts';
import { LARGEST_TILE, tileLine, winograd } from './winograd.ts';

/** With fewer channels, taking tiles apart costs what the products save. */
const MIN_CHANNELS = 64;
/** Of the filters of one convolution, as they are kept in memory. */
const MAX_FILTER_BYTES = 32 * 2 ** 20;
/** Products that have to be saved. */
const MIN_GAIN = 1.5;

interface Convolution {
  readonly input: string;
  readonly weight: string;
  readonly bias: string | undefined;
  readonly output: string;
  /** Height and width of input and output. */
  readonly height: number;
  readonly inputs: number;
  readonly outputs: number;
}

/**
 * The same graph with other nodes in the place of those convolutions that gain by it.
 * @param size height and width of the pictures
 * @returns undefined where there are none
 */
export function replaceConvolutions(graph: ModelGraph, size: number): ModelGraph | undefined {
  const dimsOf = weightDims(graph);
  const heights = heightsOf(graph, size, dimsOf);
  const [nodes, tensors]: [ModelNode[], ModelTensor[]] = [[], []];
  let replaced = 0;
  for (const node of graph.node) {
    const convolution = asConvolution(node, heights, dimsOf);
    const tile = convolution && chooseTile(convolution);
    if (convolution && tile) {
      const made = replacement(convolution, tile, `tiles${replaced++}`);
      nodes.push(...made.nodes);
      tensors.push(...made.tensors);
    } else nodes.push(node);
  }
  return replaced === 0 ? undefined : { ...graph, node: nodes, initializer: [...graph.initializer, ...tensors] };
}

/** Dimensions of weights, also of those that are stored as int8: cast, and multiplied by their scales. */
function weightDims({ node, initializer }: ModelGraph): (name: string) => readonly number[] {
  const stored = new Map(initializer.map(({ name, dims }) => [name, dims.map(Number)]));
  const made = new Map(
    node
      .filter(({ opType }) => opType === 'Cast' || opType === 'Mul')
      .map(({ output, input }) => [output[0] ?? '', input[0] ?? '']),
  );
  return (name) =>
    stored.get(name) ?? stored.get(made.get(name) ?? '') ?? stored.get(made.get(made.get(name) ?? '') ?? '') ?? [];
}

function asConvolution(
  node: ModelNode,
  heights: ReadonlyMap<string, number>,
  dimsOf: (name: string) => readonly number[],
): Convolution | undefined {
  const [input, weight, bias] = node.input;
  const [output] = node.output;
  if (node.opType !== 'Conv' || input === undefined || weight === undefined || output === undefined) return undefined;
  const window = windowOf(node, dimsOf);
  const height = heights.get(input);
  const groups = Number(node.attribute.find(({ name }) => name === 'group')?.i ?? 1);
  const [outputs, inputs] = dimsOf(weight);
  const isSmall = window?.kernel === 3 && window.stride === 1 && window.pad === 1 && groups === 1;
  if (!isSmall || height === undefined || outputs === undefined || inputs === undefined) return undefined;
  return { input, weight, bias: bias || undefined, output, height, inputs, outputs };
}

/** Outputs of a tile on either side, by the fewest products; undefined where nothing is gained. */
function chooseTile({ height, inputs, outputs }: Convolution): number | undefined {
  if (Math.min(inputs, outputs) < MIN_CHANNELS) return undefined;
  const candidates = Array.from({ length: LARGEST_TILE - 1 }, (_, i) => i + 2)
    .filter((m) => (m + 2) ** 2 * inputs * outputs * 4 <= MAX_FILTER_BYTES)
    .map((m) => ({ m, products: (Math.ceil(height / m) * (m + 2)) ** 2 }))
    .sort((a, b) => a.products - b.products);
  const [best] = candidates;
  return best && best.products * MIN_GAIN <= 9 * height ** 2 ? best.m : undefined;
}

/**
 * Of pictures [N, C, H, H], lines in both directions are taken apart into values i, j of tiles t, u; for each i, j a matrix
 * product over channels; put together again. Filters depend on weights alone: onnxruntime computes them when it loads.
 */
function replacement(
  convolution: Convolution,
  m: number,
  name: string,
): { nodes: ModelNode[]; tensors: ModelTensor[] } {
  const { input, weight, bias, output, height, inputs, outputs } = convolution;
  const { tiles, n, into, back } = tileLine(height, m);
  const values = n * tiles;
  const [nodes, tensors]: [ModelNode[], ModelTensor[]] = [[], []];
  const node = (opType: string, from: readonly string[], to: string, attribute: readonly ModelAttribute[] = []) => {
    nodes.push({ opType, input: from, output: [to], attribute });
    return to;
  };
  const constant = (label: string, dims: readonly number[], numbers: readonly number[]) => {
    tensors.push(floatTensor(`${name}/${label}`, dims, numbers));
    return `${name}/${label}`;
  };
  const product = (a: string, b: string, label: string) => node('MatMul', [a, b], `${name}/${label}`);
  const shaped = (from: string, label: string, dims: readonly number[]) => {
    tensors.push(int64Tensor(`${name}/${label}/shape`, dims));
    return node('Reshape', [from, `${name}/${label}/shape`], `${name}/${label}`);
  };
  const turned = (from: string, label: string, order: readonly number[]) =>
    node('Transpose', [from], `${name}/${label}`, [intsAttribute('perm', order)]);

  const taps = turned(shaped(weight, 'weights', [outputs * inputs, 9]), 'taps', [1, 0]);
  const filters = product(constant('filter', [n * n, 9], filterMatrix(m)), taps, 'filters');
  const perValue = shaped(filters, 'filters-of-values', [n * n, outputs, inputs]);

  const across = product(input, constant('across', [height, values], transposed(into, values, height)), 'columns');
  const apart = product(constant('down', [values, height], into), across, 'apart');
  const split = turned(shaped(apart, 'split', [-1, inputs, n, tiles, n, tiles]), 'by-value', [2, 4, 1, 0, 3, 5]);
  const products = product(perValue, shaped(split, 'tiles', [n * n, inputs, -1]), 'products');

  const byTile = shaped(products, 'of-tiles', [n, n, outputs, -1, tiles, tiles]);
  const joined = shaped(turned(byTile, 'by-picture', [3, 2, 4, 0, 5, 1]), 'lines', [-1, outputs, values, values]);
  const rows = product(joined, constant('join-across', [values, height], transposed(back, height, values)), 'rows');
  const last = [constant('join-down', [height, values], back), rows] as const;
  if (bias === undefined) node('MatMul', last, output);
  else node('Add', [product(...last, 'whole'), shaped(bias, 'bias', [outputs, 1, 1])], output);
  return { nodes, tensors };
}

/** (n · n) × 9: what the taps of a filter of 3 × 3 count in each value. */
function filterMatrix(m: number): number[] {
  const { filter } = winograd(m, 3);
  return filter.flatMap((down) => filter.flatMap((across) => down.flatMap((a) => across.map((b) => a * b))));
}

function transposed(matrix: readonly number[], rows: number, columns: number): number[] {
  return Array.from(
    { length: rows * columns },
    (_, at) => matrix[(at % rows) * columns + Math.floor(at / rows)] as number,
  );
}
