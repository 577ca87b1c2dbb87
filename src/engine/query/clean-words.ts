/** What of the letters that people type or paste counts. The one place for it: page, command line, keys and log ask here. */

/** Scripts in which a joiner between or behind letters changes what is read. */
const BRAHMIC =
  '\\p{sc=Beng}\\p{sc=Deva}\\p{sc=Gujr}\\p{sc=Guru}\\p{sc=Khmr}\\p{sc=Knda}\\p{sc=Laoo}\\p{sc=Mlym}\\p{sc=Mymr}\\p{sc=Orya}\\p{sc=Sinh}\\p{sc=Taml}\\p{sc=Telu}\\p{sc=Tibt}';
/** Scripts of joined letters, in which it does so between letters. */
const CURSIVE = '\\p{sc=Adlm}\\p{sc=Arab}\\p{sc=Mong}\\p{sc=Nkoo}\\p{sc=Rohg}\\p{sc=Syrc}';

/** Shown as nothing, whatever stands around it; what is nothing only in some places is below. */
const INVISIBLE = /(?!\u200C|\u200D|[\uFE0E\uFE0F]|[\u{E0020}-\u{E007F}])\p{DI}|(?!\s)\p{Cc}|\p{Cs}/gu;

/** Each matches what stays, as its first group, or what goes. */
const IN_PLACE: readonly RegExp[] = [
  // Tags: the flags of England, Scotland and Wales.
  /(\u{1F3F4}[\u{E0020}-\u{E007E}]+\u{E007F})|[\u{E0020}-\u{E007F}]/gu,
  // Variation selectors: behind an emoji, and in the keys 0️⃣ to 9️⃣.
  /((?<=(?![\d#*])\p{Emoji})[\uFE0E\uFE0F]|(?<=[\d#*])\uFE0F(?=\u20E3))|[\uFE0E\uFE0F]/gu,
  // Joiners: between emoji, and in scripts that need them.
  new RegExp(
    [
      '((?<=[\\p{ExtPict}\\p{EMod}\\uFE0F\\u{E007F}])\\u200D(?=\\p{ExtPict})',
      `(?<=[${BRAHMIC}])[\\u200C\\u200D]`,
      `(?<=[${CURSIVE}])[\\u200C\\u200D](?=[${CURSIVE}]))`,
      '[\\u200C\\u200D]',
    ].join('|'),
    'gu',
  ),
];

/**
 * What compatibility folding would make another thing of: emoji (🈚, ℹ️), the Thai and Lao vowel “am”, which it takes apart,
 * and Korean letters that stand alone.
 */
const UNFOLDED = /(\p{Emoji}[\uFE0E\uFE0F]|\p{EPres}|[\u0E33\u0EB3\u3131-\u3163\u3165-\u318E])/u;

/** Plain words, one space apart, in which there is nothing to clean. Most queries are; they are asked at each letter. */
const CLEAN = /^[a-z\d]+(?: [a-z\d]+)*$/i;

const DOUBLE_QUOTES = /["“”„‟«»〝〞〟「」『』]/g;
const SINGLE_QUOTES = /[‘’‚‛]/g;

/**
 * The words that a model is to read, as CLIP cleaned the texts that it learned from (ftfy: fix_text), in one form: invisible
 * letters (soft hyphens, zero-width spaces, direction marks, byte-order marks, control characters) left out, compatibility
 * letters (full and half width, ligatures, mathematical) folded to their plain ones (NFKC), curly apostrophes straight,
 * white space one space. Variation selectors of emoji, and joiners in emoji and in scripts that need them, stay.
 * Quotation marks go as well: people put them around words that they want found exactly, and models have no such thing.
 * Cleaning what is clean changes nothing.
 */
export function cleanWords(text: string): string {
  if (CLEAN.test(text)) return text;
  let clean = text;
  let before: string;
  do {
    before = clean;
    clean = cleanOnce(before);
  } while (clean !== before); // what goes brings others together, which may join now or mean nothing beside each other
  return clean;
}

function cleanOnce(text: string): string {
  const parts = text.replace(INVISIBLE, '').split(UNFOLDED);
  const folded = parts.map((part, i) => (i % 2 === 1 ? part : part.normalize('NFKC'))).join('');
  const seen = IN_PLACE.reduce((rest, pattern) => rest.replace(pattern, '$1'), folded).normalize('NFC');
  const words = seen.replace(SINGLE_QUOTES, "'").replace(DOUBLE_QUOTES, ' ').replace(/\s+/g, ' ');
  return withoutQuotes(words.trim());
}

/** Of single quotation marks only those around all of it go: the others are apostrophes. */
function withoutQuotes(text: string): string {
  let inner = text;
  while (/^'.*'$/.test(inner)) inner = inner.slice(1, -1).trim();
  return inner === "'" ? '' : inner;
}
