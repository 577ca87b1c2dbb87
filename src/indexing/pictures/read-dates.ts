import { dated } from '../collection/dates.ts';
import type { IndexPorts, IndexRequest } from '../request.ts';
import { mapOrdered } from '../steps/map-ordered.ts';
import { type Outcome, orReason } from './embed.ts';

type Found = Extract<Outcome, { readonly picture: unknown }>;
type Dated = ReturnType<typeof dated>;

/**
 * The outcomes with the dates of pictures that an earlier version indexed without saying where it read them: it knew fewer
 * places. Only these files are read, each content once, and nothing of them is embedded or drawn. One that cannot be read
 * now keeps the date that it had.
 */
export async function readDates(
  outcomes: readonly Outcome[],
  request: IndexRequest,
  ports: IndexPorts,
): Promise<readonly Outcome[]> {
  const undated = new Map<string, Found>();
  for (const one of outcomes) {
    if ('picture' in one && one.picture.record.dateSource === undefined && !undated.has(one.picture.record.id)) {
      undated.set(one.picture.record.id, one);
    }
  }
  if (undated.size === 0) return outcomes;
  const dates = await datesOf(undated, request, ports);
  return outcomes.map((one) => {
    const date = 'picture' in one ? dates.get(one.picture.record.id) : undefined;
    if (!date || !('picture' in one)) return one;
    return { ...one, picture: { ...one.picture, record: { ...one.picture.record, ...date } } };
  });
}

async function datesOf(
  undated: ReadonlyMap<string, Found>,
  { concurrency, signal }: IndexRequest,
  { source, decoder, onEvent }: IndexPorts,
): Promise<ReadonlyMap<string, Dated>> {
  const dates = new Map<string, Dated>();
  const read = async ({ file, picture }: Found) => {
    signal.throwIfAborted();
    const metadata = await orReason(file, async () => decoder.metadata(await source.read(file, signal)));
    return { id: picture.record.id, date: 'reason' in metadata ? undefined : dated(metadata, file) };
  };
  let done = 0;
  for await (const { id, date } of mapOrdered(undated.values(), read, { concurrency, ahead: concurrency })) {
    if (date) dates.set(id, date);
    onEvent({ type: 'progress', task: 'Dates', done: ++done, total: undated.size });
  }
  return dates;
}
