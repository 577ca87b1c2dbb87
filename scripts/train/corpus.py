"""Where captions come from: CLDR names and keywords in ten languages, WordNet lemmas, hypernyms and glosses."""
import collections
import json
import os
import random
import re

LANGUAGES = ["en", "es", "fr", "de", "it", "pt", "nl", "ru", "ja", "zh"]
WORDNET = "/usr/share/wordnet"  # where Debian's wordnet-base puts it
# Hypernyms so general that they would be right for almost every picture.
GENERIC = {
    "entity", "physical entity", "object", "physical object", "whole", "unit", "artifact", "artefact", "matter",
    "abstraction", "abstract entity", "causal agent", "living thing", "organism", "instrumentality",
}  # fmt: skip
PHOTO_TEMPLATES = ["{}", "a photo of a {}", "a {}", "a picture of the {}", "{} photo", "a close-up of a {}", "some {}"]
DRAWING_TEMPLATES = ["{}", "{} emoji", "a drawing of {}", "{} icon", "picture of {}", "{}", "cartoon {}"]

Synset = collections.namedtuple("Synset", "lemmas hypernyms gloss")


def read_json(data, name):
    with open(os.path.join(data, name), encoding="utf-8") as file:
        return json.load(file)


class WordNet:
    """The nouns of WordNet 3.0. `synsets`: offset → Synset; `common`: (word, offset) of words seen in tagged texts."""

    def __init__(self, folder=WORDNET):
        self.synsets = dict(self.read_synsets(os.path.join(folder, "data.noun")))
        self.common = list(self.read_common(os.path.join(folder, "index.noun")))

    @staticmethod
    def read_synsets(path):
        for line in open(path, encoding="utf-8"):
            if line.startswith("  "):  # the licence
                continue
            fields, gloss = line.split("|", 1)
            fields = fields.split()
            count = int(fields[3], 16)
            lemmas = [re.sub(r"\(.*?\)", "", fields[4 + 2 * i]).replace("_", " ") for i in range(count)]
            pointers = fields[5 + 2 * count :]
            hypernyms = [pointers[i + 1] for i in range(0, 4 * int(fields[4 + 2 * count]), 4) if pointers[i] in ("@", "@i")]
            yield fields[0], Synset(lemmas, hypernyms, gloss.strip().split(";")[0].strip())

    @staticmethod
    def read_common(path):
        for line in open(path, encoding="utf-8"):
            if line.startswith("  "):
                continue
            fields = line.split()
            pointers = int(fields[3])
            if int(fields[5 + pointers]) > 0:
                yield fields[0].replace("_", " "), fields[6 + pointers]

    def ancestors(self, offset, depth):
        """Offsets of the first hypernym of the first hypernym …, nearest first."""
        found = []
        while len(found) < depth and self.synsets[offset].hypernyms:
            offset = self.synsets[offset].hypernyms[0]
            found.append(offset)
        return found

    def definition(self, word, offset):
        """A gloss, or other names and kinds of the same thing: what `word` should lie near."""
        synset = self.synsets[offset]
        if random.random() < 0.5:
            return synset.gloss
        others = [lemma for lemma in synset.lemmas if lemma != word][:2]
        kinds = [lemma for up in self.ancestors(offset, 2) for lemma in self.synsets[up].lemmas[:1]]
        return ", ".join(others + kinds) or synset.gloss


class PhotoCaptions:
    """Captions for photographs whose classes are WordNet ids (`n02123045`)."""

    def __init__(self, wordnet, wnids):
        self.offsets = [wnid[1:] for wnid in wnids]
        self.lemmas = [wordnet.synsets[offset].lemmas for offset in self.offsets]
        self.glosses = [wordnet.synsets[offset].gloss for offset in self.offsets]
        self.kinds = [
            [lemma for up in wordnet.ancestors(offset, 4) for lemma in wordnet.synsets[up].lemmas[:2] if lemma not in GENERIC]
            for offset in self.offsets
        ]

    def plain(self):
        """One caption a class, for judging."""
        return ["a photo of a " + lemmas[0] for lemmas in self.lemmas]

    def sample(self, label):
        draw = random.random()
        if draw >= 0.92:
            return self.glosses[label]
        name = random.choice(self.lemmas[label] if draw < 0.72 or not self.kinds[label] else self.kinds[label])
        return random.choice(PHOTO_TEMPLATES).format(name)


class DrawingCaptions:
    """Captions for emoji. `names`: hexcode → language → [CLDR name, keywords]."""

    def __init__(self, names):
        self.names = names

    def name(self, hexcode, language):
        return (self.names[hexcode].get(language) or self.names[hexcode]["en"])[0]

    def sample(self, hexcode):
        language = "en" if random.random() < 0.6 else random.choice(LANGUAGES)
        name, keywords = self.names[hexcode].get(language) or self.names[hexcode]["en"]
        draw = random.random()
        if draw < 0.5 or not keywords:
            text = name
        elif draw < 0.75:
            text = random.choice(keywords)
        else:
            text = " ".join(random.sample(keywords, min(len(keywords), random.randint(2, 4))))
        return random.choice(DRAWING_TEMPLATES).format(text) if language == "en" else text
