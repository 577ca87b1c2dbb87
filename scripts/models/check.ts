/** Whether a model tells known things apart: eight drawings and their captions, through both towers as they are used. */
import sharp from 'sharp';
import { AfterimageError } from '../../src/engine/errors.ts';
import { dot, type Embedding } from '../../src/engine/numeric/embedding.ts';
import { createNodeImageEncoder, createNodeQueryEncoder } from '../../src/platform/encoders/clip.node.ts';
import { createDecoder } from '../../src/platform/pictures/decode.node.ts';
import { demoEmoji } from '../demo/emoji.ts';
import { svgOf } from '../demo/render.ts';

/** A drawing of the demo by its name, and what it is called here. */
const KNOWN: readonly (readonly [slug: string, caption: string])[] = [
  ['dog-face', 'a drawing of a dog'],
  ['guitar', 'a drawing of a guitar'],
  ['pizza', 'a drawing of a pizza'],
  ['bicycle', 'a drawing of a bicycle'],
  ['airplane', 'a drawing of an airplane'],
  ['red-apple', 'a drawing of a red apple'],
  ['snowman', 'a drawing of a snowman'],
  ['umbrella', 'a drawing of an umbrella'],
];
/** Towers that belong together get nearly all right; those that do not, one in eight by chance. */
const ENOUGH = 7;

export interface ModelCheck {
  readonly captions: readonly string[];
  /** `similarities[i][j]`: of picture i to caption j. */
  readonly similarities: readonly (readonly number[])[];
  /** Pictures whose own caption is the nearest. */
  readonly right: number;
  readonly passed: boolean;
}

/** @throws what loading and running the towers throws */
export async function checkModel(modelsFolder: string, modelId: string): Promise<ModelCheck> {
  const texts = await embedCaptions(modelsFolder, modelId);
  const pictures = await embedPictures(modelsFolder, modelId);
  const similarities = pictures.map((picture) => texts.map((text) => dot(picture, text)));
  const right = similarities.filter((row, i) => row.indexOf(Math.max(...row)) === i).length;
  return { captions: KNOWN.map(([, caption]) => caption), similarities, right, passed: right >= ENOUGH };
}

async function embedCaptions(modelsFolder: string, modelId: string): Promise<Embedding[]> {
  const encoder = await createNodeQueryEncoder({ modelsFolder, modelId });
  try {
    const embeddings: Embedding[] = [];
    for (const [, caption] of KNOWN) embeddings.push(await encoder.encode(caption));
    return embeddings;
  } finally {
    await encoder.dispose();
  }
}

async function embedPictures(modelsFolder: string, modelId: string): Promise<Embedding[]> {
  const encoder = await createNodeImageEncoder({ modelsFolder, modelId });
  try {
    const decoder = createDecoder({ preprocessor: encoder.preprocessor, pictures: 'none' });
    const decoded = KNOWN.map(async ([slug]) => (await decoder.decode(await draw(slug), `${slug}.png`)).pixels);
    return await encoder.encode(await Promise.all(decoded));
  } finally {
    await encoder.dispose();
  }
}

function draw(slug: string): Promise<Buffer> {
  const emoji = demoEmoji().find((one) => one.slug === slug);
  if (!emoji) throw new AfterimageError('internal', `There is no drawing “${slug}”.`);
  return sharp(svgOf(emoji)).flatten({ background: '#ffffff' }).png().toBuffer();
}

/** A table of similarities in hundredths, the largest of each picture marked. */
export function checkLines({ captions, similarities, right, passed }: ModelCheck): string[] {
  const short = captions.map((caption) => caption.split(' ').at(-1) ?? '');
  const cell = (value: number, isBest: boolean) => `${isBest ? '*' : ' '}${value.toFixed(2)}`.padStart(10);
  return [
    `${''.padEnd(10)}${short.map((name) => name.padStart(10)).join('')}`,
    ...similarities.map((row, i) => {
      const best = Math.max(...row);
      return `${(short[i] ?? '').padEnd(10)}${row.map((value) => cell(value, value === best)).join('')}`;
    }),
    '',
    `${right} of ${captions.length} pictures are nearest to their own caption: ${passed ? 'passed' : `failed, ${ENOUGH} are needed`}.`,
  ];
}
