import { withExtension } from '../../engine/collection/extensions/facts.ts';
import {
  type CollectionManifest,
  type Item,
  isKnown,
  PART_KINDS,
  type PartKind,
  PERCEPTUAL_HASH,
  SIGNATURE,
} from '../../engine/collection/types.ts';
import { AfterimageError } from '../../engine/errors.ts';
import type { Sha256 } from '../../engine/ports.ts';
import { withAdditions } from '../collection/carry.ts';
import { dateOf } from '../collection/dates.ts';
import { OF_FILES, withFacts } from '../collection/facts.ts';
import { countRemoved, createIds } from '../collection/ids.ts';
import { journalKey, knownPictures, readPrevious } from '../collection/known.ts';
import { lastState, noteOfUnreadable } from '../collection/last-state.ts';
import { type Content, publish } from '../collection/publish.ts';
import { codeWidth, isCoded } from '../indexes/code-shape.ts';
import type { Listing, Problem } from '../ports.ts';
import type { IndexPorts, IndexRequest, IndexSummary } from '../request.ts';
import { createStopwatch, type Stopwatch } from '../steps/stopwatch.ts';
import {
  absentPictures,
  type Found,
  notesOfAbsent,
  notesOfUnread,
  refuseUnknown,
  settle,
  withoutMoved,
} from './absent.ts';
import { embedFiles } from './embed.ts';
import { readMissing } from './read-missing.ts';

/**
 * Bring a collection to the state of its source: list, hash, decode and embed what is new, build the graph, put the
 * new state into place. What is known by its content is kept under whatever name; what is gone leaves. An interrupted
 * run loses the batch it was at, and readers see the old state or the new one.
 * @throws AfterimageError `nothing-to-index`, `index-too-large`, `usage` (codes of too short vectors; known pictures that
 *   are not there and would have to be read again, or may be, where what is known cannot be read), `not-writable`, `picture-unreadable` (when strict), and what the encoder throws. An aborted `signal` throws its reason.
 */
export async function indexPictures(request: IndexRequest, ports: IndexPorts): Promise<IndexSummary> {
  if (isCoded(request.index)) codeWidth(request.model.dim); // said at once, not after hours of embedding
  const stopwatch = createStopwatch();
  const listing = await stopwatch.time('list', () => ports.source.list(request.signal));
  ports.onEvent({ type: 'listed', files: listing.files.length, others: listing.others });
  refuseWrongSize(listing, request);
  await ports.store.open();
  try {
    return await indexListing(listing, request, ports, stopwatch);
  } finally {
    await ports.store.close();
  }
}

async function indexListing(
  listing: Listing,
  request: IndexRequest,
  ports: IndexPorts,
  stopwatch: Stopwatch,
): Promise<IndexSummary> {
  const start = performance.now();
  const { store } = ports;
  const last = await lastState(request, ports, readPrevious);
  refuseUnknown(listing, last);
  const anew = noteOfUnreadable(last, ', its pictures are embedded again');
  for (const message of anew) ports.onEvent({ type: 'note', message });
  const { previous } = last;
  const existing = await store.pictures();
  const journal = await store.journal(journalKey(request));
  const { known, undrawn, resumed } = await knownPictures(previous, journal, existing, request, ports.onEvent);
  if (resumed > 0) ports.onEvent({ type: 'resumed', pictures: resumed });
  const absent = absentPictures(listing, previous, { known, undrawn }, existing, ports.source);

  const embeddings = await embedFiles(listing.files, { ports, request, stopwatch, journal, known, undrawn, existing });
  const embedSeconds = (performance.now() - start) / 1000;
  await ports.hashes.save(listing.files).catch((error: unknown) => {
    const message = `The next run will read all files again, because their hashes cannot be remembered: ${error}`;
    ports.onEvent({ type: 'note', message });
  });
  const dated = await readMissing(embeddings, request, ports);
  const stay = withoutMoved(absent, dated, previous);
  const { pictures, problems, unread } = settle(listing, dated, previous, { known, undrawn }, existing);
  const notes = [...notesOfAbsent(listing, stay), ...notesOfUnread(unread)];
  for (const message of notes) ports.onEvent({ type: 'note', message });
  for (const problem of problems) ports.onEvent({ type: 'problem', problem });
  if (request.strict) refuseProblems([...problems, ...unread]);

  const found = [...pictures, ...stay].sort(byName);
  const assembled = await assemble(found, request, ports.sha256);
  const content = { ...assembled, items: withAdditions(assembled.items, previous, OF_FILES) };
  if (content.items.length === 0) throw nothingLeft(problems);
  const { manifest, unchanged, advice } = await publish(content, { ...last, existing, request, ports, stopwatch });
  const embedded = new Set(found.filter((one) => one.embedded).map(({ picture }) => picture.record.id)).size;
  return {
    collection: manifest.name,
    count: manifest.count,
    embedded,
    kept: manifest.count - content.copies - embedded,
    removed: countRemoved(previous?.items, content.items),
    copies: content.copies,
    problems,
    paired: listing.files.reduce((sum, { others = [] }) => sum + others.length, 0),
    others: listing.others,
    otherExtensions: listing.otherExtensions,
    leftOut: listing.leftOut,
    unchanged,
    index: manifest.index,
    advice,
    bytes: { ...partBytes(manifest), pictures: manifest.pictures.bytes },
    seconds: (performance.now() - start) / 1000,
    picturesPerSecond: embedded > 0 ? embedded / embedSeconds : null,
    milliseconds: stopwatch.timings,
  };
}

