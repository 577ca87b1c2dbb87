/** One tower out of an ONNX graph, with the names of its inputs and outputs that a loader expects. */
import { type Field, fieldsOf, head, NotOnnx } from './protobuf.ts';

/** Of ModelProto, GraphProto, NodeProto, AttributeProto and ValueInfoProto (onnx.proto3). */
const GRAPH = 7;
const NODE = 1;
const INITIALIZER = 5;
const VALUE_INFO = 13;
const GRAPH_INPUT = 11;
const GRAPH_OUTPUT = 12;
const NODE_INPUT = 1;
const NODE_OUTPUT = 2;
const ATTRIBUTE = 5;
const ATTRIBUTE_GRAPH = 6;
const ATTRIBUTE_GRAPHS = 11;
const TENSOR_NAME = 8;
const NAME = 1;

/** An input or output of a graph. */
export interface GraphValue {
  readonly name: string;
  /** `TensorProto.DataType`: 1 float32, 6 int32, 7 int64, 10 float16; 0 where it says none. */
  readonly type: number;
}

export interface GraphValues {
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
}

const FLOAT = [1, 10];

/** @throws NotOnnx */
export function graphValues(model: Uint8Array): GraphValues {
  const fields = fieldsOf(graphOf(model));
  const weights = new Set(named(fields, INITIALIZER, TENSOR_NAME).map(({ name }) => name));
  const values = (number: number) =>
    named(fields, number, NAME).map(({ name, body }) => ({ name, type: typeOf(body) }));
  return {
    inputs: values(GRAPH_INPUT).filter(({ name }) => !weights.has(name)),
    outputs: values(GRAPH_OUTPUT),
  };
}

export function isFloat({ type }: GraphValue): boolean {
  return FLOAT.includes(type);
}

/**
 * The graph of what `output` is computed from, and nothing else, as pieces of a new file.
 * @param names what inputs and outputs are to be called, by what they are called; the others keep their names
 * @throws NotOnnx, also where no value has the name `output`
 */
export function extractTower(model: Uint8Array, output: string, names: ReadonlyMap<string, string>): Uint8Array[] {
  const graph = graphOf(model);
  const fields = fieldsOf(graph);
  const nodes = fields.filter(({ number }) => number === NODE).map(readNode);
  const needed = ancestors(nodes, output);
  let nodeAt = 0;
  const keep = (field: Field): Uint8Array[] => {
    const body = field.body as Uint8Array;
    const whole = [graph.subarray(field.start, field.end)];
    switch (field.number) {
      case NODE:
        return nodes[nodeAt++]?.outputs.some((name) => needed.has(name)) ? renamedNode(body, names) : [];
      case INITIALIZER:
        return needed.has(textField(body, TENSOR_NAME)) ? whole : [];
      case GRAPH_INPUT:
        return needed.has(textField(body, NAME)) ? withName(GRAPH_INPUT, body, names) : [];
      case GRAPH_OUTPUT:
        return textField(body, NAME) === output ? withName(GRAPH_OUTPUT, body, names) : [];
      case VALUE_INFO:
        return []; // shapes of what is between: runtimes infer them
      default:
        return whole;
    }
  };
  if (!fields.some(({ number, body }) => number === GRAPH_OUTPUT && body && textField(body, NAME) === output)) {
    throw new NotOnnx(`the graph has no output “${output}”`);
  }
  const inner = fields.flatMap((field) => (field.body ? keep(field) : [graph.subarray(field.start, field.end)]));
  return fieldsOf(model).flatMap((field) =>
    field.number === GRAPH ? [head(GRAPH, lengthOf(inner)), ...inner] : [model.subarray(field.start, field.end)],
  );
}

function graphOf(model: Uint8Array): Uint8Array {
  const graph = fieldsOf(model).find(({ number }) => number === GRAPH)?.body;
  if (!graph) throw new NotOnnx('there is no graph');
  return graph;
}

interface Node {
  /** Of graphs inside it as well, which may use values from outside. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

function readNode({ body }: Field): Node {
  const fields = body ? fieldsOf(body) : [];
  return {
    inputs: [
      ...texts(fields, NODE_INPUT),
      ...fields.flatMap(({ number, body: at }) => (number === ATTRIBUTE && at ? innerInputs(at) : [])),
    ],
    outputs: texts(fields, NODE_OUTPUT),
  };
}

function innerInputs(attribute: Uint8Array): string[] {
  return fieldsOf(attribute)
    .filter(({ number }) => number === ATTRIBUTE_GRAPH || number === ATTRIBUTE_GRAPHS)
    .flatMap(({ body }) => (body ? fieldsOf(body) : []))
    .flatMap((field) => {
      if (field.number === NODE) return readNode(field).inputs;
      return field.number === GRAPH_OUTPUT && field.body ? [textField(field.body, NAME)] : [];
    });
}

/** Names of all values that `output` is computed from, itself among them. Nodes are in the order of computation. */
function ancestors(nodes: readonly Node[], output: string): Set<string> {
  const needed = new Set([output]);
  for (const { inputs, outputs } of [...nodes].reverse()) {
    if (outputs.some((name) => needed.has(name))) for (const name of inputs) needed.add(name);
  }
  return needed;
}

/** A node, as a field of the graph, whose values have their new names. */
function renamedNode(body: Uint8Array, names: ReadonlyMap<string, string>): Uint8Array[] {
  const parts = fieldsOf(body).flatMap((field) => {
    const isValue = field.number === NODE_INPUT || field.number === NODE_OUTPUT;
    const name = isValue && field.body ? names.get(decode(field.body)) : undefined;
    return name === undefined ? [body.subarray(field.start, field.end)] : textPieces(field.number, name);
  });
  return [head(NODE, lengthOf(parts)), ...parts];
}

function withName(number: number, body: Uint8Array, names: ReadonlyMap<string, string>): Uint8Array[] {
  const parts = fieldsOf(body).flatMap((field) => {
    const name = field.number === NAME && field.body ? names.get(decode(field.body)) : undefined;
    return name === undefined ? [body.subarray(field.start, field.end)] : textPieces(NAME, name);
  });
  return [head(number, lengthOf(parts)), ...parts];
}

function textPieces(number: number, value: string): Uint8Array[] {
  const bytes = new TextEncoder().encode(value);
  return [head(number, bytes.length), bytes];
}

/** ValueInfoProto.type.tensor_type.elem_type */
function typeOf(value: Uint8Array): number {
  let body: Uint8Array | undefined = value;
  for (const number of [2, 1]) body = body && fieldsOf(body).find((field) => field.number === number)?.body;
  return (body && fieldsOf(body).find((field) => field.number === 1)?.value) ?? 0;
}

function named(
  fields: readonly Field[],
  number: number,
  name: number,
): { readonly name: string; readonly body: Uint8Array }[] {
  return fields.flatMap(({ number: at, body }) =>
    at === number && body ? [{ name: textField(body, name), body }] : [],
  );
}

function textField(body: Uint8Array, number: number): string {
  return texts(fieldsOf(body), number)[0] ?? '';
}

function texts(fields: readonly Field[], number: number): string[] {
  return fields.flatMap(({ number: at, body }) => (at === number && body ? [decode(body)] : []));
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}

function lengthOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}
