/** 50 distinct queries of one to six words, as people type them. */
export const QUERIES: readonly string[] = [
  'dog', 'a rocket', 'something spooky', 'red apple', 'snowman', 'birthday cake', 'people dancing', 'a cup of coffee',
  'sad face', 'musical instrument', 'rain', 'a yellow flower', 'football', 'train at a station', 'broken heart',
  'a hand waving hello', 'pizza', 'the moon at night', 'detective', 'a slow animal', 'umbrella on a beach', 'crown',
  'money', 'fish in the sea', 'tall building', 'writing with a pencil', 'a warm drink', 'lightning', 'sleepy', 'bicycle',
  'a green vegetable', 'fire engine', 'playing cards', 'angry cat', 'medicine', 'a present with a ribbon', 'spider',
  'robot', 'sunglasses', 'map of the world', 'a castle', 'ice cream', 'clock', 'a family', 'flag', 'butterfly', 'guitar',
  'a bee and honey', 'mountain', 'telephone',
]; // biome-ignore format: a list of words reads better in lines than in a column

/** `count` distinct queries for long runs: pairs of the above. */
export function manyQueries(count: number): string[] {
  const n = QUERIES.length;
  return Array.from(
    { length: count },
    (_, i) => `${QUERIES[i % n]} and ${QUERIES[(i * 7 + Math.floor(i / n) + 1) % n]} ${i}`,
  );
}
