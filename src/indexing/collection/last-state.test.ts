import { expect, test } from 'vitest';
import { saidBy } from './last-state.ts';

const TEXTS = { title: 'Holiday', description: 'By the sea', licence: 'CC0', examples: ['a boat'] };
const OLDER = { format: 'afterimage-collection', version: 1, name: 'x', ...TEXTS, members: 'of that version' };
const NOTHING = { title: undefined, description: undefined, licence: undefined, examples: undefined };

test('the texts of a manifest of any version, and nothing else of it', () => {
  expect(saidBy(JSON.stringify(OLDER), 'x')).toEqual(TEXTS);
  expect(saidBy(JSON.stringify({ ...OLDER, licence: null, examples: [] }), 'x')).toMatchObject({
    licence: null,
    examples: [],
  });
});

test.each([
  ['title', ''],
  ['title', 'x'.repeat(501)],
  ['title', 7],
  ['title', undefined],
  ['description', 'x'.repeat(5001)],
  ['description', null],
  ['licence', ''],
  ['licence', { text: 'CC0' }],
  ['examples', 'a boat'],
  ['examples', ['a boat', 7]],
  ['examples', Array(101).fill('a boat')],
])('a %s that manifests cannot have is dropped alone (%#)', (key, value) => {
  expect(saidBy(JSON.stringify({ ...OLDER, [key]: value }), 'x')).toEqual({ ...TEXTS, [key]: undefined });
});

test.each([
  ['nothing', ''],
  ['no JSON', '{"format": "afterimage-coll'],
  ['something else', '["afterimage-collection"]'],
  ["another program's manifest", JSON.stringify({ ...OLDER, format: 'webapp' })],
  ['a copy of another collection', JSON.stringify({ ...OLDER, name: 'y' })],
])('%s says nothing', (_, manifest) => {
  expect({ ...NOTHING, ...saidBy(manifest, 'x') }).toEqual(NOTHING);
});
