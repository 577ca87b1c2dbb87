"""Pairs of texts that mean the same, or nearly so: out of WordNet, the dictionaries and CLDR."""
import collections
import random
import re

from .lexicon import LANGUAGES

PHYSICAL = {3, 5, 6, 8, 13, 15, 17, 18, 19, 20}  # lexicographer files of WordNet
RELATED = ("&", "^", "\\", "=", "$", "@", "*", ">")  # similar to, also see, pertainym, attribute, verb group, hypernym, …
DERIVED = ("+",)


class WordPairs:
    """`found`: kind → pairs of numbers of phrases."""

    def __init__(self, words, phrases):
        self.words, self.wordnet, self.phrases = words, words.wordnet, phrases
        self.found = collections.defaultdict(list)

    def add(self, kind, left, right):
        left, right = self.phrases(left), self.phrases(right)
        if left is not None and right is not None and left != right:
            self.found[kind].append((left, right))

    def add_wordnet(self):
        """Words of up to three parts: common ones with three senses, rare ones with one, if they name things or qualities."""
        for (pos, lemma), keys in self.wordnet.senses.items():
            if len(lemma.split()) > 3 or not re.match(r"^[a-z' -]+$", lemma):
                continue
            common = self.wordnet.tagged[pos, lemma] > 0
            for rank, key in enumerate(keys[: 3 if common else 1]):
                thing = pos == "n" and self.wordnet.synsets[key].lexicographer in PHYSICAL
                if common or pos == "a" or thing:
                    self.add_sense("common" if common and rank < 2 else "rare", lemma, key, common)

    def add_sense(self, rarity, lemma, key, common):
        synset = self.wordnet.synsets[key]
        others = [other.lower() for other in synset.lemmas if other.lower() != lemma]
        self.add(f"{rarity}_gloss", lemma, synset.gloss)
        for other in others[: 3 if common else 1]:
            self.add(f"{rarity}_synonym", lemma, other)
        if synset.pos == "n":
            self.add_kinds(rarity, lemma, key, others, common)
        else:
            for near in self.wordnet.related(key, RELATED)[: 6 if common else 2]:
                for other in self.wordnet.synsets[near].lemmas[:2]:
                    self.add(f"{rarity}_synonym", lemma, other)
        for near in self.wordnet.related(key, DERIVED)[:3]:
            self.add(f"{rarity}_synonym", lemma, self.wordnet.synsets[near].lemmas[0])

    def add_kinds(self, rarity, lemma, key, others, common):
        kinds = self.wordnet.kinds(key, 4)
        for kind in kinds[: 3 if common else 1]:
            self.add(f"{rarity}_kind", lemma, kind)
        if kinds and (common or others or random.random() < 0.4):
            self.add(f"{rarity}_kind", lemma, ", ".join(others[:1] + kinds[:2]))

    def add_translations(self):
        for english, by_language in self.words.translations.items():
            common = self.wordnet.common(english)
            for language, words in by_language.items():
                if common or language != "de":  # the German dictionary is ten times as large as the others
                    for word in words[:3]:
                        self.add("translation", english, word)

    def add_emoji(self, entry):
        """Names across languages, keywords with their name. `entry`: language → [name, keywords]."""
        name, tags = entry["en"]
        for language in LANGUAGES:
            if language not in entry:
                continue
            other_name, other_tags = entry[language]
            for _ in range(3):  # as often as three other pairs
                self.add("emoji_name", name, other_name)
            if tags and other_tags:
                self.add("emoji_name", " ".join(tags[:8]), " ".join(other_tags[:8]))
                self.add("emoji_name", name, random.choice(other_tags))
        for tag in tags + entry.get("lib", []):
            self.add("emoji_tag", tag, name)
