/** The few messages of ONNX (onnx.proto3, IR version 8) that a small graph needs, with protobufjs. */
import protobuf from 'protobufjs';

const { Field, Root, Type } = protobuf;

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array | Int8Array;
}

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

/** Dimensions: a number where fixed, a name where free. */
export interface OnnxValue {
  readonly name: string;
  readonly type: 'float32' | 'int64';
  readonly shape: readonly (number | string)[];
}

export interface OnnxGraph {
  readonly name: string;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly nodes: readonly OnnxNode[];
  readonly weights: readonly OnnxTensor[];
}

/** Nodes of a graph that is changed and written again. What `MESSAGES` does not name is lost. */
export interface ModelNode {
  readonly opType: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly ModelAttribute[];
}

export interface ModelAttribute {
  readonly name: string;
  readonly type: number;
  /** Numbers are `Long` where they come from a file. */
  readonly i?: unknown;
  readonly ints?: readonly unknown[];
}

export interface ModelTensor {
  readonly name: string;
  readonly dims: readonly unknown[];
  readonly dataType: number;
  readonly rawData?: Uint8Array;
  readonly externalData?: readonly { readonly key: string; readonly value: string }[];
  /** 1: in another file. */
  readonly dataLocation?: number;
}

export interface ModelGraph {
  readonly input: readonly { readonly name: string }[];
  readonly node: readonly ModelNode[];
  readonly initializer: readonly ModelTensor[];
}

const ELEMENT = { float32: 1, int8: 3, int64: 7 } as const;
const ATTRIBUTE = { int: 2, ints: 7 } as const;
const OPSET = 17;
const IR_VERSION = 8;

/** Field: name, number, type; a leading `*` repeats it. Of onnx/onnx.proto3. */
const MESSAGES: Readonly<Record<string, readonly (readonly [string, number, string])[]>> = {
  ModelProto: [
    ['irVersion', 1, 'int64'],
    ['producerName', 2, 'string'],
    ['graph', 7, 'GraphProto'],
    ['opsetImport', 8, '*OperatorSetIdProto'],
  ],
  OperatorSetIdProto: [
    ['domain', 1, 'string'],
    ['version', 2, 'int64'],
  ],
  GraphProto: [
    ['node', 1, '*NodeProto'],
    ['name', 2, 'string'],
    ['initializer', 5, '*TensorProto'],
    ['input', 11, '*ValueInfoProto'],
    ['output', 12, '*ValueInfoProto'],
  ],
  NodeProto: [
    ['input', 1, '*string'],
    ['output', 2, '*string'],
    ['name', 3, 'string'],
    ['opType', 4, 'string'],
    ['attribute', 5, '*AttributeProto'],
    ['domain', 7, 'string'],
  ],
  AttributeProto: [
    ['name', 1, 'string'],
    ['f', 2, 'float'],
    ['i', 3, 'int64'],
    ['s', 4, 'bytes'],
    ['t', 5, 'TensorProto'],
    ['floats', 7, '*float'],
    ['ints', 8, '*int64'],
    ['strings', 9, '*bytes'],
    ['type', 20, 'int32'],
  ],
  TensorProto: [
    ['dims', 1, '*int64'],
    ['dataType', 2, 'int32'],
    ['floatData', 4, '*float'],
    ['int32Data', 5, '*int32'],
    ['int64Data', 7, '*int64'],
    ['name', 8, 'string'],
    ['rawData', 9, 'bytes'],
    ['externalData', 13, '*StringStringEntryProto'],
    ['dataLocation', 14, 'int32'],
  ],
  StringStringEntryProto: [
    ['key', 1, 'string'],
    ['value', 2, 'string'],
  ],
  ValueInfoProto: [
    ['name', 1, 'string'],
    ['type', 2, 'TypeProto'],
  ],
  TypeProto: [['tensorType', 1, 'TensorTypeProto']],
  TensorTypeProto: [
    ['elemType', 1, 'int32'],
    ['shape', 2, 'TensorShapeProto'],
  ],
  TensorShapeProto: [['dim', 1, '*DimensionProto']],
  DimensionProto: [
    ['dimValue', 1, 'int64'],
    ['dimParam', 2, 'string'],
  ],
};

