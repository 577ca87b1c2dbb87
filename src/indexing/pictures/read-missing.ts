import { dated } from '../collection/dates.ts';
import { keptFacts, lacksFacts } from '../collection/facts.ts';
import type { PictureRecord } from '../ports.ts';
import type { IndexPorts, IndexRequest } from '../request.ts';
import { mapOrdered } from '../steps/map-ordered.ts';
import { type Outcome, orReason } from './embed.ts';

type Found = Extract<Outcome, { readonly picture: unknown }>;
type Said = Partial<PictureRecord>;

/**
 * The outcomes with what their files say of date, camera and place, where an earlier version indexed them and knew fewer
 * places to read from, or a run that left places out. Only these files are read, each content once, and nothing of them is
 * embedded or drawn. One that cannot be read now keeps what it had.
 */
export async function readMissing(
  outcomes: readonly Outcome[],
  request: IndexRequest,
  ports: IndexPorts,
): Promise<readonly Outcome[]> {
  const lacking = new Map<string, Found>();
  for (const one of outcomes) {
    if ('picture' in one && lacksFacts(one.picture.record, request) && !lacking.has(one.picture.record.id)) {
      lacking.set(one.picture.record.id, one);
    }
  }
  if (lacking.size === 0) return outcomes;
  const all = await read(lacking, request, ports);
  return outcomes.map((one) => {
    const said = 'picture' in one ? all.get(one.picture.record.id) : undefined;
    if (!said || !('picture' in one)) return one;
    return { ...one, picture: { ...one.picture, record: { ...one.picture.record, ...said } } };
  });
}

async function read(
  lacking: ReadonlyMap<string, Found>,
  request: IndexRequest,
  { source, decoder, onEvent }: IndexPorts,
): Promise<ReadonlyMap<string, Said>> {
  const { concurrency, signal } = request;
  const all = new Map<string, Said>();
  const readOne = async ({ file, picture }: Found) => {
    signal.throwIfAborted();
    const metadata = await orReason(file, async () => decoder.metadata(await source.read(file, signal)));
    const said = 'reason' in metadata ? undefined : { ...dated(metadata, file), ...keptFacts(metadata, request) };
    return { id: picture.record.id, said };
  };
  let done = 0;
  for await (const { id, said } of mapOrdered(lacking.values(), readOne, { concurrency, ahead: concurrency })) {
    if (said) all.set(id, said);
    onEvent({ type: 'progress', task: 'Metadata', done: ++done, total: lacking.size });
  }
  return all;
}
