/** Models: what there is, bringing them here, checking and removing them. */
import { join } from 'node:path';
import { env } from 'node:process';
import { AfterimageError } from '../src/engine/errors.ts';
import { DEFAULT_MODEL, type Dtype } from '../src/engine/model/model.ts';
import { isDtype } from '../src/platform/models/model-files.ts';
import { parseOptions, runScript, usage } from './cli/cli.ts';
import { createProgress } from './indexing/progress/progress.ts';
import { checkLines, checkModel } from './models/check.ts';
import { asInstalled, infoLines, listLines } from './models/describe.ts';
import { listInstalled, removeModel, verifyModel } from './models/installed.ts';
import { listModels } from './models/list-models.ts';
import { pullModel } from './models/pull/pull.ts';
import { findEntry, type RegistryEntry, readRegistry } from './models/registry/registry.ts';
import { installedRerankers } from './models/rerankers/installed-rerankers.ts';
import { MODELS_FOLDER, ROOT_FOLDER } from './repository/folders.ts';

const HELP = `
Usage: pnpm models list
       pnpm models info <id>
       pnpm models pull <id> [options]
       pnpm models verify [<id>]
       pnpm models check [<id>]
       pnpm models remove <id>

list      the models that can be pulled, best first, and those that are here
info      what is known of a model, and what nobody has verified
pull      brings a model from the Hugging Face hub into public/models. What was interrupted goes on where it was
verify    reads all files of a model again, or of all models
check     shows whether a model, or the embedded one, tells eight known drawings apart
remove    deletes a model. Collections that it made cannot be searched until it is back

  --from <folder or address>  a copy of the repository's files, in place of the hub
  --dtype <list>              precisions of the towers: fp32, fp16, q8 … (fp32, and q8 of the text tower where there is one)
  --accept-licence            for models that may not be used commercially
  --registry <file>           more models, in the form of scripts/models/registry/models.json

For files that are not public, set HF_TOKEN. HF_ENDPOINT names a mirror of the hub.
`;

const OPTIONS = {
  from: { type: 'string' },
  dtype: { type: 'string' },
  'accept-licence': { type: 'boolean', default: false },
  registry: { type: 'string' },
} as const;

await runScript(HELP, async (args) => {
  const { values, positionals } = parseOptions(args, OPTIONS);
  const [verb, id, ...more] = positionals;
  if (more.length > 0) throw usage(`"${more[0]}" is one too many`);
  const registry = () => readRegistry(values.registry);
  const named = () => id ?? fail(`models ${verb} takes the id of a model`);
  switch (verb) {
    case 'list':
      return print(
        listLines(
          await registry(),
          await listInstalled(MODELS_FOLDER),
          (await installedRerankers(MODELS_FOLDER)).map(asInstalled),
        ),
      );
    case 'info':
      return print(infoLines(findEntry(await registry(), named()), dtypesOf(values.dtype)));
    case 'pull':
      return pull(findEntry(await registry(), named()), values);
    case 'verify':
      return verify(id);
    case 'check':
      return check(id ?? DEFAULT_MODEL);
    case 'remove':
      await removeModel(MODELS_FOLDER, named());
      await listModels(MODELS_FOLDER);
      return console.log(`Removed ${named()}.`);
    default:
      throw usage('models takes list, info, pull, verify, check or remove');
  }
});

async function pull(
  entry: RegistryEntry,
  values: { from?: string; dtype?: string; 'accept-licence': boolean },
): Promise<void> {
  const progress = createProgress();
  const manifest = await pullModel(entry, {
    modelsFolder: MODELS_FOLDER,
    cacheFolder: join(ROOT_FOLDER, '.cache/models'),
    from: values.from,
    dtypes: dtypesOf(values.dtype),
    acceptsLicence: values['accept-licence'],
    token: env.HF_TOKEN,
    log: (line) => progress.line(line),
    onProgress: (task, done, total) => progress.onEvent({ type: 'progress', task, done, total: total ?? done }),
  }).finally(() => progress.stop());
  await listModels(MODELS_FOLDER);
  console.log(`${manifest.title}: ${manifest.dim} dimensions, ${manifest.imageSize} px. Licence: ${manifest.licence}.`);
  console.log(`Next: pnpm build-index <folder of pictures> --out public/collections/<name> --model ${manifest.id}`);
}

async function verify(id: string | undefined): Promise<void> {
  const all = async () => [
    ...(await listInstalled(MODELS_FOLDER)).map(({ manifest }) => manifest),
    ...(await installedRerankers(MODELS_FOLDER)),
  ];
  const ids = id === undefined ? (await all()).map((one) => one.id) : [id];
  let wrong = 0;
  for (const one of ids) {
    const troubles = await verifyModel(MODELS_FOLDER, one);
    wrong += troubles.length;
    print(
      troubles.length === 0 ? [`${one}: all files are as they were.`] : troubles.map((trouble) => `${one}: ${trouble}`),
    );
  }
  if (wrong > 0)
    throw new AfterimageError(
      'part-corrupt',
      `${wrong} ${wrong === 1 ? 'file is' : 'files are'} not as they should be.`,
    );
}

async function check(id: string): Promise<void> {
  const result = await checkModel(MODELS_FOLDER, id);
  print(checkLines(result));
  if (!result.passed) throw new AfterimageError('model-invalid', `${id} does not tell known pictures apart.`);
}

function dtypesOf(list: string | undefined): Dtype[] {
  return (list?.split(',').filter(Boolean) ?? []).map((one) => {
    if (isDtype(one)) return one;
    throw usage(`--dtype "${one}" is not a precision`);
  });
}

function print(lines: readonly string[]): void {
  console.log(lines.join('\n'));
}

function fail(message: string): never {
  throw usage(message);
}