/** The bytes of an `.onnx` file. */
export function encodeOnnx(graph: OnnxGraph): Uint8Array {
  const model = modelType();
  return model
    .encode(
      model.create({
        irVersion: IR_VERSION,
        producerName: 'afterimage',
        opsetImport: [{ domain: '', version: OPSET }],
        graph: {
          name: graph.name,
          node: graph.nodes.map(toNode),
          initializer: graph.weights.map(toTensor),
          input: graph.inputs.map(toValue),
          output: graph.outputs.map(toValue),
        },
      }),
    )
    .finish();
}

/** Of a graph what says where its weights come from. */
export interface WeightsGraph {
  readonly node: readonly {
    readonly opType: string;
    readonly input: readonly string[];
    readonly output: readonly string[];
  }[];
  readonly initializer: readonly StoredInitializer[];
}

export interface StoredInitializer {
  readonly name: string;
  readonly dataType: number;
  /** A view of the file's bytes; empty where the data are elsewhere. */
  readonly rawData: Uint8Array;
  /** `location`, `offset`, `length` where the data are in another file; else empty. */
  readonly externalData: readonly { readonly key: string; readonly value: string }[];
}

/** Read an `.onnx` file as far as its weights go. @throws whatever protobufjs throws of a file that is none. */
export function decodeWeights(file: Uint8Array): WeightsGraph {
  return (modelType().decode(file) as unknown as { graph: WeightsGraph }).graph;
}

/** The graph of an `.onnx` file, and what writes the file with another graph of the same inputs and outputs. */
export function openOnnx(file: Uint8Array): { graph: ModelGraph; write(graph: Partial<ModelGraph>): Uint8Array } {
  const type = modelType();
  const model = type.decode(file) as unknown as { readonly graph: ModelGraph };
  return {
    graph: model.graph,
    write: (graph) => type.encode(type.create({ ...model, graph: { ...model.graph, ...graph } })).finish(),
  };
}

export function floatTensor(name: string, dims: readonly number[], values: readonly number[]): ModelTensor {
  const data = Float32Array.from(values);
  return { name, dims, dataType: ELEMENT.float32, rawData: new Uint8Array(data.buffer) };
}

export function int64Tensor(name: string, values: readonly number[]): ModelTensor {
  const data = BigInt64Array.from(values, BigInt);
  return { name, dims: [values.length], dataType: ELEMENT.int64, rawData: new Uint8Array(data.buffer) };
}

export function intsAttribute(name: string, ints: readonly number[]): ModelAttribute {
  return { name, ints, type: ATTRIBUTE.ints };
}

function modelType(): protobuf.Type {
  const root = new Root();
  for (const [name, fields] of Object.entries(MESSAGES)) {
    const type = new Type(name);
    for (const [field, number, declared] of fields) {
      const repeated = declared.startsWith('*');
      type.add(new Field(field, number, repeated ? declared.slice(1) : declared, repeated ? 'repeated' : undefined));
    }
    root.add(type);
  }
  return root.lookupType('ModelProto');
}

function toNode({ op, inputs, outputs, attributes = {} }: OnnxNode) {
  const attribute = Object.entries(attributes).map(([name, value]) =>
    typeof value === 'number' ? { name, i: value, type: ATTRIBUTE.int } : { name, ints: value, type: ATTRIBUTE.ints },
  );
  return { opType: op, input: inputs, output: outputs, attribute };
}

function toTensor({ name, dims, data }: OnnxTensor) {
  const type = data instanceof Float32Array ? 'float32' : data instanceof Int8Array ? 'int8' : 'int64';
  const dataType = ELEMENT[type];
  return { name, dims, dataType, rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

function toValue({ name, type, shape }: OnnxValue) {
  const dim = shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: ELEMENT[type], shape: { dim } } } };
}
