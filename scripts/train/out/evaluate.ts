/** Judge a model folder with transformers.js in Node: drawings and photographs. `pnpm eval` judges the demo collection. */
import { readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import {
  AutoProcessor,
  AutoTokenizer,
  CLIPTextModelWithProjection,
  CLIPVisionModelWithProjection,
  env,
  RawImage,
  type Tensor,
} from '@huggingface/transformers';
import sharp from 'sharp';
import { dot, type Embedding, normalise } from '../../../src/engine/numeric/embedding.ts';
import { hitAtK, ndcgAtK } from '../../../src/engine/search/metrics.ts';
import { parseOptions, runScript, usage } from '../../cli/cli.ts';
import { readJson, type Work, workFolder } from '../folders.ts';
import { type Emoji, EmojiNames, emojiIn, iconSet, svgOf } from '../pictures/icons.ts';

const HELP = `
Usage: npx tsx scripts/train/out/evaluate.ts WORK --model MODEL [options]

  --model <folder>  a folder of export.py
  --styles <names>  @iconify-json packages of emoji (default: fluent-emoji-flat,fluent-emoji,fxemoji)
  --parts <names>   styles, photos, tiny (default: all of them)
`;

const SIDE = 224;
const BATCH = 64;
const PARTS = ['styles', 'photos', 'tiny'];
const WNID = 9;
const prompt = (label: string) => `a photo of a ${label}`;

type Query = readonly [text: string, right: ReadonlySet<number>];

await runScript(HELP, async (args) => {
  const { values, positionals } = parseOptions(args, {
    model: { type: 'string' },
    styles: { type: 'string', default: 'fluent-emoji-flat,fluent-emoji,fxemoji' },
    parts: { type: 'string', default: PARTS.join(',') },
  });
  const work = workFolder(positionals);
  if (values.model === undefined) throw usage('--model is missing');
  const parts = values.parts.split(',');
  const unknown = parts.find((part) => !PARTS.includes(part));
  if (unknown !== undefined) throw usage(`--parts does not know "${unknown}"`);
  const model = await openModel(resolve(values.model));
  if (parts.includes('styles')) for (const style of values.styles.split(',')) await judgeStyle(model, style);
  if (parts.includes('photos')) await judgePhotos(model, work);
  if (parts.includes('tiny')) await judgeTiny(model, work);
});

interface Model {
  text(text: string): Promise<Embedding>;
  texts(texts: readonly string[]): Promise<Embedding[]>;
  /** Pictures are opened when their turn comes. */
  pictures(open: readonly (() => Promise<RawImage>)[]): Promise<Embedding[]>;
}

async function openModel(folder: string): Promise<Model> {
  env.allowRemoteModels = false;
  env.localModelPath = `${dirname(folder)}/`;
  const name = basename(folder);
  const tokenizer = await AutoTokenizer.from_pretrained(name);
  const processor = await AutoProcessor.from_pretrained(name);
  const textTower = await CLIPTextModelWithProjection.from_pretrained(name, { dtype: 'fp32' });
  const visionTower = await CLIPVisionModelWithProjection.from_pretrained(name, { dtype: 'fp32' });

  const text = async (query: string) => {
    const { text_embeds: embeds } = await textTower(tokenizer(query, { padding: true, truncation: true }));
    return rowsOf(embeds)[0] as Embedding;
  };
  const texts = async (queries: readonly string[]) => {
    const found: Embedding[] = [];
    for (const query of queries) found.push(await text(query));
    return found;
  };
  const pictures = async (open: readonly (() => Promise<RawImage>)[]) => {
    const found: Embedding[] = [];
    for (let start = 0; start < open.length; start += BATCH) {
      const images = await Promise.all(open.slice(start, start + BATCH).map((one) => one()));
      const { image_embeds: embeds } = await visionTower(await processor(images));
      found.push(...rowsOf(embeds));
    }
    return found;
  };
  return { text, texts, pictures };
}

function rowsOf({ data, dims }: Tensor): Embedding[] {
  const [rows = 0, dim = 0] = dims;
  const values = data as Float32Array;
  return Array.from({ length: rows }, (_, i) => normalise(values.slice(i * dim, (i + 1) * dim)));
}

/** Numbers of the vectors, nearest to the query first. */
function ranking(query: Embedding, vectors: readonly Embedding[]): number[] {
  const scores = vectors.map((vector) => dot(vector, query));
  return scores.map((_, i) => i).sort((one, other) => (scores[other] ?? 0) - (scores[one] ?? 0));
}

function mean(values: readonly number[]): string {
  if (values.length === 0) return '–';
  return (values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(3);
}

async function ask(title: string, model: Model, queries: readonly Query[], vectors: readonly Embedding[]) {
  const [first, among10, gains]: [number[], number[], number[]] = [[], [], []];
  for (const [text, right] of queries) {
    const ranked = ranking(await model.text(text), vectors);
    first.push(hitAtK(ranked, right, 1));
    among10.push(hitAtK(ranked, right, 10));
    gains.push(ndcgAtK(ranked, right, 10));
  }
  console.log(`${title}, ${queries.length}: hit@1 ${mean(first)} hit@10 ${mean(among10)} nDCG@10 ${mean(gains)}`);
}

/** `ranks`: at which place the right class is, from 0. */
function report(title: string, ranks: readonly number[]): void {
  const among = (k: number) => mean(ranks.map((rank) => Number(rank < k)));
  console.log(`${title}, ${ranks.length}: top-1 ${among(1)} top-5 ${among(5)}`);
}

/** Names and keywords in English and Spanish; every drawing with a keyword is right for it. */
async function judgeStyle(model: Model, style: string): Promise<void> {
  const set = iconSet(style);
  const icons = [...new EmojiNames(emojiIn('en')).iconsOf(style)];
  const vectors = await model.pictures(
    icons.map(([, icon]) => async () => {
      const drawn = sharp(svgOf(icon, set, SIDE)).resize(SIDE, SIDE, { fit: 'contain', background: '#fff' });
      const { data, info } = await drawn.flatten({ background: '#fff' }).raw().toBuffer({ resolveWithObject: true });
      return new RawImage(new Uint8ClampedArray(data), info.width, info.height, info.channels);
    }),
  );
  for (const [language, code] of Object.entries({ English: 'en', Spanish: 'es' })) {
    const labels = new Map(emojiIn(code).map((emoji) => [emoji.hexcode, emoji]));
    const emoji = icons.map(([{ hexcode }]) => labels.get(hexcode));
    await ask(`${style}, name, ${language}`, model, nameQueries(emoji), vectors);
    await ask(`${style}, keyword, ${language}`, model, keywordQueries(emoji), vectors);
  }
}

function nameQueries(emoji: readonly (Emoji | undefined)[]): Query[] {
  return emoji.flatMap((one, row) => (one ? [[one.label, new Set([row])] as const] : []));
}

function keywordQueries(emoji: readonly (Emoji | undefined)[]): Query[] {
  const rows = new Map<string, Set<number>>();
  for (const [row, one] of emoji.entries()) {
    for (const tag of one?.tags ?? []) rows.set(tag, (rows.get(tag) ?? new Set()).add(row));
  }
  return [...rows];
}

/** The photographs that were never trained on, each by its own name. */
async function judgePhotos(model: Model, { judged, raw }: Work): Promise<void> {
  const labels = readJson<Record<string, string>>(judged, 'labels.json');
  const files = Object.keys(labels).sort();
  const seen = await model.pictures(files.map((file) => () => RawImage.read(join(judged, file))));
  const prompts = files.map((file) => prompt(labels[file] ?? ''));
  const names = await model.texts(prompts);
  const tiny = new Set(readJson<string[]>(raw, 'tin_wnids.json'));
  const trained = new Set([...tiny, ...readJson<string[]>(raw, 'trained_wnids.json')]);
  const all = files.map((_, row) => row);
  const inside = (classes: ReadonlySet<string>) => all.filter((row) => classes.has(files[row]?.slice(0, WNID) ?? ''));
  const place = (row: number, classes: readonly number[]) => {
    const ranked = ranking(
      seen[row] as Embedding,
      classes.map((other) => names[other] as Embedding),
    );
    return ranked.findIndex((i) => classes[i] === row);
  };
  const known = inside(tiny);
  const learned = new Set(inside(trained));
  report(
    'photos of the classes of Tiny ImageNet, among these',
    known.map((row) => place(row, known)),
  );
  report(
    'photos, among all classes',
    all.map((row) => place(row, all)),
  );
  const never = all.filter((row) => !learned.has(row));
  report(
    'photos of classes never trained, among all',
    never.map((row) => place(row, all)),
  );
  await ask(
    'photos by name',
    model,
    prompts.map((text, row) => [text, new Set([row])]),
    seen,
  );
}

/** The body of a .npy file. */
function readArray(folder: string, name: string): Buffer {
  const content = readFileSync(join(folder, name));
  return content.subarray(10 + content.readUInt16LE(8));
}

async function judgeTiny(model: Model, { raw }: Work): Promise<void> {
  const pixels = readArray(raw, 'tin_val_x.npy');
  const labels = readArray(raw, 'tin_val_y.npy');
  const side = 64;
  const bytes = side * side * 3;
  const open = (_: unknown, i: number) => async () =>
    new RawImage(new Uint8ClampedArray(pixels.subarray(i * bytes, (i + 1) * bytes)), side, side, 3);
  const seen = await model.pictures(Array.from({ length: labels.length / 8 }, open));
  const names = await model.texts(readJson<string[]>(raw, 'tin_lemmas.json').map(prompt));
  const right = (i: number) => Number(labels.readBigInt64LE(8 * i));
  report(
    'Tiny ImageNet, validation',
    seen.map((vector, i) => ranking(vector, names).indexOf(right(i))),
  );
}
