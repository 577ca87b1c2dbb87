/** Make a Hugging Face CLIP folder usable: check it, copy it into public/models, write its model.json. */
import { basename, resolve } from 'node:path';
import { isDtype } from '../src/platform/models/model-files.ts';
import { parseOptions, runScript, usage } from './cli/cli.ts';
import { addModel } from './models/add-model.ts';
import { listModels } from './models/list-models.ts';
import { addReranker, isReranker } from './models/rerankers/add-reranker.ts';
import { MODELS_FOLDER } from './repository/folders.ts';

const HELP = `
Usage: pnpm add-model <folder> [options]

Takes a CLIP or SigLIP folder as Hugging Face lays it out: config.json; tokenizer.json (or vocab.json with merges.txt);
tokenizer_config.json; preprocessor_config.json (or processor_config.json); onnx/text_model*.onnx and
onnx/vision_model*.onnx, with the files of weights that these name. Runs both towers as build-index and query do,
optimises the text tower's graph for quick starts on wasm, and writes model.json with hashes and golden vectors; then puts
all of it into public/models/<id>, or nothing. Inputs that are not square are refused. A folder that
scripts/train/export_blip_itm.py wrote becomes a reranker: what looks at the best results again. Run again on a folder in
public/models, it writes anew what it made.

  --id <id>               folder name under public/models (default: the folder's name)
  --title <text>          name shown to people
  --can, --cannot <text>  one honest line each for the first screen
  --licence <text>        licence of the weights (default: the one named in the folder's README.md)
  --source <text>         where the weights come from
  --revision <text>       which version of them
  --dtype-wasm, --dtype-webgpu, --dtype-cpu <dtype>
                          precision to load there: fp32, fp16, q8, q4, q4f16, int8, uint8, bnb4
  --skip-leading <words>  words to leave out at the beginning of a query, because this model misreads them there,
                          with commas between: a,an,the
  --keep-before <words>   words before which a leading word stays, because they belong together ("something to eat"): to,that
`;

const text = { type: 'string' } as const;

await runScript(HELP, async (args) => {
  const { values, positionals } = parseOptions(args, {
    id: text,
    title: text,
    can: text,
    cannot: text,
    licence: text,
    source: text,
    revision: text,
    'dtype-wasm': text,
    'dtype-webgpu': text,
    'dtype-cpu': text,
    'skip-leading': text,
    'keep-before': text,
  });
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) throw usage('add-model takes one folder');
  const {
    id,
    'dtype-wasm': wasm,
    'dtype-webgpu': webgpu,
    'dtype-cpu': cpu,
    'skip-leading': skip,
    'keep-before': keep,
    ...described
  } = values;
  const common = {
    folder: resolve(folder),
    modelsFolder: MODELS_FOLDER,
    id: id ?? basename(resolve(folder)),
    described,
    dtypes: { ...dtypeOption('wasm', wasm), ...dtypeOption('webgpu', webgpu), ...dtypeOption('cpu', cpu) },
    log: console.log,
  };
  if (await isReranker(common.folder)) {
    const { title, imageSize, dtypes } = await addReranker(common);
    console.log(`${title}: a reranker, ${imageSize} px.`);
    console.log(`Loads ${dtypes.wasm} on wasm, ${dtypes.webgpu} on WebGPU, ${dtypes.cpu} in Node.`);
    return console.log('What it changes: pnpm eval --rerank');
  }
  const manifest = await addModel({
    ...common,
    ...(skip === undefined ? {} : { skipLeading: wordList(skip) }),
    ...(keep === undefined ? {} : { keepBefore: wordList(keep) }),
  });
  await listModels(MODELS_FOLDER);
  const { dtypes } = manifest;
  console.log(`${manifest.title}: ${manifest.family}, ${manifest.dim} dimensions, ${manifest.imageSize} px.`);
  console.log(`Loads ${dtypes.wasm} on wasm, ${dtypes.webgpu} on WebGPU, ${dtypes.cpu} in Node.`);
  console.log(`Next: pnpm build-index <folder of pictures> --out public/collections/<name> --model ${manifest.id}`);
});

function wordList(value: string): string[] {
  return value.toLowerCase().split(',').filter(Boolean);
}

function dtypeOption(device: string, value: string | undefined) {
  if (value === undefined) return {};
  if (!isDtype(value)) throw usage(`--dtype-${device} does not know "${value}"`);
  return { [device]: value };
}
