/**
 * Folders of models that are not laid out as transformers.js reads them, brought into that layout: one graph with both
 * towers, or the two graphs of open_clip. What is large is linked, not copied.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { extractTower, type GraphValue, graphValues, isFloat } from '../hf/edit-graph.ts';
import { externalStretches } from '../hf/external-weights.ts';
import { invalid } from '../hf/hf-folder.ts';
import { downloadTrouble } from '../hf/left-by-download.ts';
import { NotOnnx } from '../hf/protobuf.ts';
import { linkOrCopy } from './links.ts';
import { writeOpenClipConfigs } from './open-clip.ts';

type Tower = 'text' | 'vision';

/** A graph, and which tower is to be taken out of it. */
interface Source {
  readonly graph: string;
  readonly tower: Tower;
  /** Behind the name of a tower's file: its precision. */
  readonly suffix: string;
  /** The graph has both towers. */
  readonly isCombined: boolean;
}

/** What towers call their inputs and outputs in the layout that is read. */
const INPUTS = { text: 'input_ids', vision: 'pixel_values' } as const;
const OUTPUTS = { text: 'text_embeds', vision: 'image_embeds' } as const;
/** What graphs with both towers call their vectors: of Transformers, and of jina-clip. */
const COMBINED_OUTPUTS = {
  text: ['text_embeds', 'text_embeddings', 'l2norm_text_embeddings'],
  vision: ['image_embeds', 'image_embeddings', 'l2norm_image_embeddings'],
} as const;

const STANDARD = /^(?:text|vision)_model\w*\.onnx$/;
const COMBINED = /^model(_\w+)?\.onnx$/;
/** Names that exporters of open_clip models give to the two graphs. */
const PAIRS = {
  text: ['textual.onnx', 'text.onnx', 'text_encoder.onnx'],
  vision: ['visual.onnx', 'vision.onnx', 'image.onnx', 'image_encoder.onnx', 'vision_encoder.onnx'],
} as const;
/** What belongs to a model beside its graphs and their weights. */
const SMALL = /\.(?:json|txt|md)$/i;

/**
 * @param to a folder that is made where something has to be done
 * @returns `folder` itself where it is laid out as it is read, or where nobody can tell; else `to`
 * @throws AfterimageError `model-invalid`
 */
export async function layOut(folder: string, to: string, log: (line: string) => void): Promise<string> {
  const sources = await findSources(folder);
  if (sources.length === 0) return folder;
  await mkdir(join(to, 'onnx'), { recursive: true });
  for (const name of await readdir(folder)) if (SMALL.test(name)) await linkOrCopy(join(folder, name), join(to, name));
  for (const source of sources) await takeTower(folder, source, to);
  if (!sources.some(({ isCombined }) => isCombined)) await writeOpenClipConfigs(folder, to);
  const graphs = [...new Set(sources.map(({ graph }) => graph))].join(' and ');
  log(`Took the towers out of ${graphs}.`);
  return to;
}

async function findSources(folder: string): Promise<readonly Source[]> {
  const top = await namesIn(folder);
  const onnx = await namesIn(join(folder, 'onnx'));
  if ([...top, ...onnx].some((name) => STANDARD.test(name))) return [];
  const text = PAIRS.text.find((name) => top.includes(name));
  const vision = PAIRS.vision.find((name) => top.includes(name));
  if (text && vision) {
    return [
      { graph: text, tower: 'text', suffix: '', isCombined: false },
      { graph: vision, tower: 'vision', suffix: '', isCombined: false },
    ];
  }
  if (text || vision) {
    const other = text ? PAIRS.vision : PAIRS.text;
    throw invalid(folder, `it has ${text ?? vision}, but no other tower (${other.join(', ')}): download it as well`);
  }
  return [...top, ...onnx.map((name) => `onnx/${name}`)].flatMap((graph): Source[] => {
    const match = COMBINED.exec(graph.replace('onnx/', ''));
    if (!match) return [];
    const one = { graph, suffix: match[1] ?? '', isCombined: true };
    return [
      { ...one, tower: 'text' },
      { ...one, tower: 'vision' },
    ];
  });
}

async function takeTower(folder: string, { graph, tower, suffix, isCombined }: Source, to: string): Promise<void> {
  const path = join(folder, graph);
  const trouble = await downloadTrouble(path, 'onnx').catch((error: unknown) => `cannot be read (${error})`);
  if (trouble !== undefined) throw invalid(folder, `its ${graph} ${trouble}`);
  try {
    const model = await readFile(path);
    const values = graphValues(model);
    const output = isCombined ? combinedOutput(values.outputs, tower) : only(values.outputs, isFloat, 'output').name;
    const names = new Map([[output, OUTPUTS[tower] as string]]);
    if (!isCombined) names.set(inputOf(values.inputs, tower), INPUTS[tower]);
    const pieces = extractTower(model, output, names);
    await writeFile(join(to, 'onnx', `${tower}_model${suffix}.onnx`), pieces);
    await bringWeights(folder, graph, model, to);
  } catch (error) {
    if (!(error instanceof NotOnnx)) throw error;
    throw invalid(folder, `its ${graph} has no towers that can be told apart (${error.message})`);
  }
}

function combinedOutput(outputs: readonly GraphValue[], tower: Tower): string {
  const names = outputs.map(({ name }) => name);
  const found = COMBINED_OUTPUTS[tower].find((name) => names.includes(name));
  if (found !== undefined) return found;
  throw new NotOnnx(`no output ${COMBINED_OUTPUTS[tower][0]} among ${names.join(', ') || 'none'}`);
}

/** Each graph of a pair has one input of its kind, of any name. */
function inputOf(inputs: readonly GraphValue[], tower: Tower): string {
  if (inputs.some(({ name }) => name === INPUTS[tower])) return INPUTS[tower];
  return only(inputs, (value) => isFloat(value) === (tower === 'vision'), 'input').name;
}

function only(values: readonly GraphValue[], fits: (value: GraphValue) => boolean, what: string): GraphValue {
  const [first, ...others] = values.filter(fits);
  if (first && others.length === 0) return first;
  throw new NotOnnx(`no single ${what} among ${values.map(({ name }) => name).join(', ') || 'none'}`);
}

/** Weights beside the graph, to the same place beside the towers. What is outside or missing is told when they are read. */
async function bringWeights(folder: string, graph: string, model: Uint8Array, to: string): Promise<void> {
  for (const location of new Set(externalStretches(model).map((stretch) => stretch.location))) {
    const from = resolve(folder, dirname(graph), location);
    const target = resolve(to, 'onnx', location);
    const isInside = from.startsWith(resolve(folder) + sep) && target.startsWith(resolve(to) + sep);
    if (!isInside) continue;
    await linkOrCopy(from, target);
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
