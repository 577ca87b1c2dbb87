import { join } from 'node:path';
import { ENCODINGS } from '../../src/engine/collection/types.ts';
import { DEFAULT_MODEL } from '../../src/engine/model.ts';
import { parseCount, parseEngine, parseOptions, usage } from '../lib/cli.ts';
import { CACHE_FOLDER, MODELS_FOLDER } from '../lib/folders.ts';
import type { BuildOptions } from './build-collection.ts';

export const HELP = `
Usage: pnpm build-index <folder>… --out public/collections/<name> [options]

Makes a searchable collection of the pictures in folders and the folders below them (JPEG, PNG, WebP, AVIF, GIF, TIFF,
SVG), or brings it up to date: only what is new is embedded. Can be stopped at any time and run again.

  --out <folder>          the collection's folder; its last part is the collection's name
  --model <id>            folder under public/models (default: ${DEFAULT_MODEL})
  --title, --description, --licence <text>
                          what the page says of the collection (default: what it said before)
  --example <text>        a query to try, may be given several times
  --captions <file>       titles and licences of single pictures, as JSON:
                          {"dogs/rex.jpg": {"title": "Rex", "licence": "CC0"}}
  --pictures <mode>       larger pictures for the page: preview (default; WebP of at most 1,024 px without metadata),
                          copy (the original files, which publishes what is in them: places, names of cameras), none
  --M <n>                 links of a picture in the graph (default: 16)
  --efConstruction <n>    width of the beam when the graph is built (default: 200)
  --efSearch <n>          width of the beam when it is searched (default: 200)
  --index <engine>        what answers: hnsw (default), or exact, which needs no graph and compares every picture
  --vectors <encoding>    int8 (default), a byte a dimension; f16, twice as large and all but exact; f32, exact
  --models <folder>       where models are (default: public/models)
  --cache <folder>        where hashes of unchanged files are remembered (default: .cache/hashes)
  --strict                a picture that cannot be indexed is an error (files without a picture's extension are not)
  --fresh                 embed everything again
  --watch                 stay, and keep the collection up to date as files come and go
  --json                  print a summary as one line of JSON

Exit code 0: done. 1: failed. 2: something to mend in the command or on the disk.
`;

export interface BuildCommand {
  readonly options: BuildOptions;
  readonly watch: boolean;
  readonly json: boolean;
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

/** @throws AfterimageError `usage`. */
export function parseBuildCommand(args: readonly string[]): BuildCommand {
  const { values, positionals } = parseOptions(args, {
    out: text,
    model: text,
    models: text,
    cache: text,
    title: text,
    description: text,
    licence: text,
    example: { type: 'string', multiple: true },
    captions: text,
    pictures: text,
    M: text,
    efConstruction: text,
    efSearch: text,
    index: text,
    vectors: text,
    strict: flag,
    fresh: flag,
    watch: flag,
    json: flag,
  });
  if (positionals.length === 0) throw usage('build-index takes at least one folder of pictures');
  if (values.out === undefined) throw usage('--out is missing, for example --out public/collections/holiday');
  const { title, description, licence, example, captions } = values;
  return {
    watch: values.watch === true,
    json: values.json === true,
    options: {
      folders: positionals,
      out: values.out,
      modelsFolder: values.models ?? MODELS_FOLDER,
      cacheFolder: values.cache ?? join(CACHE_FOLDER, 'hashes'),
      modelId: values.model ?? DEFAULT_MODEL,
      ...(title !== undefined && { title }),
      ...(description !== undefined && { description }),
      ...(licence !== undefined && { licence }),
      ...(example !== undefined && { examples: example }),
      ...(captions !== undefined && { captions }),
      pictures: pictureMode(values.pictures ?? 'preview'),
      hnsw: {
        M: parseCount(values.M ?? '16', '--M', 2),
        efConstruction: parseCount(values.efConstruction ?? '200', '--efConstruction'),
        efSearch: parseCount(values.efSearch ?? '200', '--efSearch'),
      },
      index: indexOf(values.index ?? 'hnsw'),
      encoding: encodingOf(values.vectors ?? 'int8'),
      strict: values.strict === true,
      fresh: values.fresh === true,
    },
  };
}

function indexOf(value: string): BuildOptions['index'] {
  const engine = parseEngine(value);
  if (engine === 'codes') throw usage('build-index cannot make codes yet; take hnsw or exact');
  return engine;
}

function encodingOf(value: string): BuildOptions['encoding'] {
  const encoding = ENCODINGS.find((one) => one === value);
  if (encoding === undefined) throw usage(`--vectors takes ${ENCODINGS.join(' or ')}, not "${value}"`);
  return encoding;
}

function pictureMode(value: string): BuildOptions['pictures'] {
  if (value === 'preview' || value === 'copy' || value === 'none') return value;
  throw usage(`--pictures takes preview, copy or none, not "${value}"`);
}
