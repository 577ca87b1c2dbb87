import { join } from 'node:path';
import { DEFAULT_MODEL } from '../../../src/engine/model/model.ts';
import type { Shard } from '../../../src/indexing/pictures/shard.ts';
import { IGNORE_FILE } from '../../../src/platform/pictures/leave-out.ts';
import { parseOptions, usage } from '../../cli/cli.ts';
import { CACHE_FOLDER, MODELS_FOLDER } from '../../repository/folders.ts';
import type { BuildOptions } from '../build-collection.ts';
import type { ImportOptions } from '../exchange/import-vectors.ts';
import { COLLECTION_OPTIONS, parseCollectionOptions } from './collection-options.ts';

export const HELP = `
Usage: pnpm build-index <folder>… --out public/collections/<name> [options]
       pnpm build-index --from-npy <file or folder> --model <id> --out public/collections/<name> [options]

Makes a searchable collection of the pictures in folders and the folders below them (JPEG, HEIC, PNG, WebP, AVIF, GIF,
TIFF, SVG, and the JPEG in RAW files of cameras), or brings it up to date: only what is new is embedded. Can be stopped
at any time and run again. Or makes a collection of vectors that were made elsewhere (its pictures are not there: the
page shows their names).
Left out are names that begin with a dot, folders of systems and photo programs (bins, thumbnails, previews: #recycle,
$RECYCLE.BIN, @eaDir, lost+found, __MACOSX, *.lrdata, all of a photo library but its originals) and folders below yours
with a .nomedia; the summary names them. Linked folders are followed, each once. Pictures that were deleted leave the
collection, but those of a <folder> or a linked folder that is empty now, of one that cannot be listed, of a link that
leads nowhere, and single ones that cannot be read stay (unless they were moved into another folder), because their disk
may not be there: to remove them, --exclude them or leave the folder out. What would embed them again (--fresh, another
model, finer --vectors, a collection of another format version or a damaged one) is refused for folders until they are
back or left out. To remove a collection, delete its folder: the next build-index, start or build takes it off
the list.

  --out <folder>          the collection's folder; its last part is the collection's name. The page offers those in
                          public/collections; elsewhere, index.json beside the folder lists it
  --model <id>            folder under public/models (default: ${DEFAULT_MODEL})
  --title, --description, --licence <text>
                          what the page says of the collection (default: what it said before; --licence "" takes it
                          back)
  --example <text>        a query to try, may be given several times
  --captions <file>       titles and licences of single pictures, as JSON:
                          {"dogs/rex.jpg": {"title": "Rex", "licence": "CC0"}}
  --exclude <pattern>     files and folders to leave out, may be given several times: a name (raw, "*.png"), or a path below
                          <folder> (/2019/scans). As in .gitignore, and so are the lines of a file ${IGNORE_FILE} in
                          any folder. Upper and lower case are the same
  --include <pattern>     what to take in all the same: --include "#recycle", --include /stickers. What lies in a folder
                          that is left out is not taken in by itself: name the folder
  --pictures <mode>       larger pictures for the page: preview (default; WebP of at most 1,024 px without metadata),
                          copy (the original files, which publishes what is in them: places, names of cameras), none.
                          Published with each picture, in every mode: its name with the folders below yours, its size,
                          and to the second when it was taken (where the file does not say so: last changed)
  --M <n>                 links of a picture in the graph (2 to 256; default: 16)
  --efConstruction <n>    width of the beam when the graph is built (1 to 65535; default: 200)
  --efSearch <n>          width of the beam when it is searched (default: 48, above 20,000 pictures 100, above
                          200,000 200); the page and pnpm query ask for 200 pictures, which makes it 200 at least
  --index <kind>          what answers: hnsw (default); exact, which needs no graph and compares every picture; codes, for
                          hundreds of thousands: short codes are scanned, the best pictures compared; cells: the page reads
                          only what is near to a search from its host, which has to answer range requests; auto: one of
                          these, by how many pictures there are, and it says why
  --vectors <encoding>    int8 (default), a byte a dimension; f16, twice as large and all but exact; f32, exact
  --models <folder>       where models are (default: public/models)
  --cache <folder>        where hashes of unchanged files are remembered (default: .cache/hashes)
  --from-npy <path>       vectors as NumPy and clip-retrieval write them: a .npy file (float16, 32 or 64; one row a
                          picture), a folder of such, or one with img_emb/ and metadata/. Rows are scaled to unit norm.
                          --model has to name the model that made them; its dimension is checked, nothing else can be
  --metadata <path>       what is known of the rows, in their order: a table for all arrays, or a folder of one for each,
                          with the same number in its name (img_emb_0.npy, metadata_0.parquet). .parquet, .jsonl, .json
                          (a list of objects), .csv, .tsv (columns url, image_path, file_name, caption, title, licence,
                          width, height, bytes, date, id, sha256) or .txt (a name a line); the summary lists what was
                          not understood; default: metadata/ in the folder of --from-npy, where it is there
  --places                say of each picture where it was taken, as its file does (GPS). Whoever can open the collection
                          can read that: without this option no place is in it, and a run without it takes them out
  --shard <i>/<n>         only the i-th of n shares of the pictures (chosen by name: each machine takes its own, whatever
                          the others do), as a collection without a graph and with float32 vectors, to be put together
                          by pnpm merge, which takes --index, --vectors and the parameters of the graph
  --strict                a picture that cannot be indexed is an error (files without a picture's extension are not)
  --fresh                 embed everything again
  --watch                 stay, and keep the collection up to date as files come and go; where the system does not watch
                          so many files, they are listed every 30 s
  --json                  print a summary as one line of JSON

Exit code 0: done. 1: failed. 2: something to mend in the command or on the disk.
`;

