/** Queries with known answers for the demo collection, from the names and keywords of Unicode's CLDR. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { ItemStore } from '../../src/engine/collection/items/items.ts';
import { demoEmoji } from '../demo/emoji.ts';

const require = createRequire(import.meta.url);

export const LANGUAGES = { en: 'English', es: 'Spanish' } as const;
export type Language = keyof typeof LANGUAGES;

export interface JudgedText {
  readonly text: string;
  /** Rows that answer it. */
  readonly right: ReadonlySet<number>;
}

/** What emojibase says of an emoji in one language. */
interface Labels {
  readonly hexcode: string;
  readonly label: string;
  readonly tags?: readonly string[];
}

/** Unicode code points of the emoji that each row shows, by the item's file name; rows that show none are left out. */
export async function emojiOfRows(items: ItemStore): Promise<Map<number, string>> {
  const hexcodes = new Map(demoEmoji().map(({ slug, hexcode }) => [`${slug}.png`, hexcode]));
  const rows = new Map<number, string>();
  for (let row = 0; row < items.count; row++) {
    const hexcode = hexcodes.get((await items.get(row)).name);
    if (hexcode !== undefined) rows.set(row, hexcode);
  }
  return rows;
}

/** The name of each picture; one row is right. */
export function nameQueries(emoji: ReadonlyMap<number, string>, language: Language): JudgedText[] {
  const labels = readLabels(language);
  return Array.from(emoji, ([row, hexcode]) => ({ text: labelsOf(labels, hexcode).label, right: new Set([row]) }));
}

/** Each keyword that any picture has; every row with it is right. */
export function keywordQueries(emoji: ReadonlyMap<number, string>, language: Language): JudgedText[] {
  const labels = readLabels(language);
  const right = new Map<string, Set<number>>();
  for (const [row, hexcode] of emoji) {
    for (const tag of labelsOf(labels, hexcode).tags ?? []) {
      const rows = right.get(tag);
      if (rows) rows.add(row);
      else right.set(tag, new Set([row]));
    }
  }
  return Array.from(right, ([text, rows]) => ({ text, right: rows }));
}

/** Queries about things that are not in the demo collection: nothing is right. */
export function absentQueries(language: Language = 'en'): JudgedText[] {
  return queriesWithoutAnswer(language === 'en' ? 'absent-queries.txt' : `absent-queries.${language}.txt`);
}

/** Words that mean nothing: nothing is right, whatever the pictures are. */
export function inventedQueries(): JudgedText[] {
  return queriesWithoutAnswer('invented-queries.txt');
}

/** Things that photographs of ImageNet's classes do not show. */
export function absentPhotographQueries(): JudgedText[] {
  return queriesWithoutAnswer('absent-photographs.txt');
}

function queriesWithoutAnswer(file: string): JudgedText[] {
  const lines = readFileSync(new URL(`./${file}`, import.meta.url), 'utf8').split('\n');
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((text) => ({ text, right: new Set<number>() }));
}

function readLabels(language: Language): Map<string, Labels> {
  const labels = require(`emojibase-data/${language}/data.json`) as readonly Labels[];
  return new Map(labels.map((one) => [one.hexcode, one]));
}

function labelsOf(labels: ReadonlyMap<string, Labels>, hexcode: string): Labels {
  const found = labels.get(hexcode);
  if (!found) throw new Error(`emojibase-data does not know ${hexcode}`);
  return found;
}
