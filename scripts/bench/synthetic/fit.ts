/** Fits the synthetic embeddings on real ones and writes `structure.json`; or prints how well the two match. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_MODEL } from '../../../src/engine/model/model.ts';
import { parseOptions, runScript, usage } from '../../cli/cli.ts';
import { COLLECTIONS_FOLDER } from '../../repository/folders.ts';
import { type Cloud, embedPictures, embedTexts, textsOf } from './embed.ts';
import { matchTable, measureSynthetic, TARGET_DEVIATION } from './match.ts';
import { measure } from './measure.ts';
import { searchParameters } from './search-parameters.ts';
import committed from './structure.json' with { type: 'json' };
import type { Structure } from './structure.ts';

const HELP = `
Usage: npx tsx scripts/bench/synthetic/fit.ts --photos <folder>   embed, measure, fit, write structure.json (6 min)
       npx tsx scripts/bench/synthetic/fit.ts --check             print how well the synthetic vectors match

The folder holds photographs and a labels.json that names what each shows, {"file": "name", …}. The pictures of the
demo collection (pnpm build-demo) are taken in too.
`;

const DIM = 512;
/** Another seed than the one that the parameters were fitted with. */
const CHECK_SEED = 5;

await runScript(HELP, async (args) => {
  const { values } = parseOptions(args, { photos: { type: 'string' }, check: { type: 'boolean', default: false } });
  if (!values.check && values.photos === undefined) throw usage('--photos is missing');
  const structure: Structure = values.photos === undefined ? committed : await fitOn(values.photos);
  console.log(matchTable(structure, measureSynthetic(structure, DIM, CHECK_SEED)));
});

async function fitOn(photos: string): Promise<Structure> {
  const folders = [photos, join(COLLECTIONS_FOLDER, 'demo/thumbs')];
  const clouds: Cloud[] = [];
  for (const folder of folders) clouds.push(await embedPictures([folder], DEFAULT_MODEL));
  const pictures = joined(clouds);
  const texts = await embedTexts(await textsOf(photos), DEFAULT_MODEL);
  const real = measure(pictures, texts);
  const structure: Structure = {
    source:
      `${clouds[0]?.count} photographs and ${clouds[1]?.count} pictures of the demo collection, ${texts.count} names ` +
      `of what they show; embedded with ${DEFAULT_MODEL}`,
    real,
    fitted: searchParameters(real, DIM, TARGET_DEVIATION),
  };
  const short = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(5)) : value);
  await writeFile(fileURLToPath(new URL('structure.json', import.meta.url)), JSON.stringify(structure, short));
  return structure;
}

function joined(clouds: readonly Cloud[]): Cloud {
  const count = clouds.reduce((sum, cloud) => sum + cloud.count, 0);
  const dim = clouds[0]?.dim ?? 0;
  const rows = new Float32Array(count * dim);
  let at = 0;
  for (const cloud of clouds) {
    rows.set(cloud.rows, at);
    at += cloud.rows.length;
  }
  return { dim, count, rows };
}
