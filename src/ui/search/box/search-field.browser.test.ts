import { createSignal } from 'solid-js';
import { createComponent, render } from 'solid-js/web';
import { afterEach, expect, test, vi } from 'vitest';
import type { Choice } from '../../../state/search/context.ts';
import { createCompletions } from './completions.ts';
import { SearchField } from './search-field.tsx';

const onCommit = vi.fn();
const onLeave = vi.fn();
let end = () => {};
afterEach(() => {
  end();
  vi.clearAllMocks();
});

function show(values: (field: string, prefix: string) => Promise<readonly Choice[]>) {
  const root = document.createElement('div');
  document.body.append(root);
  const [value, setValue] = createSignal('');
  const dispose = render(
    () =>
      createComponent(SearchField, {
        get value() {
          return value();
        },
        ...{ autofocus: false, busy: false, onInput: setValue, onCommit, onLeave },
        ...{ ref: () => {}, onCut: () => {}, onComposing: () => {}, onPicture: () => {} },
        completions: createCompletions(values),
      }),
    root,
  );
  end = () => {
    dispose();
    root.remove();
  };
  const input = root.querySelector('input') ?? expect.fail();
  const type = (text: string, event: InputEventInit = {}) => {
    input.value = text;
    input.setSelectionRange(text.length, text.length);
    input.dispatchEvent(new InputEvent('input', { bubbles: true, ...event }));
  };
  const press = (key: string, more: KeyboardEventInit = {}) => {
    const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
    input.dispatchEvent(event);
    return event;
  };
  return { root, input, type, press, value };
}

const shown = () => [...document.querySelectorAll('[role=option] .completion-value')].map((one) => one.textContent);
const folders = async (_field: string, prefix: string) =>
  ['Holiday', 'Home "1"'].filter((folder) => folder.startsWith(prefix)).map((value) => ({ value, count: 2 }));

test('a value with spaces and quotation marks is taken in quotation marks', async () => {
  const { type, press, value } = show(folders);
  type('dog folder:H');
  await expect.poll(shown).toEqual(['Holiday', 'Home "1"']);
  press('ArrowUp');
  expect(press('Enter').defaultPrevented).toBe(true);
  expect(value()).toBe('dog folder:"Home ""1""" ');
  await expect.poll(shown).toEqual([]);
  expect(onCommit).not.toHaveBeenCalled();
});

test('arrows go through the options and past them, and the field names the active one', async () => {
  const { input, type, press } = show(folders);
  type('folder:');
  await expect.poll(shown).toHaveLength(2);
  const active = () => document.getElementById(input.getAttribute('aria-activedescendant') ?? '')?.textContent ?? '';
  expect(active()).toBe('');
  press('ArrowDown');
  expect(active()).toContain('Holiday');
  press('ArrowDown');
  press('ArrowDown');
  expect(active(), 'past the last is the field itself').toBe('');
  expect(onLeave).not.toHaveBeenCalled();
  press('Escape');
  expect(shown()).toEqual([]);
  expect(input.getAttribute('aria-expanded')).toBe('false');
  expect(input.value, 'Escape closes the list first').toBe('folder:');
  press('ArrowDown');
  expect(onLeave).toHaveBeenCalledTimes(1);
});

test('Shift and Tab leave the field, and so does Tab where nothing is open', async () => {
  const { type, press } = show(folders);
  type('fo');
  await expect.poll(shown).toEqual(['folder:']);
  expect(press('Tab', { shiftKey: true }).defaultPrevented).toBe(false);
  press('Escape');
  expect(press('Tab').defaultPrevented).toBe(false);
});

test('what comes late is not taken for another text', async () => {
  const answers: ((choices: readonly Choice[]) => void)[] = [];
  const { type, press, value } = show((_field, _prefix) => new Promise((resolve) => void answers.push(resolve)));
  type('folder:a');
  type('folder:ab');
  answers[0]?.([{ value: 'a-late' }]);
  await Promise.resolve();
  press('Tab');
  expect(value()).toBe('folder:ab');
  answers[1]?.([{ value: 'abc' }]);
  await expect.poll(shown).toEqual(['abc']);
  press('Tab');
  expect(value()).toBe('folder:abc ');
});

test('values that cannot be read leave the box as it is', async () => {
  const { type } = show(() => Promise.reject(new Error('away')));
  type('folder:a');
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(shown()).toEqual([]);
  type('folder:a fo');
  await expect.poll(shown).toEqual(['folder:']);
});

test('nothing opens while an input method composes', async () => {
  const { input, type } = show(folders);
  input.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }));
  type('folder:', { isComposing: true });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(shown()).toEqual([]);
});

test('a click takes an option, and the field keeps the keyboard', async () => {
  const { input, root, type, value } = show(folders);
  input.focus();
  type('folder:Ho');
  await expect.poll(shown).toHaveLength(2);
  const option = root.querySelector<HTMLElement>('[role=option]') ?? expect.fail();
  expect(option.dispatchEvent(new MouseEvent('mousedown', { bubbles: true, cancelable: true }))).toBe(false);
  option.click();
  expect(value()).toBe('folder:Holiday ');
  expect(document.activeElement).toBe(input);
});
