import { createResource, type JSX, Show } from 'solid-js';
import { type Item, LIBRARY } from '../../../engine/collection/types.ts';
import { toAfterimageError } from '../../../engine/errors.ts';
import type { Library } from '../../../state/library/library.ts';
import { Fact } from '../../common/fact.tsx';
import { useApp } from '../../context.ts';

/** Of a picture of one's own whose file cannot be read now, that it is so; nothing of others. The last fact: it comes late. */
export function OriginalFact(props: { item: Item }): JSX.Element {
  const app = useApp();
  const ownId = () => app.session.collection()?.manifest.name === LIBRARY && props.item.id;
  const [away] = createResource(ownId, async (id) => whyAway(await app.library.load(), id));
  // Asked before it is there, a resource would take the whole view away.
  const known = () => (away.state === 'ready' ? away() : undefined);
  return (
    <Show when={known()}>
      {(why) => <Fact name="Original">{`${why()} What this page keeps of it is shown.`}</Fact>}
    </Show>
  );
}

/** Undefined where the file is at hand, or where nobody can tell. */
async function whyAway(library: Pick<Library, 'original'>, id: string): Promise<string | undefined> {
  try {
    return (await library.original(id)) ? undefined : 'Not at hand.';
  } catch (error) {
    const { code, message } = toAfterimageError(error);
    return code === 'picture-unavailable' ? message : undefined;
  }
}
