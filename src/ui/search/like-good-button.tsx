import type { JSX } from 'solid-js';
import { toAfterimageError } from '../../engine/errors.ts';
import { MAX_TERMS } from '../../engine/query/query.ts';
import type { Judgement } from '../../state/log/ratings.ts';
import { likedQuery } from '../../state/search/like.ts';
import { useApp } from '../context.ts';

/** Searches for more pictures like those that were liked. Its room is there before it is, so that nothing moves. */
export function LikeGoodButton(props: { onAsked: () => void }): JSX.Element {
  const app = useApp();
  const judged = (wanted: Judgement) =>
    [...app.ratings.thumbs()].filter(([, judgement]) => judgement === wanted).map(([id]) => id);
  /** Those that are still in the collection, of as many as a query takes. */
  const itemsOf = async (ids: readonly string[]) =>
    (await Promise.all(ids.slice(-MAX_TERMS).map(app.itemOf))).filter((item) => item !== undefined);
  const ask = async () => {
    const { query } = app.address.current();
    try {
      const [liked, disliked] = await Promise.all([itemsOf(judged('up')), itemsOf(judged('down'))]);
      if (liked.length === 0) return app.notices.say('like-good', 'The pictures that you liked are not here any more.');
      app.address.go({ query: likedQuery(query, liked, disliked) });
      app.commit();
      props.onAsked();
    } catch (cause) {
      app.notices.say('like-good', toAfterimageError(cause).message);
    }
  };
  return (
    <button
      type="button"
      class="link-button like-good"
      data-waiting={judged('up').length === 0 ? '' : undefined}
      title="Search for pictures like those that you marked as good matches"
      onClick={() => void ask()}
    >
      Find more like the good ones
    </button>
  );
}
