import { expect, test } from 'vitest';
import { escapeControls, escapeLines, printable } from './printable.ts';

test('control characters never reach the terminal', () => {
  expect(printable('a\nusage: b\x1b[2Jc\u202Ed\x9b2Je')).toBe('a\\u{a}usage: b\\u{1b}[2Jc\\u{202e}d\\u{9b}2Je');
  expect(printable('猫 ünïcödé')).toBe('猫 ünïcödé');
});

test('names are cut, messages are not', () => {
  expect(printable('x'.repeat(5000)).length).toBeLessThan(400);
  expect(escapeControls(`${'x'.repeat(5000)}\n`)).toBe(`${'x'.repeat(5000)}\\u{a}`);
});

test('a stack keeps its lines, and only those', () => {
  expect(escapeLines('Error: a\x1b]0;b\x07\r\n  at c')).toBe('Error: a\\u{1b}]0;b\\u{7}\\u{d}\n  at c');
});
