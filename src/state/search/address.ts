import { type Accessor, createSignal, onCleanup } from 'solid-js';
import { INDEX_WAYS } from '../../engine/collection/types.ts';
import { AfterimageError } from '../../engine/errors.ts';
import { boxText, meansItself, withBox } from '../../engine/query/box/format-box.ts';
import { parseBox } from '../../engine/query/box/read-box.ts';
import { isEmpty, plainText, type Query, textQuery } from '../../engine/query/query.ts';
import { parseQuery, sameQuery, serialise } from '../../engine/query/serialise.ts';
import type { DevicePreference, IndexPreference } from '../../protocol/query-worker.ts';

export const VIEWS = ['search', 'library', 'albums', 'copies', 'log', 'about', 'status'] as const;
export type View = (typeof VIEWS)[number];

/** In which order pictures are shown: as they rank, or, while browsing, as they come; or by date. */
export const SORTS = ['similarity', 'newest', 'oldest'] as const;
export type Sort = (typeof SORTS)[number];

/** What the page shows: everything that a link shares. */
export interface Address {
  /** What the box and pictures say. A text alone is here as it was typed. */
  readonly query: Query;
  /** What stands in the box: as it was typed, of a link as `boxText` writes it. */
  readonly text: string;
  /** What stands in the place of a query and cannot be read: it stays there until something else is searched for. */
  readonly unread: string | null;
  /** Pictures are found by their names too; null: as suits the collection (context.ts). */
  readonly names: boolean | null;
  /** Collection name; null: the first one. */
  readonly collection: string | null;
  readonly view: View;
  readonly sort: Sort;
  /** Id of the item in the detail view. */
  readonly item: string | null;
  readonly device: DevicePreference;
  readonly index: IndexPreference;
  /** Threads of the text tower on WebAssembly; null: as many as suit the machine. */
  readonly threads: number | null;
}

const MAX_THREADS = 16;
/** Characters that the field takes; no text tower reads more than some seventy words. */
export const MAX_QUERY = 500;
const DEVICES = ['auto', 'webgpu', 'wasm'] as const;
const INDEXES = ['auto', ...INDEX_WAYS] as const;

function oneOf<T extends string>(value: string | null, allowed: readonly [T, ...T[]]): T {
  return allowed.find((each) => each === value) ?? allowed[0];
}

function flagOf(value: string | null): boolean | null {
  return value === '1' ? true : value === '0' ? false : null;
}

function threadsOf(value: string | null): number | null {
  return value !== null && /^[1-9]\d?$/.test(value) && Number(value) <= MAX_THREADS ? Number(value) : null;
}

/**
 * The address in a query string. A text is `?q=dog`, any other query `?query=1_…` (serialise.ts). Other programs may write
 * into `q` whatever can be typed. Unknown parameters and values are ignored.
 */
export function parseAddress(search: string): Address {
  const parameters = new URLSearchParams(search);
  const written = parameters.get('query');
  const typed = (parameters.get('q') ?? '').slice(0, MAX_QUERY);
  const query = written === null ? parseBox(typed) : parseQuery(written);
  const isRead = !(query instanceof AfterimageError);
  return {
    query: isRead ? query : textQuery(''),
    text: written === null ? typed : isRead ? boxText(query) : '',
    unread: isRead ? null : written,
    names: flagOf(parameters.get('names')),
    collection: parameters.get('c') || null,
    view: oneOf(parameters.get('view'), VIEWS),
    sort: oneOf(parameters.get('sort'), SORTS),
    item: parameters.get('p') || null,
    device: oneOf(parameters.get('device'), DEVICES),
    index: oneOf(parameters.get('index'), INDEXES),
    threads: threadsOf(parameters.get('threads')),
  };
}

/** The query string of an address, with its `?`; defaults are left out, so the first screen's is empty. */
export function formatAddress(address: Address): string {
  const parameters = new URLSearchParams();
  const text = plainText(address.query);
  if (text === undefined || !meansItself(text)) parameters.set('query', serialise(address.query));
  else if (text) parameters.set('q', text);
  else if (address.unread !== null) parameters.set('query', address.unread);
  if (address.names !== null) parameters.set('names', address.names ? '1' : '0');
  if (address.collection) parameters.set('c', address.collection);
  if (address.view !== 'search') parameters.set('view', address.view);
  if (address.sort !== 'similarity') parameters.set('sort', address.sort);
  if (address.device !== 'auto') parameters.set('device', address.device);
  if (address.index !== 'auto') parameters.set('index', address.index);
  if (address.threads !== null) parameters.set('threads', String(address.threads));
  if (address.item) parameters.set('p', address.item); // last, so that others can add it
  const all = parameters.toString();
  return all && `?${all}`;
}

/** What the page keeps in `history.state` of its entries. */
interface EntryState {
  /** What stood in the box, as it was typed. */
  readonly text?: string;
  /** The query is still being typed: the next letter replaces this entry instead of adding one. */
  readonly draft?: boolean;
  /** This entry opened something above the page that Back closes. */
  readonly overlay?: boolean;
  /** The search log's id of this entry's search, once that is completed, so that a later visit continues it. */
  readonly logged?: string;
  /** How far down the page was when it was left. */
  readonly scroll?: number;
}