export type BuildCommand = { readonly json: boolean } & (
  | { readonly from: 'pictures'; readonly options: BuildOptions; readonly watch: boolean }
  | { readonly from: 'vectors'; readonly options: ImportOptions }
);

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

/** @throws AfterimageError `usage`. */
export function parseBuildCommand(args: readonly string[]): BuildCommand {
  const { values, positionals } = parseOptions(args, {
    out: text,
    model: text,
    models: text,
    cache: text,
    ...COLLECTION_OPTIONS,
    captions: text,
    exclude: { type: 'string', multiple: true },
    include: { type: 'string', multiple: true },
    pictures: text,
    'from-npy': text,
    metadata: text,
    shard: text,
    places: flag,
    strict: flag,
    fresh: flag,
    watch: flag,
    json: flag,
  });
  const from = values['from-npy'];
  if (from !== undefined) refuseWithVectors(values, positionals);
  else if (positionals.length === 0) throw usage('build-index takes at least one folder of pictures');
  else if (values.metadata !== undefined) throw usage('--metadata goes with --from-npy; see --captions for pictures');
  if (values.out === undefined) throw usage('--out is missing, for example --out public/collections/holiday');
  const { captions, metadata } = values;
  const common = {
    out: values.out,
    modelsFolder: values.models ?? MODELS_FOLDER,
    modelId: values.model ?? DEFAULT_MODEL,
    ...parseCollectionOptions(values),
  };
  const { shard } = values;
  if (shard !== undefined) refuseWithShard(values);
  const json = values.json === true;
  if (from !== undefined) {
    return { from: 'vectors', json, options: { ...common, from, ...(metadata !== undefined && { metadata }) } };
  }
  return {
    from: 'pictures',
    json,
    watch: values.watch === true,
    options: {
      ...common,
      folders: positionals,
      cacheFolder: values.cache ?? join(CACHE_FOLDER, 'hashes'),
      ...(captions !== undefined && { captions }),
      ...(shard !== undefined && { shard: shardOf(shard) }),
      patterns: { exclude: values.exclude ?? [], include: values.include ?? [] },
      pictures: pictureMode(values.pictures ?? 'preview'),
      places: values.places === true,
      strict: values.strict === true,
      fresh: values.fresh === true,
    },
  };
}

/** A command that has to be about pictures. */
export function parsePictureCommand(args: readonly string[]): BuildCommand & { readonly from: 'pictures' } {
  const command = parseBuildCommand(args);
  if (command.from === 'pictures') return command;
  throw usage('this takes folders of pictures, no vectors');
}

/** What says how pictures are read says nothing of vectors. */
function refuseWithVectors(values: Readonly<Record<string, unknown>>, positionals: readonly string[]): void {
  if (positionals.length > 0) throw usage('--from-npy takes the place of folders of pictures');
  if (values.model === undefined) throw usage('--from-npy needs --model, the model that made the vectors');
  const other = ['captions', 'exclude', 'include', 'pictures', 'places', 'shard', 'strict', 'fresh', 'watch'].find(
    (name) => values[name] !== undefined,
  );
  if (other !== undefined) throw usage(`--${other} is for folders of pictures, not for --from-npy`);
}

/** What says how a collection is searched is said when its shards are merged. */
function refuseWithShard(values: Readonly<Record<string, unknown>>): void {
  const other = ['index', 'vectors', 'M', 'efConstruction', 'efSearch'].find((name) => values[name] !== undefined);
  if (other !== undefined) throw usage(`--${other} is for pnpm merge, not for its shards`);
}

function shardOf(value: string): Shard {
  const [index = 0, count = 0] = (/^(\d+)\/(\d+)$/.exec(value) ?? []).slice(1).map(Number);
  if (index >= 1 && index <= count && Number.isSafeInteger(count)) return { index, count };
  throw usage(`--shard takes i/n, for example 2/8 for the second of eight, not "${value}"`);
}

function pictureMode(value: string): BuildOptions['pictures'] {
  if (value === 'preview' || value === 'copy' || value === 'none') return value;
  throw usage(`--pictures takes preview, copy or none, not "${value}"`);
}
