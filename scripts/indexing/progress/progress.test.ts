import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { readCaptions } from '../options/captions.ts';
import { createProgress, duration } from './progress.ts';

test('durations', () => {
  expect([0.2, 59.5, 61, 3700].map(duration)).toEqual(['1 s', '1 min 0 s', '1 min 1 s', '1 h 1 min']);
});

test('without a terminal, what matters is a line each', () => {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  }) as unknown as NodeJS.WriteStream; // a stream that is no terminal
  const progress = createProgress(stream);
  progress.onEvent({ type: 'listed', files: 2, others: 1 });
  progress.onEvent({ type: 'problem', problem: { name: 'a\nb.jpg', reason: 'It is damaged.' } });
  progress.onEvent({ type: 'graph', done: 0, total: 2 });
  progress.onEvent({ type: 'graph', done: 2, total: 2 });
  progress.stop();
  expect(text).toBe('2 pictures, 1 other file\nSkipped a\\u{a}b.jpg: It is damaged.\n');
});

test('captions of another shape are refused', () => {
  expect(readCaptions('{"a.jpg": {"title": "A"}}', 'c.json').get('a.jpg')).toEqual({ title: 'A', licence: null });
  expect(readCaptions('{"__proto__": {"title": "A"}}', 'c.json').get('__proto__')).toEqual({
    title: 'A',
    licence: null,
  });
  for (const text of ['', '[]', '3', '{"a.jpg": "A"}', '{"a.jpg": {"title": 3}}', '{"a.jpg": null}']) {
    expect(() => readCaptions(text, 'c.json'), text).toThrow(/c\.json/);
  }
});