function refuseWrongSize(listing: Listing, { maxPictures, model, hnsw }: IndexRequest): void {
  const { files } = listing;
  if (files.length === 0) {
    throw new AfterimageError('nothing-to-index', `There are no pictures to index.${whyNone(listing)}`);
  }
  if (files.length <= maxPictures) return;
  throw new AfterimageError(
    'index-too-large',
    `${files.length} pictures are more than the ${maxPictures} that an HNSW graph of dimension ${model.dim} with ` +
      `M = ${hnsw.M} can hold (2 GiB of memory).`,
  );
}

function whyNone({ problems, unread, others, leftOut }: Listing): string {
  const [first] = [...problems, ...unread];
  if (first) return ` ${first.name}: ${first.reason}`;
  const [left] = leftOut;
  const what = left && ` Left out were ${left.count} × ${left.what}${leftOut.length > 1 ? ' and more' : ''}.`;
  return (others > 0 ? ` The ${others} files there are none.` : '') + (what ?? '');
}

/** By code units, as files are listed. */
function byName({ file: a }: Found, { file: b }: Found): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function refuseProblems(problems: readonly Problem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  const more = problems.length > 1 ? ` and ${problems.length - 1} more` : '';
  throw new AfterimageError(
    'picture-unreadable',
    `${first.name}${more} cannot be indexed, and --strict makes that an error. ${first.reason}`,
  );
}

function nothingLeft(problems: readonly Problem[]): AfterimageError {
  const first = problems[0];
  return new AfterimageError(
    'nothing-to-index',
    `None of the pictures can be read.${first ? ` ${first.name}: ${first.reason}` : ''}`,
  );
}

/** Rows in the order of names. Every file is an item, files with the same content too; those get ids of their own. */
async function assemble(found: readonly Found[], request: IndexRequest, sha256: Sha256): Promise<Content> {
  const { captions, model } = request;
  const vectors = new Float32Array(found.length * model.dim);
  const items: Item[] = [];
  const ids = createIds(sha256);
  for (const [row, { file, picture }] of found.entries()) {
    const { id, dateSource: _source, camera: _camera, place: _place, phash, signature, ...record } = picture.record;
    const caption = captions.get(file.name);
    const item: Item = {
      id: await ids.of(id),
      name: file.name,
      title: caption?.title ?? null,
      licence: caption?.licence ?? null,
      ...record,
      date: dateOf(picture.record, file),
    };
    const hashed = withExtension(withFacts(item, picture.record, file, request), PERCEPTUAL_HASH, phash);
    items.push(withExtension(hashed, SIGNATURE, signature));
    vectors.set(picture.vector, row * model.dim);
  }
  return { items, vectors, copies: ids.copies() };
}

/** Of the sections that this version knows. */
export function partBytes({ parts }: CollectionManifest): Record<PartKind, number> {
  const bytes = Object.fromEntries(PART_KINDS.map((kind) => [kind, 0])) as Record<PartKind, number>; // all of them
  for (const part of parts.filter(isKnown)) bytes[part.kind] += part.bytes;
  return bytes;
}
