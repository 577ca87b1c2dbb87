import axe from 'axe-core';
import { afterEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { AfterimageError } from '../../engine/errors.ts';
import type { FailedFile } from '../../protocol/library-worker.ts';
import { type FakeLibrary, fakeFolder } from '../../state/library/testing.ts';
import LibraryView from './library-view.tsx';
import { type ShownLibrary, showLibrary } from './testing.ts';
import '../styles/main.css';

let shown: ShownLibrary | undefined;
afterEach(() => shown?.remove());

function show(prepare?: (client: FakeLibrary) => void): ShownLibrary {
  shown = showLibrary(LibraryView, prepare);
  return shown;
}

const button = (name: string) => page.getByRole('button', { name, exact: true });
const heading = (name: string) => page.getByRole('heading', { name, exact: true });
/** What was asked of the library, but for what the view reads by itself. */
const names = ({ client }: ShownLibrary) =>
  client.calls.map(([name]) => name).filter((name) => !['overview', 'countRemoved'].includes(name));

async function violations(): Promise<string[]> {
  await Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => undefined)));
  const found = await axe.run(document.querySelector('main') ?? document.body);
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

const picture = (name: string) => new File(['x'], name, { type: 'image/jpeg' });
const failed = (id: number, path: string, canRetry = true): FailedFile => ({
  ...{ id, path, canRetry, code: 'picture-unreadable', reason: 'The file is damaged.' },
});

describe('adding', () => {
  it('says before the first picture what will happen, and then no more', async () => {
    const { client } = show();
    await expect.element(heading('What happens then')).toBeVisible();
    client.change({ count: 1 });
    await expect.poll(() => heading('What happens then').elements()).toEqual([]);
  });

  it('takes chosen pictures, and the same ones once more', async () => {
    const { client } = show();
    const input = page.getByLabelText('Pictures', { exact: true });
    await userEvent.upload(input, [picture('a.jpg'), picture('b.jpg')]);
    await expect.poll(() => client.added).toHaveLength(1);
    expect(client.added[0]).toMatchObject({ kind: 'files', files: [{ path: 'a.jpg' }, { path: 'b.jpg' }] });
    await expect.element(heading('Adding your pictures')).toBeVisible();
    await userEvent.upload(input, [picture('a.jpg'), picture('b.jpg')]);
    await expect.poll(() => client.added).toHaveLength(2);
  });

  it('takes a folder by its handle', async () => {
    const { client } = show();
    const folder = await navigator.storage.getDirectory();
    Object.assign(window, { showDirectoryPicker: async () => folder });
    await button('Choose a folder').click();
    await expect.poll(() => client.added).toEqual([{ kind: 'folder', handle: folder }]);
    await expect.element(heading('Looking for pictures')).toBeVisible();
  });

  it('says nothing where the visitor changed their mind, and why where a folder cannot be opened', async () => {
    const { client } = show();
    const answers = [new DOMException('', 'AbortError'), new DOMException('Not this one.', 'SecurityError')];
    Object.assign(window, { showDirectoryPicker: () => Promise.reject(answers.shift()) });
    await button('Choose a folder').click();
    await expect.poll(() => answers).toHaveLength(1);
    expect(page.getByText(/could not be opened/).elements()).toEqual([]);
    await button('Choose a folder').click();
    await expect.element(page.getByText('The folder could not be opened. Not this one.')).toBeVisible();
    expect(client.added).toEqual([]);
  });

  it('says what cannot be added', async () => {
    const { client } = show();
    client.breakNext('add', new AfterimageError('quota-exceeded', 'The disk is full.'));
    await userEvent.upload(page.getByLabelText('Pictures', { exact: true }), [picture('a.jpg')]);
    await expect.element(page.getByText('The disk is full.')).toBeVisible();
  });
});

