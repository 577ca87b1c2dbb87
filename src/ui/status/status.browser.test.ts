import { type Component, createComponent, createSignal } from 'solid-js';
import { render } from 'solid-js/web';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Locator, page, userEvent } from 'vitest/browser';
import type { IndexInfo } from '../../protocol/query-worker.ts';
import { type App, AppContext } from '../context.ts';
import { DeleteEverything } from './delete-everything.tsx';
import { OfflineFacts } from './offline-facts.tsx';
import { Index } from './status-panel.tsx';
import '../styles/main.css';

const [canInstall, setCanInstall] = createSignal(false);
const [index, setIndex] = createSignal<IndexInfo>();
let pieceBytes = 0;
const app = {
  log: { database: () => Promise.reject(new Error('The log stays.')) },
  library: { isUsed: () => false },
  session: { kept: () => undefined, index: () => index() },
  offline: {
    supported: true,
    online: () => true,
    shell: () => true,
    pictures: () => undefined,
    problem: () => undefined,
    canInstall,
    install: async () => setCanInstall(false),
    pieceBytes: async () => pieceBytes,
    deletePieces: async () => {
      pieceBytes = 0;
    },
    forget: async () => {},
  },
} as unknown as App;

let cleanup = () => {};

function show(part: Component): void {
  const root = document.createElement('main');
  document.body.append(root);
  const dispose = render(
    () =>
      createComponent(AppContext.Provider, {
        value: app,
        get children() {
          return createComponent(part, {});
        },
      }),
    root,
  );
  cleanup = () => {
    dispose();
    root.remove();
  };
}

beforeEach(() => void setCanInstall(true));
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

describe('what was read of collections on their host', () => {
  it('is not spoken of where there is nothing', async () => {
    show(OfflineFacts);
    await expect.element(page.getByText('Persistent')).toBeInTheDocument();
    expect(page.getByText('Read in parts').elements()).toEqual([]);
  });

  it('is counted beside its limit, and can be deleted', async () => {
    pieceBytes = 12_300_000;
    show(OfflineFacts);
    await expect.element(page.getByText('12 MB of at most 256 MB')).toBeInTheDocument();
    await page.getByRole('button', { name: 'Delete what was read in parts' }).click();
    await expect.element(page.getByText('What was read of collections on their host is deleted.')).toBeInTheDocument();
    expect(page.getByText('Read in parts').elements()).toEqual([]);
    await expect.element(page.getByRole('heading', { name: 'Offline' })).toHaveFocus();
  });
});

describe('what is said of the index', () => {
  const hnsw = { kind: 'hnsw', reason: 'It came with it.', count: 1594, dim: 256, loadMs: 12 } as const;
  const recall = { index: 'hnsw', found: 0.9876, queries: 100 } as const;

  it('is how much it finds, where that was measured', async () => {
    setIndex({ ...hnsw, recall });
    show(Index);
    await expect.element(page.getByText('98.7 % of the ten nearest pictures')).toBeVisible();
    await expect.element(page.getByText('What the HNSW graph found when it was built, asked 100 times.')).toBeVisible();
    setIndex({ ...hnsw, kind: 'exact', recall: { ...recall, found: 0.31 } });
    await expect.element(page.getByText(/^31 % of/)).toHaveTextContent('asked 100 times. It is not in use.');
    setIndex(hnsw);
    await expect.poll(() => page.getByText('nearest pictures').elements()).toEqual([]);
  });
});

const button = (name: string) => page.getByRole('button', { name });

async function press(pressed: Locator): Promise<void> {
  await expect.element(pressed).toBeEnabled();
  (pressed.element() as HTMLElement).focus();
  await userEvent.keyboard('{Enter}');
}

describe('the keyboard in the panel of the status, where the button that was pressed goes', () => {
  it('follows the question whether to delete everything, and returns', async () => {
    show(DeleteEverything);
    await press(button('Delete everything'));
    await expect.element(button('Keep it')).toHaveFocus();
    await userEvent.keyboard('{Enter}');
    await expect.element(button('Delete everything')).toHaveFocus();
  });

  it('returns where not everything could be deleted', async () => {
    show(DeleteEverything);
    await press(button('Delete everything'));
    await press(button('Yes, delete it all'));
    await expect.element(page.getByRole('alert')).toHaveTextContent('The log stays.');
    await expect.element(button('Delete everything')).toHaveFocus();
  });

  it('stays near what the browser was asked for', async () => {
    const persisted = vi.spyOn(navigator.storage, 'persisted').mockResolvedValue(false);
    const persist = vi.spyOn(navigator.storage, 'persist').mockResolvedValue(false);
    show(OfflineFacts);
    const ask = button('Ask the browser not to remove it');
    await press(ask);
    await expect.element(page.getByRole('status')).toHaveTextContent('The browser did not promise it.');
    await expect.element(ask).toHaveFocus();
    persist.mockResolvedValue(true);
    persisted.mockResolvedValue(true);
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByRole('status')).toHaveTextContent('The browser does not remove it by itself.');
    const title = page.getByRole('heading', { name: 'Offline' });
    await expect.element(title).toHaveFocus();
    await press(button('Install'));
    await expect.poll(() => page.getByRole('button').elements()).toEqual([]);
    await expect.element(title).toHaveFocus();
  });
});
