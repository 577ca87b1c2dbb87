import { dateSourceOf } from '../../../src/engine/collection/types.ts';
import type { Built, Listed } from './build.ts';
import { DAMAGED, WHOLE } from './damage.ts';
import { differenceOf, type Quarters, type Rgb } from './drawing.ts';
import type { Made } from './make.ts';

/**
 * What became of a file. `right`: in the collection, with its colours and date; `unnoticed`: in the collection with other
 * colours, because nothing in the file tells that its bytes were changed; `named`: with a reason that fits; `counted`: no
 * picture by its extension.
 */
export type Outcome = 'right' | 'unnoticed' | 'named' | 'counted' | 'wrong';

export interface Verdict {
  readonly made: Made;
  readonly outcome: Outcome;
  /** Why it is wrong, or why it is named. */
  readonly why: string;
}

/** Of 255. */
const TOLERANCE = 12;
/** Where the first bytes are gone, nothing says that it was a picture. */
const HEAD_BYTES = 32;

/** One verdict for each file, and further ones for what the collection has beside them. */
export function check(files: readonly Made[], { summary, pictures }: Built): Verdict[] {
  const listed = grouped(pictures, ({ item }) => item.name);
  const named = grouped(summary.problems, ({ name }) => name);
  const verdicts = files.map((made) => {
    const [inside, reasons] = [listed.get(made.name) ?? [], named.get(made.name) ?? []];
    return {
      made,
      ...verdictOf(
        made,
        inside,
        reasons.map(({ reason }) => reason),
      ),
    };
  });
  const counted = verdicts.filter(({ outcome }) => outcome === 'counted').length;
  const names = new Set(files.map(({ name }) => name));
  const unknown = [...listed.keys(), ...named.keys()].filter((name) => !names.has(name));
  const complaints = [
    ...unknown.map((name) => `${JSON.stringify(name)} was never made`),
    ...(summary.others === counted ? [] : [`${summary.others} other files, not ${counted}`]),
    ...(summary.count === pictures.length
      ? []
      : [`${summary.count} in the summary, ${pictures.length} in the collection`]),
  ];
  const [first] = files;
  return [
    ...verdicts,
    ...complaints.flatMap((why) => (first ? [{ made: first, outcome: 'wrong' as const, why }] : [])),
  ];
}

function grouped<T>(list: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of list) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}

type Judgement = Pick<Verdict, 'outcome' | 'why'>;
const wrong = (why: string): Judgement => ({ outcome: 'wrong', why });

function verdictOf(made: Made, inside: readonly Listed[], reasons: readonly string[]): Judgement {
  if (inside.length + reasons.length > 1)
    return wrong(`it is there ${inside.length} times and named ${reasons.length}`);
  const [picture] = inside;
  const [reason] = reasons;
  if (made.state === 'not a picture') {
    return picture || reason !== undefined ? wrong('it is taken for a picture') : { outcome: 'counted', why: '' };
  }
  if (picture) return pictureVerdict(made, picture);
  if (reason === undefined) return wrong('it is neither in the collection nor named');
  return isTrue(made, reason) ? { outcome: 'named', why: reason } : wrong(`the reason is not true: ${reason}`);
}

function pictureVerdict(made: Made, { item, quarters }: Listed): Judgement {
  const { state, format, width, height, smaller } = made;
  if (!WHOLE.has(state) && !DAMAGED.has(state)) return wrong('it is in the collection and no picture');
  const isRight = areAlike(quarters, made.quarters);
  const isSmaller = DAMAGED.has(state) && item.width === smaller?.width && item.height === smaller.height;
  const hasSize = isSmaller || (item.width === width && item.height === height);
  if (!isRight || !hasSize) {
    const unseen = whyUnnoticed(made, quarters);
    if (unseen !== undefined) return { outcome: 'unnoticed', why: unseen };
    const size = hasSize ? '' : `${item.width} × ${item.height} for ${width} × ${height}, `;
    return wrong(`${size}colours ${shown(quarters)} for ${shown(made.quarters)}, ${format.name}`);
  }
  const date = { source: dateSourceOf(item) ?? 'none', date: item.date ?? 'none' };
  const isDate = date.source === made.date.source && date.date === made.date.date;
  if (isDate) return { outcome: 'right', why: '' };
  // A block of metadata that was damaged has no date, and the next one counts; of changed digits nobody knows.
  if (DAMAGED.has(state) && made.dates.includes(date.date)) return { outcome: 'right', why: '' };
  if (state === 'changed' || state === 'zeros') return { outcome: 'unnoticed', why: 'digits of its date' };
  return wrong(`${date.date} (${date.source}) for ${made.date.date} (${made.date.source})`);
}

function areAlike(some: Quarters, others: Quarters): boolean {
  return some.every((rgb, i) => differenceOf(rgb, others[i] as Rgb) <= TOLERANCE);
}

/** Why other colours are no fault, where they are none. */
function whyUnnoticed({ state, format, bare }: Made, quarters: Quarters): string | undefined {
  if (!DAMAGED.has(state)) return undefined;
  if (bare.some((one) => areAlike(quarters, one))) return 'orientation or profile lost';
  // That of TIFF is over its pixels, and not over what says how they are to be read.
  const hasChecksum = format.hasChecksum && format.family !== 'TIFF';
  if (state === 'changed' && !hasChecksum) return 'no checksum';
  return state === 'zeros' && format.isBare === true ? 'zeros are samples too' : undefined;
}

/** Whether a reason fits to what was done to the file. */
function isTrue({ state, hit, format }: Made, reason: string): boolean {
  const saysDamaged = /damaged/.test(reason);
  const saysNone = /^It is not a picture/.test(reason);
  if (WHOLE.has(state)) return false;
  if (state === 'empty') return reason === 'The file is empty.';
  if (!DAMAGED.has(state)) return saysNone;
  if (saysDamaged) return true;
  if (saysNone) return hit < HEAD_BYTES;
  // Headers that were changed say something else.
  return state === 'changed' && format.family !== 'PNG' && /^It is a|not read|megapixels|too large/.test(reason);
}

function shown(quarters: readonly Rgb[]): string {
  return quarters.map((rgb) => `(${rgb.map(Math.round).join()})`).join(' ');
}