describe('the queue', () => {
  const running = { state: 'running', done: 250, known: 10, failed: 5, left: 745, perSecond: 12.4 } as const;

  it('shows how far it is', async () => {
    const { client } = show();
    client.go({ ...running, secondsLeft: 61, newest: { id: '1', name: 'Photos/<b>a</b>.jpg' } });
    await expect.element(page.getByText('255 of 1,000, about 1 minute left')).toBeVisible();
    await expect.element(page.getByText('12 pictures a second', { exact: true })).toBeVisible();
    await expect.element(page.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '25');
    await expect.element(page.getByText('Photos/<b>a</b>.jpg')).toBeVisible();
    await expect.poll(() => document.querySelector<HTMLImageElement>('.library-newest img')?.naturalWidth).toBe(8);
    expect(await violations()).toEqual([]);
  });

  it('says how far a long list is read, and cancels that too', async () => {
    const view = show();
    view.client.send({ type: 'reading', reading: { read: 512, total: 20_000 } });
    await expect.element(heading('Looking for pictures')).toBeVisible();
    await expect.element(page.getByText('Reading the list: 512 of 20,000 files')).toBeVisible();
    expect(await violations()).toEqual([]);
    await button('Cancel').click();
    await expect.poll(() => names(view)).toEqual(['cancel']);
    view.client.send({ type: 'reading', reading: null });
    await expect.poll(() => heading('Looking for pictures').elements()).toEqual([]);
  });

  it('is paused, goes on and is cancelled, and the keyboard stays where it is', async () => {
    const view = show();
    view.client.go(running);
    const pause = button('Pause');
    await expect.element(pause).toBeVisible();
    (pause.element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
    await expect.element(button('Continue')).toHaveFocus();
    await expect.element(heading('Adding is paused')).toBeVisible();
    await userEvent.keyboard('{Enter}');
    await expect.element(button('Pause')).toHaveFocus();
    await button('Cancel').click();
    await expect.poll(() => names(view)).toEqual(['pause', 'resume', 'cancel']);
    await expect.element(page.getByText('240 files added, 10 were there already, 5 could not be added.')).toBeVisible();
  });

  it('says what to do where it stopped by itself', async () => {
    const { client } = show();
    client.go({
      ...running,
      state: 'paused',
      problem: { code: 'quota-exceeded', message: 'There is no more room in this browser.' },
    });
    await expect.element(page.getByRole('alert')).toHaveTextContent(/no more room.*Make room on this device/);
    expect(await violations()).toEqual([]);
    await button('Continue').click();
    await expect.poll(() => page.getByRole('alert').elements()).toEqual([]);
  });

  it('asks for a folder again, and for files that cannot be opened again', async () => {
    const view = show((client) =>
      client.change({ count: 3, folders: [fakeFolder(1, 'Photos', { access: 'prompt' })] }),
    );
    view.client.go({ state: 'waiting', left: 9, toChoose: 2 });
    await expect.element(page.getByText(/cannot open 2 files again/)).toBeVisible();
    expect(await violations()).toEqual([]);
    await userEvent.upload(page.getByLabelText('Pictures to choose again'), [picture('a.jpg')]);
    await expect.poll(() => view.client.added).toHaveLength(1);
    view.client.go({ state: 'waiting' });
    const folder = page.getByLabelText('Folder to choose again').element() as HTMLInputElement;
    let asked = 0;
    folder.click = () => asked++;
    await button('Choose their folder again').click();
    expect([folder.webkitdirectory, asked]).toEqual([true, 1]);
    await button('Allow reading “Photos” again').click();
    await expect.poll(() => names(view)).toEqual(['add', 'resume']);
  });

  it('does not go on where the visitor does not allow it', async () => {
    const handle = { name: 'Photos', requestPermission: async () => 'denied' } as unknown as FileSystemDirectoryHandle;
    const view = show((client) => client.change({ folders: [fakeFolder(1, 'Photos', { access: 'prompt', handle })] }));
    view.client.go({ state: 'waiting', left: 9 });
    await button('Allow reading “Photos” again').click();
    await view.library.read();
    expect(names(view)).toEqual([]);
  });
});

describe('files that failed', () => {
  it('are listed with their reasons, as text, and tried again', async () => {
    const long = `${'ä'.repeat(120)}<img src=x>.jpg`;
    const view = show((client) => client.fail([failed(1, long), failed(2, 'b.jpg'), failed(3, 'c.jpg', false)]));
    await expect.element(heading('3 files could not be added')).toBeVisible();
    await expect.element(page.getByText(long)).toBeVisible();
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(innerWidth);
    expect(page.getByText('The file is damaged.').elements()).toHaveLength(3);
    expect(await violations()).toEqual([]);
    await button('Try again: b.jpg').click();
    await expect.element(heading('2 files could not be added')).toHaveFocus();
    await button('Try all again').click();
    await expect.element(heading('Your pictures')).toHaveFocus();
    expect(view.client.calls.filter(([name]) => name === 'retry')).toEqual([
      ['retry', [2]],
      ['retry', undefined],
    ]);
  });

  it('are forgotten, when nobody wants them', async () => {
    const view = show((client) => client.fail([failed(1, 'a.jpg'), failed(2, 'b.jpg', false)]));
    await button('Clear this list').click();
    await expect.element(heading('Your pictures')).toHaveFocus();
    expect(names(view).filter((name) => name !== 'failures')).toEqual(['dismissFailures']);
  });

  it('are shown a hundred at a time', async () => {
    show((client) => client.fail(Array.from({ length: 250 }, (_, i) => failed(i, `${i}.jpg`))));
    const lines = () => page.getByText('The file is damaged.').elements().length;
    await expect.poll(lines).toBe(100);
    await button('Show more (150)').click();
    await expect.poll(lines).toBe(200);
    await button('Show more (50)').click();
    await expect.poll(lines).toBe(250);
  });
});

describe('folders', () => {
  it('are looked through again', async () => {
    const view = show((client) => client.change({ count: 7, folders: [fakeFolder(4, 'Photos', { count: 7 })] }));
    await expect.element(page.getByText('7 pictures. Can be read.')).toBeVisible();
    await button('Look for changes in Photos').click();
    await expect.poll(() => view.client.calls).toContainEqual(['rescan', 4]);
  });

  it('are forgotten, with their pictures or without', async () => {
    const folders = [fakeFolder(1, 'One'), fakeFolder(2, 'Two')];
    const { client } = show((made) => made.change({ count: 7, folders }));
    await button('Forget One').click();
    await expect.element(button('Keep them here')).toHaveFocus();
    expect(await violations()).toEqual([]);
    await button('Cancel').click();
    await expect.element(button('Forget One')).toHaveFocus();
    await button('Forget One').click();
    await button('Keep them here').click();
    await expect.poll(() => client.calls).toContainEqual(['forgetFolder', 1, false]);
    await expect.element(heading('Folders')).toHaveFocus();
    await button('Forget Two').click();
    await button('Delete them here').click();
    await expect.poll(() => client.calls).toContainEqual(['forgetFolder', 2, true]);
    await expect.element(heading('Your pictures')).toHaveFocus();
  });
});

it('brings back what was deleted, also when the notice that could is gone', async () => {
  const { client, library, notices } = show((made) => made.change({ count: 5 }));
  await library.remove(['a', 'b', 'c']);
  notices.dismiss('library-removed');
  await expect.element(page.getByText(/^3 pictures that you deleted can be brought back/)).toBeVisible();
  expect(await violations()).toEqual([]);
  await button('Bring them back').click();
  await expect.element(heading('Your pictures')).toHaveFocus();
  await expect.poll(() => heading('Deleted').elements()).toEqual([]);
  expect(library.overview()?.count).toBe(5);
  expect(client.calls.map(([name]) => name)).toContain('restoreAll');
});

describe('what is stored', () => {
  it('is counted, asked to be kept when the first pictures are in, and deleted after a question', async () => {
    const { client, persisted } = show();
    await expect.poll(() => client.calls.length).toBeGreaterThan(0);
    expect(persisted()).toBe(0);
    client.change({ count: 1204, usage: { used: 310e6, quota: 12e9 } });
    await expect.element(page.getByText('1,204 pictures, 310 MB of 12 GB')).toBeVisible();
    await expect.poll(persisted).toBe(1);
    await button('Delete all my pictures').click();
    await expect.element(button('Keep them')).toHaveFocus();
    await userEvent.keyboard('{Enter}');
    await expect.element(button('Delete all my pictures')).toHaveFocus();
    await button('Delete all my pictures').click();
    expect(await violations()).toEqual([]);
    await button('Yes, delete them all').click();
    await expect.element(heading('Your pictures')).toHaveFocus();
    expect(client.calls.map(([name]) => name)).toContain('clear');
  });

  it('stays where deleting it fails, and says why', async () => {
    const { client } = show((made) => made.change({ count: 3 }));
    client.breakNext('clear', new AfterimageError('database-blocked', 'Another tab holds them.'));
    await button('Delete all my pictures').click();
    await button('Yes, delete them all').click();
    await expect.element(page.getByRole('alert')).toHaveTextContent('Another tab holds them.');
  });

  it('is told when it had to be repaired', async () => {
    show((client) => client.change({ count: 3, repairs: ['Two thumbnails were missing; they were made again.'] }));
    await expect.element(page.getByText('Two thumbnails were missing; they were made again.')).toBeVisible();
  });
});

it('says why the pictures cannot be read, and tries again', async () => {
  show((made) =>
    made.breakNext('overview', new AfterimageError('database-unavailable', 'This browser does not allow storage.')),
  );
  await expect.element(page.getByRole('alert')).toHaveTextContent('This browser does not allow storage.');
  await button('Try again').click();
  await expect.poll(() => page.getByRole('alert').elements()).toEqual([]);
});
