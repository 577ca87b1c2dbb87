/**
 * Classes of photographs, to measure what an adapter changes:
 *
 *     npx tsx scripts/eval/pairs/photographs.ts --photos <folder> --out pairs.csv [--names words|invented]
 *     pnpm build-index <folder> --out public/collections/photographs
 *     pnpm eval --collection photographs --pairs pairs.csv --learn 8
 *
 * The folder has a `labels.json` and photographs whose names begin with WordNet ids, as those of ImageNet do. With `invented`
 * the classes are called by words that mean nothing: what the model knows of words does not help, as with a trade's own terms.
 */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AfterimageError } from '../../../src/engine/errors.ts';
import { parseChoice, parseOnlyOptions, runScript, usage } from '../../cli/cli.ts';
import { readKinds } from '../photo-kinds.ts';
import { readPhotos } from '../photos.ts';
import { inventedQueries } from '../queries.ts';

const HELP = `
Usage: npx tsx scripts/eval/pairs/photographs.ts --photos <folder> --out <pairs.csv> [--names words|invented]
`;

await runScript(HELP, async (args) => {
  const { photos, out, names } = parseOnlyOptions(args, {
    photos: { type: 'string' },
    out: { type: 'string' },
    names: { type: 'string', default: 'words' },
  });
  if (photos === undefined || out === undefined) throw usage('--photos and --out are missing');
  const isInvented = parseChoice(names, '--names', ['words', 'invented']) === 'invented';
  const invented = inventedQueries();
  const kinds = readKinds(new URL('./photograph-classes.txt', import.meta.url));
  const lines = (await readPhotos(resolve(photos))).flatMap(({ name }) => {
    const at = kinds.findIndex((kind) => kind.isOf(name));
    const label = isInvented ? invented[at]?.text : kinds[at]?.text;
    return label === undefined ? [] : [`${name},${label}`];
  });
  const table = `picture,label\n${lines.join('\n')}\n`;
  await writeFile(out, table).catch((error: Error) => {
    throw new AfterimageError('not-writable', `${out} cannot be written: ${error.message}`);
  });
  console.log(`${lines.length} photographs in ${out}`);
});
