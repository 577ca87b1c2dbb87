"""Learn the BPE merges from WordNet's glosses and CLDR's names and keywords. Writes DATA/merges.json."""
import argparse
import collections

from bpe import Tokenizer, learn_merges, words, write_json
from corpus import LANGUAGES, WORDNET, WordNet, read_json

VOCABULARY = 10_240
# The 256 bytes, each inside a word and at its end, and the two special tokens.
FIXED = 2 * 256 + 2


def word_frequencies(wordnet, names):
    """Names weigh more than glosses: they are what people type."""
    frequency = collections.Counter()
    for synset in wordnet.synsets.values():
        for text in [synset.gloss, *synset.lemmas]:
            frequency.update(words(text))
    for by_language in names.values():
        for language in LANGUAGES:
            name, keywords = by_language.get(language, ["", []])
            for text in [name, *keywords]:
                for word in words(text):
                    frequency[word] += 40 if language == "en" else 25
    return {word: count for word, count in frequency.items() if count >= 3}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", help="folder with names.json of render-emoji.ts")
    parser.add_argument("--wordnet", default=WORDNET)
    parser.add_argument("--vocabulary", type=int, default=VOCABULARY)
    options = parser.parse_args()

    frequency = word_frequencies(WordNet(options.wordnet), read_json(options.data, "names.json"))
    merges = learn_merges(frequency, options.vocabulary - FIXED)
    write_json(options.data, "merges.json", merges)
    print(f"{len(frequency)} words, {len(Tokenizer(merges).vocab)} tokens")


if __name__ == "__main__":
    main()
