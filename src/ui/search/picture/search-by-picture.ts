import { toAfterimageError } from '../../../engine/errors.ts';
import { sameQuery } from '../../../engine/query/serialise.ts';
import { pictureQuery } from '../../../state/search/like.ts';
import type { App } from '../../context.ts';

const NOTICE = 'query-picture';
/** Of a click after the other, the last one counts. */
let newest = 0;

/** Search for what is like a picture that is in no collection; what became of it is said in a line. */
export async function searchByPicture(app: App, file: File): Promise<void> {
  const { address, notices, asked, search } = app;
  const asking = ++newest;
  const name = `“\u2068${file.name}\u2069”`; // its direction ends where it ends
  notices.say(NOTICE, `Looking at ${name}. The first time this takes longer: what looks at pictures is loaded.`);
  try {
    const { sha256 } = await (await asked.load()).take(file, file.name);
    if (asking !== newest) return;
    notices.dismiss(NOTICE);
    const query = pictureQuery(address.current().query, sha256);
    // Chosen again, for a link that did not hold it.
    if (sameQuery(query, address.current().query)) search.retry();
    else address.go({ query, view: 'search', item: null });
    app.commit();
  } catch (cause) {
    if (asking !== newest) return;
    notices.say(NOTICE, `${name} cannot be searched for. ${toAfterimageError(cause, 'part-missing').message}`);
  }
}
