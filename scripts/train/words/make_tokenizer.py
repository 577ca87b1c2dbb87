"""Learn the BPE merges from WordNet's nouns and CLDR's names and keywords. Writes WORK/packs/merges.json.

Version 1 has the tokenizer of version 0: --from takes it over from a published model.
"""
import collections

from .bpe import Tokenizer, learn_merges, words
from ..folders import arguments, read_json, write_json
from .lexicon import LANGUAGES
from .wordnet import WordNet

VOCABULARY = 10_240
# The 256 bytes, each inside a word and at its end, and the two special tokens.
FIXED = 2 * 256 + 2


def word_frequencies(wordnet, names):
    """Word → how often it was seen. Names weigh more than glosses: they are what people type."""
    frequency = collections.Counter()
    for synset in wordnet.synsets.values():
        if synset.pos == "n":
            for text in [synset.gloss, *synset.lemmas]:
                frequency.update(words(text))
    for by_language in names.values():
        for language in ["en", *LANGUAGES]:
            name, keywords = by_language.get(language, ["", []])
            for word in words(" ".join([name, *keywords])):
                frequency[word] += 40 if language == "en" else 25
    return {word: count for word, count in frequency.items() if count >= 3}


def main():
    parser = arguments(__doc__)
    parser.add_argument("--vocabulary", type=int, default=VOCABULARY, help="entries (default: %(default)s)")
    parser.add_argument("--from", dest="published", metavar="TOKENIZER_JSON", help="take the merges of this file instead")
    options = parser.parse_args()
    if options.published:
        merges = [pair.split(" ") for pair in read_json(options.published)["model"]["merges"]]
    else:
        frequency = word_frequencies(WordNet(options.work), read_json(options.work.raw / "names.json"))
        merges = learn_merges(frequency, options.vocabulary - FIXED)
    write_json(options.work.packs / "merges.json", merges)
    print(len(Tokenizer([tuple(pair) for pair in merges]).vocab), "tokens")


if __name__ == "__main__":
    main()
