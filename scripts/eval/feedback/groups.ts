/** The pictures and queries that thumbs are measured on. */
import { createIndexRetriever } from '../../../src/engine/search/retriever.ts';
import type { NodeSearch } from '../../../src/platform/sessions/search.node.ts';
import { type EmbeddedPictures, embedPictures } from '../embedded.ts';
import { readKinds } from '../photo-kinds.ts';
import type { Photograph } from '../photos.ts';
import { emojiOfRows, type JudgedText, keywordQueries, LANGUAGES, type Language } from '../queries.ts';
import type { FeedbackGroup } from './feedback.ts';

/** Keywords of the demo in each language; with photographs, words for several of their classes, and their names. */
export async function feedbackGroups(search: NodeSearch, photos: readonly Photograph[]): Promise<FeedbackGroup[]> {
  const emoji = await emojiOfRows(search.items);
  const demo = sourcesOf({ index: await search.exact(), baseline: search.baseline });
  const ofDemo = (Object.keys(LANGUAGES) as Language[]).map((language) => ({
    ...demo,
    ...{ title: `demo, ${LANGUAGES[language]}`, queries: keywordQueries(emoji, language) },
  }));
  if (photos.length === 0) return ofDemo;
  const embedded = await embedPictures(photos, search.model);
  const ofPhotos = sourcesOf({
    ...embedded,
    baseline: { ...embedded.baseline, calibration: search.model.calibration },
  });
  const names = photos.map(({ label }, row) => ({ text: label, right: new Set([row]) }));
  return [
    ...ofDemo,
    { ...ofPhotos, title: 'photographs, kinds', queries: kindQueries(photos) },
    { ...ofPhotos, title: 'photographs, names', queries: names },
  ];
}

function sourcesOf({ index, baseline }: Pick<EmbeddedPictures, 'index' | 'baseline'>) {
  const retriever = createIndexRetriever({ index, rankAll: (query) => index.rankAll(query) });
  return { retriever, baseline };
}

/** "bird": photographs of all its classes are right, by the WordNet ids that files of ImageNet begin with. */
function kindQueries(photos: readonly Photograph[]): JudgedText[] {
  return readKinds(new URL('./photograph-kinds.txt', import.meta.url)).map(({ text, isOf }) => ({
    text,
    right: new Set(photos.flatMap(({ name }, row) => (isOf(name) ? [row] : []))),
  }));
}
