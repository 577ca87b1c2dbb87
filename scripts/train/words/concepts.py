"""What a picture can show: a class of photographs, one captioned photograph, an emoji in all styles, an icon, clip art."""
import collections

from .lexicon import LANGUAGES, clean, everyday, translations
from .wordnet import GENERIC, WordNet


class Concept:
    """`captions`: (text, templates that suit it) → weight, for training; `true`: all texts that are true of it."""

    def __init__(self, kind, label, templates):
        self.kind, self.label, self.templates = kind, label, templates
        self.captions, self.true = collections.defaultdict(float), set()

    def add(self, texts, weight, templates=None):
        """Share `weight` among the texts."""
        texts = [text for text in map(clean, texts) if text]
        for text in texts:
            self.captions[text, templates or self.templates] += weight / len(texts)
        self.true.update(texts)


class Words:
    """WordNet and the dictionaries, asked as the describers need it."""

    def __init__(self, work):
        self.wordnet = WordNet(work)
        self.known = self.wordnet.known
        self.translations = translations(work, self.wordnet)

    def common_noun(self, word):
        return self.wordnet.common(word, "n")

    def singular(self, word):
        plural = word.endswith("s") and not self.known(word) and self.known(word[:-1])
        return word[:-1] if plural else word

    def telling(self, words):
        """The common nouns and the adjectives among them, nouns in the singular."""
        adjective = lambda word: ("a", word) in self.wordnet.senses and len(word) > 3
        return [self.singular(word) for word in words if self.common_noun(self.singular(word)) or adjective(word)]

    def first_sense(self, *names):
        """The key of the most frequent sense of the first name that is a noun of WordNet, or None."""
        senses = self.wordnet.senses
        return next((senses["n", name][0] for name in names if ("n", name) in senses), None)

    def lemmas(self, key):
        return [lemma.lower() for lemma in self.wordnet.synsets[key].lemmas]

    def gloss(self, key):
        return self.wordnet.synsets[key].gloss

    def above(self, key):
        """Every hypernym's lemmas."""
        return [lemma for up in self.wordnet.closure(key) for lemma in self.wordnet.synsets[up].lemmas]

    def everyday(self, key):
        """What people call this kind of thing."""
        return everyday([*self.wordnet.synsets[key].lemmas, *self.above(key)])

    def add_truth(self, concept, key):
        """Hypernyms are true of a concept."""
        concept.true.update(clean(lemma) for lemma in self.above(key) if lemma.lower() not in GENERIC)

    def add_foreign(self, concept, words, weight=0.012):
        """The words in every other language, with `weight` for each language."""
        for language in LANGUAGES:
            found = [other for word in words for other in self.translations.get(word, {}).get(language, [])[:2]]
            if found:
                concept.add(found[:4], weight, "plain")