export interface AddressBar {
  readonly current: Accessor<Address>;
  /** The query string for a link to the current address with some parts changed. */
  href(patch: Partial<Address>): string;
  /** A new history entry. `overlay`: closing it goes Back. */
  go(patch: Partial<Address>, options?: { overlay?: boolean }): void;
  /** Change the entry in place; the address bar shows it at once, or a moment later where changes follow each other fast. */
  replace(patch: Partial<Address>): void;
  /** The text of the box while it is typed: one entry, however many letters. Pictures of the query stay. */
  type(text: string): void;
  /** The typed query is meant: Back will return to it. */
  settle(): void;
  /** The search log's id of the search in this history entry; undefined while it is not completed. */
  logged(): string | undefined;
  setLogged(id: string): void;
  /** How far down the page was when this entry was left, in CSS pixels; the browser forgets it for pages made by scripts. */
  scroll(): number;
  /** Leave what `go(…, {overlay: true})` opened; where the page was loaded with it, `patch` closes it. */
  close(patch: Partial<Address>): void;
}

/** The text of a query in the box: what stands there already, where it says that. */
function textOf(query: Query, text: string): string {
  return !isEmpty(query) && says(text, query) ? text : boxText(query);
}

function says(text: string, query: Query): boolean {
  return sameQuery(withBox(query, text), query);
}

/** The address of the page, with the text that was typed where it still asks for the same. */
function readAddress({ text }: EntryState): Address {
  const address = parseAddress(location.search);
  return typeof text === 'string' && says(text, address.query) ? { ...address, text } : address;
}

/**
 * The least time between writes that may wait: Safari refuses more than 100 history changes in 30 seconds, which a fast
 * typist or an arrow key held down reaches. This makes 75, and leaves the rest to new entries.
 */
const WRITE_MS = 400;

/** The address bar as state: Back, Forward and links change it, and it changes them. */
export function createAddressBar(): AddressBar {
  let state: EntryState = (history.state as EntryState | null) ?? {};
  const [current, setCurrent] = createSignal(readAddress(state));
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** When the entry was written last, as `performance.now` gives it. */
  let written = Number.NEGATIVE_INFINITY;

  const url = (address: Address) => location.pathname + formatAddress(address);
  const write = () => {
    clearTimeout(timer);
    timer = undefined;
    written = performance.now();
    history.replaceState(state, '', url(current()));
  };
  const leave = () => {
    state = { ...state, scroll: scrollY };
    write();
  };
  /** At once where that is not too often: Back may follow, and then it is too late. */
  const writeSoon = () => {
    const wait = written + WRITE_MS - performance.now();
    if (wait <= 0) write();
    else timer ??= setTimeout(write, wait);
  };
  const changed = (patch: Partial<Address>): Address => ({
    ...current(),
    ...(patch.query && { unread: null, text: textOf(patch.query, current().text) }),
    ...patch,
  });
  const change = (patch: Partial<Address>) => setCurrent(changed(patch));
  const settle = () => {
    if (!state.draft) return;
    const { draft: _, ...rest } = state;
    state = rest;
    write();
  };
  const push = (patch: Partial<Address>, next: EntryState) => {
    settle();
    leave();
    const same = patch.query === undefined && patch.collection === undefined;
    state = same && state.logged !== undefined ? { ...next, logged: state.logged } : next;
    const address = changed(patch);
    state = { ...state, text: address.text };
    try {
      // First: what follows from the change may write to the entry.
      history.pushState(state, '', url(address));
    } finally {
      setCurrent(address);
    }
  };
  const onPopState = (event: PopStateEvent) => {
    clearTimeout(timer);
    timer = undefined;
    state = (event.state as EntryState | null) ?? {};
    setCurrent(readAddress(state));
  };

  addEventListener('popstate', onPopState);
  addEventListener('pagehide', leave);
  onCleanup(() => {
    removeEventListener('popstate', onPopState);
    removeEventListener('pagehide', leave);
  });

  return {
    current,
    href: (patch) => formatAddress(changed(patch)) || './',
    go: (patch, options = {}) => push(patch, options.overlay ? { overlay: true } : {}),
    replace(patch) {
      change(patch);
      state = { ...state, text: current().text };
      writeSoon();
    },
    type(text) {
      const patch = { query: withBox(current().query, text), text };
      if (!state.draft) return push(patch, { draft: true });
      state = { draft: true, text };
      change(patch);
      writeSoon();
    },
    settle,
    logged: () => state.logged,
    setLogged(id) {
      state = { ...state, logged: id };
      write();
    },
    scroll: () => state.scroll ?? 0,
    close(patch) {
      if (state.overlay) {
        if (timer !== undefined) write();
        return history.back();
      }
      change(patch);
      write();
    },
  };
}
