import { expect, test } from 'vitest';
import { temporaryFolder } from '../../indexing/testing.ts';
import { type Built, buildAndRead } from './build.ts';
import { check, type Verdict } from './check.ts';
import { makeFiles } from './make.ts';

const COUNT = 80;

const wrongOf = (verdicts: readonly Verdict[]) =>
  verdicts.filter(({ outcome }) => outcome === 'wrong').map(({ made, why }) => `${made.name}: ${why}`);

test('files of all kinds are in the collection as they were drawn, or named; what is wrong is noticed', async () => {
  const folder = await temporaryFolder();
  const files = await makeFiles(folder, COUNT, 7);
  const built = await buildAndRead(folder, await temporaryFolder());
  const verdicts = check(files, built);
  expect(wrongOf(verdicts)).toEqual([]);
  expect(new Set(files.map(({ format }) => format.family)).size).toBeGreaterThan(4);
  for (const outcome of ['right', 'named']) {
    expect(verdicts.filter((one) => one.outcome === outcome).length, outcome).toBeGreaterThan(5);
  }

  const whole = files.find(({ state, date }) => state === 'whole' && date.source !== 'file');
  if (!whole) throw new Error('there is no whole picture with a date');
  const { summary, pictures } = built;
  const one = pictures.filter(({ item }) => item.name === whole.name);
  const others = pictures.filter(({ item }) => item.name !== whole.name);
  const wrongIf = (changed: Partial<Built>) => wrongOf(check(files, { ...built, ...changed })).join('\n');
  const [first] = one;
  if (!first) throw new Error('it is not in the collection');
  const [a, b, c, d] = first.quarters;
  const named = {
    ...summary,
    problems: [...summary.problems, { name: whole.name, reason: 'The picture is damaged.' }],
  };
  expect(wrongIf({ pictures: others })).toContain('neither in the collection nor named');
  expect(wrongIf({ pictures: [...pictures, ...one] })).toContain('there 2 times');
  expect(wrongIf({ summary: named })).toContain('there 1 times and named 1');
  expect(wrongIf({ summary: named, pictures: others })).toContain('the reason is not true');
  expect(wrongIf({ pictures: [...others, { ...first, quarters: [b, a, d, c] }] })).toContain('colours');
  const redated = { ...first.item, date: '2000-01-01T00:00:00' };
  expect(wrongIf({ pictures: [...others, { ...first, item: redated }] })).toContain('2000-01-01T00:00:00');
  const problems = summary.problems.map(({ name }) => ({ name, reason: 'It is of a kind that is not read.' }));
  expect(wrongIf({ summary: { ...summary, problems } })).toContain('the reason is not true');
});

test('the same seed makes the same files, another one others', async () => {
  const make = async (seed: number) => makeFiles(await temporaryFolder(), 12, seed);
  expect(await make(3)).toEqual(await make(3));
  expect(await make(4)).not.toEqual(await make(3));
});
