"""Captions of drawings: emoji, icons, Tux Paint's stamps, Open Clip Art."""
import random
import re

from .lexicon import LANGUAGES, clean

# Lexicographer files of WordNet in which the things of an emoji group are: 0 smileys, 1 people, 3 animals and nature, …
EMOJI_SENSES = {
    0: {8, 18, 12, 5}, 1: {8, 18, 4}, 3: {5, 20, 17, 19, 13}, 4: {13, 20, 6}, 5: {6, 15, 17, 19, 28}, 6: {4, 6}, 7: {6, 10, 21, 27, 8},
}  # fmt: skip
ABSTRACT_ICONS = {"icon-park", "ph", "streamline-ultimate-color", "streamline-freehand-color"}  # full of arrows and brackets
UNTELLING = {
    "computer", "icons", "icon", "theme", "clip art", "clipart", "unsorted", "special", "flat theme", "animals", "png", "svg",
    "black and white", "the", "of", "and", "public domain", "image", "contour", "outline",
}  # fmt: skip


def some_together(tags, count, most):
    """`count` times two to `most` keywords in one text."""
    return [" ".join(random.sample(tags, min(len(tags), random.randint(2, most)))) for _ in range(count)] if tags else []


class EmojiDescriber:
    """`names` and `groups`: as render-drawings.ts writes them."""

    def __init__(self, words, names, groups):
        self.words, self.names, self.groups = words, names, groups

    def sense(self, name, group):
        """The key of the noun that an emoji of this group shows, or None."""
        last = 1 if group in (0, 1) else 2
        wordnet = self.words.wordnet
        for text in (name, re.sub(r" (face|symbol|sign|button)$", "", name), name.split()[-1]):
            for key in wordnet.senses.get(("n", text), [])[:last]:
                if wordnet.synsets[key].lexicographer in EMOJI_SENSES.get(group, ()):
                    return key
        return None

    def __call__(self, concept):
        """The label is a hexcode."""
        entry, group = self.names[concept.label], self.groups.get(concept.label, [-1])[0]
        name, tags = entry["en"]
        concept.add([name], 0.24)
        concept.add(tags, 0.22)
        concept.add(some_together(tags, 8, 4), 0.06, "plain")
        concept.add([word for word in entry.get("lib", []) if clean(word) not in concept.true], 0.08)
        key = self.sense(name.lower(), group)
        if key:
            self.add_sense(concept, name.lower(), key)
        for language in LANGUAGES:
            if language in entry:
                name, tags = entry[language]
                concept.add([name], 0.022, "plain")
                concept.add(tags, 0.014, "plain")
                concept.add(some_together(tags, 2, 3), 0.003, "plain")

    def add_sense(self, concept, name, key):
        lemmas = self.words.lemmas(key)
        concept.add(self.words.wordnet.kinds(key, 5)[:8], 0.05)
        concept.add(self.words.everyday(key), 0.05)
        if name in lemmas:
            concept.add(lemmas, 0.03)
            concept.add([self.words.gloss(key)], 0.02, "plain")
        self.words.add_truth(concept, key)


def icon_words(name):
    return [word for word in clean(re.sub("[-_]", " ", name)).split() if not word.isdigit()]


class IconDescriber:
    def __init__(self, words):
        self.words = words

    def wants(self, style, name):
        """Does the name say what is drawn?"""
        words = icon_words(name)
        telling = self.words.telling(words)
        if not telling:
            return False
        return style not in ABSTRACT_ICONS or self.words.common_noun(self.words.singular(words[-1])) or len(telling) >= 2

    def __call__(self, concept):
        words = icon_words(concept.label)
        name = " ".join(words)
        concept.add([name], 0.55)
        concept.add(self.words.telling(words), 0.35)
        key = self.words.first_sense(name)
        if key:
            concept.add(self.words.wordnet.kinds(key, 4)[:6], 0.1)
            self.words.add_truth(concept, key)
            self.words.add_foreign(concept, [name])


class StampDescriber:
    """`texts`: file of a stamp → language → description."""

    def __init__(self, words, texts):
        self.words, self.texts = words, texts

    def __call__(self, concept):
        texts = self.texts[concept.label]
        text = clean(texts["en"])
        core = re.sub(r"^(an?|the|some) ", "", text)
        folders = [part.replace("_", " ") for part in concept.label.split("/")[:-1] if not re.search(r"\d|cartoon", part)]
        concept.add([core, text], 0.5, "plain" if len(core.split()) > 4 else None)
        words = map(self.words.singular, re.findall(r"[a-z]+", core))
        concept.add([word for word in words if self.words.common_noun(word)], 0.2)
        concept.add(map(self.words.singular, folders), 0.1)
        key = self.words.first_sense(core, core.split()[-1]) if core else None
        if key:
            self.words.add_truth(concept, key)
        for language in LANGUAGES:
            if language in texts:
                concept.add([texts[language]], 0.02, "plain")


class ClipartDescriber:
    """`entries`: file of a drawing → what render-clipart.ts says of it."""

    def __init__(self, words, entries):
        self.words, self.entries = words, entries

    def wants(self, entry):
        title, _, tags, _ = self.texts(entry)
        return bool(title) or len(tags) >= 2

    def texts(self, entry):
        """(title or "", telling words of it, tags, folders); authors and what says nothing left out."""
        singular, known = self.words.singular, self.words.known
        author = {clean(tag) for tag in entry["tags"] if len(tag.split()) > 2 or re.search(r"[^\x00-\x7f]", tag)}
        tags = [singular(clean(tag)) for tag in entry["tags"] if clean(tag) not in author | UNTELLING]
        tags = [tag for tag in tags if known(tag) or all(known(singular(word)) for word in tag.split())]
        folders = [singular(part.replace("_", " ").lower()) for part in entry["file"].split("/")[:-1]]
        folders = [part for part in folders if part not in UNTELLING and known(part)]
        return (*self.title_of(entry), tags, folders)

    def title_of(self, entry):
        """(title, its common nouns), or ("", []) for a title that names nothing."""
        singular = self.words.singular
        title = clean(re.sub(r"[_\d#-]+", " ", re.sub(r"\(.*?\)", "", entry["title"])))
        words = re.findall(r"[a-z]+", title)
        nouns = [singular(word) for word in words if self.words.common_noun(singular(word)) and word not in UNTELLING]
        known = sum(self.words.known(singular(word)) for word in words)
        if "part of the" in title or not nouns or len(words) > 7 or known < 0.6 * len(words):
            return "", []
        return title, nouns

    def __call__(self, concept):
        title, nouns, tags, folders = self.texts(self.entries[concept.label])
        concept.add([title], 0.4)
        concept.add(nouns, 0.2)
        concept.add(tags, 0.35)
        concept.add(folders, 0.06)
        key = self.words.first_sense(title)
        if key:
            self.words.add_truth(concept, key)
