import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeOnnx, type OnnxTensor } from '../onnx.ts';
import { extractTower, graphValues } from './edit-graph.ts';
import { NotOnnx } from './protobuf.ts';
import { field } from './testing.ts';

const weight = (name: string): OnnxTensor => ({ name, dims: [1], data: Float32Array.of(name.length) });

/** Two towers in one graph, as exporters of whole models write it; the first has a node that feeds nothing. */
const both = encodeOnnx({
  name: 'both',
  inputs: [
    { name: 'ids', type: 'int64', shape: ['batch'] },
    { name: 'pixels', type: 'float32', shape: ['batch', 3] },
  ],
  outputs: [
    { name: 'words', type: 'float32', shape: ['batch'] },
    { name: 'seen', type: 'float32', shape: ['batch'] },
  ],
  weights: [weight('tokens'), weight('shared'), weight('patches')],
  nodes: [
    { op: 'Gather', inputs: ['tokens', 'ids'], outputs: ['embedded'] },
    { op: 'Relu', inputs: ['embedded'], outputs: ['nothing'] },
    { op: 'Mul', inputs: ['pixels', 'patches'], outputs: ['patched'] },
    { op: 'Mul', inputs: ['embedded', 'shared'], outputs: ['words'] },
    { op: 'Mul', inputs: ['patched', 'shared'], outputs: ['seen'] },
  ],
});

const graph = (pieces: readonly Uint8Array[]) => Buffer.concat(pieces);

test('inputs and outputs of a graph, with their types', () => {
  expect(graphValues(both)).toEqual({
    inputs: [
      { name: 'ids', type: 7 },
      { name: 'pixels', type: 1 },
    ],
    outputs: [
      { name: 'words', type: 1 },
      { name: 'seen', type: 1 },
    ],
  });
});

test('a tower has what its output is computed from, and nothing else', () => {
  const text = graph(extractTower(both, 'words', new Map()));
  expect(graphValues(text)).toEqual({ inputs: [{ name: 'ids', type: 7 }], outputs: [{ name: 'words', type: 1 }] });
  for (const name of ['tokens', 'shared', 'Gather']) expect(text.includes(name), name).toBe(true);
  for (const name of ['pixels', 'patches', 'seen', 'nothing']) expect(text.includes(name), name).toBe(false);
});

test('values get other names wherever they are used', () => {
  const names = new Map([
    ['pixels', 'pixel_values'],
    ['seen', 'image_embeds'],
  ]);
  const renamed = graph(extractTower(both, 'seen', names));
  expect(graphValues(renamed)).toEqual({
    inputs: [{ name: 'pixel_values', type: 1 }],
    outputs: [{ name: 'image_embeds', type: 1 }],
  });
  expect(renamed.includes('pixels')).toBe(false);
  const back = new Map([...names].map(([from, to]) => [to, from]));
  expect(graph(extractTower(renamed, 'image_embeds', back))).toEqual(graph(extractTower(both, 'seen', new Map())));
});

test('what a graph inside of a node uses from outside stays', () => {
  const inner = field(1, field(1, Buffer.from('outside')));
  const branch = field(5, field(6, inner));
  const node = (output: string, ...rest: Buffer[]) => field(1, Buffer.concat([field(2, Buffer.from(output)), ...rest]));
  const output = field(12, field(1, Buffer.from('result')));
  const model = field(7, Buffer.concat([node('outside'), node('other'), node('result', branch), output]));
  const kept = graph(extractTower(model, 'result', new Map()));
  expect(kept.includes('outside')).toBe(true);
  expect(kept.includes('other')).toBe(false);
});

test('an output that is not there is refused', () => {
  expect(() => extractTower(both, 'text_embeds', new Map())).toThrow(NotOnnx);
});

test('damaged graphs are refused, or are graphs', () => {
  const changes = fc.array(fc.tuple(fc.nat(both.length - 1), fc.nat(255)), { maxLength: 4 });
  fc.assert(
    fc.property(changes, fc.nat(both.length), (changed, end) => {
      const bytes = Buffer.from(both);
      for (const [at, value] of changed) bytes[at] = value;
      try {
        graphValues(graph(extractTower(bytes.subarray(0, end), 'words', new Map())));
      } catch (error) {
        expect(error).toBeInstanceOf(NotOnnx);
      }
    }),
  );
});
