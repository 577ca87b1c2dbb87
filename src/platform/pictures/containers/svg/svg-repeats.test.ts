import fc from 'fast-check';
import { expect, test } from 'vitest';
import { repeatedElements } from './svg-repeats.ts';

/** Groups of `n` uses of the group before, `levels` deep. */
function nested(levels: number, n: number, use = (id: string) => `<use href="#${id}"/>`): string {
  const groups = Array.from({ length: levels }, (_, i) => `<g id="g${i + 1}">${use(`g${i}`).repeat(n)}</g>`);
  return `<svg><defs><g id="g0"><rect/></g>${groups.join('')}</defs>${use(`g${levels}`)}</svg>`;
}

test('what is drawn again counts as often as it is drawn', () => {
  expect(repeatedElements('<svg><rect/><g><path d="M0 0"/></g></svg>')).toBe(0);
  expect(repeatedElements('<svg><rect id="a"/><use href="#a"/><use xlink:href=" #a "/></svg>')).toBe(2);
  expect(repeatedElements("<svg><rect id='a'/><use href='#a'/></svg>")).toBe(1);
  expect(repeatedElements('<svg><g id="a"><rect/><rect/></g><use href="#a"/></svg>')).toBe(3);
  expect(repeatedElements(`<svg><mask id="a"><rect/></mask><rect style="fill: red; mask: url( '#a' )"/></svg>`)).toBe(
    2,
  );
  expect(
    repeatedElements('<svg><filter id="a"><feBlend/></filter><rect filter="url(#a)" clip-path="url(#a)"/></svg>'),
  ).toBe(4);
});

test('what nests grows with every level, whatever it is nested by', () => {
  const mask = (id: string) => `<rect mask="url(#${id})"/>`;
  for (const use of [undefined, mask]) {
    expect(repeatedElements(nested(1, 10, use))).toBeLessThan(100);
    expect(repeatedElements(nested(4, 10, use))).toBeGreaterThan(20_000);
    expect(repeatedElements(nested(30, 10, use))).toBeGreaterThan(1e20);
  }
});

test('text in comments and sections, ends that are missing and references that lead nowhere count for nothing', () => {
  expect(repeatedElements('<svg><!-- <use href="#a"/> --><![CDATA[<use href="#a"/>]]><rect id="a"/></svg>')).toBe(0);
  expect(repeatedElements('<svg><rect id="a" title="<use href=#a/>"/><use href="#b"/><use href="other.svg#a"/>')).toBe(
    0,
  );
  expect(repeatedElements('<?xml version="1.0"?><!DOCTYPE svg><svg><g id="a"><use href="#a"/></g></svg>')).toBe(0);
});

test('what contains itself ends, and what is too deep is endless', () => {
  expect(repeatedElements('<svg><g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g></svg>')).toBeLessThan(10);
  expect(repeatedElements(`<svg>${'<g>'.repeat(200_000)}</svg>`)).toBe(Number.POSITIVE_INFINITY);
  const chain = Array.from({ length: 5000 }, (_, i) => `<g id="c${i}"><use href="#c${i + 1}"/></g>`);
  expect(repeatedElements(`<svg>${chain.join('')}</svg>`)).toBe(Number.POSITIVE_INFINITY);
});

test('no text makes it throw or take long', () => {
  const part = fc.constantFrom(
    '<g id="a">',
    '</g>',
    '<use href="#a"/>',
    '"',
    "'",
    '<',
    '>',
    '<!--',
    ']]>',
    ' a=',
    'url(#a)',
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(part, { maxLength: 60 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, (one) => {
      expect(repeatedElements(one)).toBeGreaterThanOrEqual(0);
    }),
  );
  const start = performance.now();
  for (const piece of ['<a ', '<a b="', '<!--', '<![CDATA[', '<', '<a>', '<a b=\'"', 'url(#', '<a b=c ']) {
    repeatedElements(`<svg>${piece.repeat(100_000)}`);
  }
  for (const piece of ['b', 'b ', '=', 'b="" ', 'b="url(#', `b='" '`]) {
    repeatedElements(`<svg ${piece.repeat(100_000)}>`);
  }
  expect(performance.now() - start).toBeLessThan(10_000);
});
