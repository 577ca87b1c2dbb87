"""Captions of photographs: of classes of ImageNet, of sets whose labels lexicon.py names, of groceries, with own captions."""
import collections
import re

from .lexicon import CLOTHES, FACES, SCENES, SPORTS, clean

LISTED = {"sports": SPORTS, "scenes": SCENES, "clothes": CLOTHES, "faces": FACES}
BRANDS = re.compile(r"^(bravo|god morgon|tropicana|arla|garant|oatly|alpro|valio|yoggi) ")
PEOPLE = {"men", "women", "people", "children"}


class PhotoDescriber:
    """`captions`: file name of a photograph → its five captions."""

    def __init__(self, words, captions):
        self.words, self.captions = words, captions

    def __call__(self, concept):
        by_kind = {"imagenet": self.synset, "grocery": self.grocery, "flickr": self.captioned}
        by_kind.get(concept.kind, self.listed)(concept)

    def synset(self, concept):
        """The label is a WordNet id: n02123045."""
        key = ("n", concept.label[1:])
        lemmas = self.words.lemmas(key)
        kinds = self.words.wordnet.kinds(key, 5) or lemmas
        concept.add(lemmas[:1], 0.34)
        concept.add(lemmas, 0.26)
        concept.add(kinds[:1], 0.07)
        concept.add(kinds, 0.12)
        concept.add(self.words.everyday(key), 0.06)
        concept.add([self.words.gloss(key)], 0.04, "plain")
        self.words.add_foreign(concept, lemmas[:2])
        self.words.add_truth(concept, key)

    def listed(self, concept):
        """Sports, scenes, clothes, faces."""
        texts = LISTED[concept.kind][concept.label]
        general = {
            "sports": ["sport", "sports", "people playing sport", "athlete", "person"],
            "scenes": ["scene", f"{texts[0]} in black and white"],
            "clothes": ["clothes", "clothing", "something to wear", "garment"],
            "faces": ["face", "person", "portrait", "someone's face", "people"],
        }
        concept.add(texts[:1], 0.4)
        concept.add(texts, 0.4)
        concept.add(general[concept.kind], 0.15)
        self.words.add_foreign(concept, texts[:2])

    def grocery(self, concept):
        """The label is a path: fruit/apple/royal-gala."""
        parts = [part.replace("-", " ").lower() for part in concept.label.split("/")]
        leaf = BRANDS.sub("", parts[-1])
        parent = parts[1] if parts[0] == "packages" else parts[-2].rstrip("s")
        plain = parent in leaf or parent in ("fruit", "vegetable")
        full = leaf if plain else f"{leaf} {parent}"
        kinds = {"fruit": ["fruit"], "vegetables": ["vegetables"]}.get(parts[0], ["carton", "package", parent])
        concept.add([full], 0.4)
        concept.add([full, leaf, parent], 0.3)
        concept.add(["food", "groceries", "something to eat", *kinds], 0.2)
        self.words.add_foreign(concept, [full] if plain else [full, parent])

    def captioned(self, concept):
        """Words that two captions share are captions too."""
        texts = [clean(text) for text in self.captions[concept.label]]
        concept.add(texts, 0.7, "plain")
        counts = collections.Counter(word for text in texts for word in set(re.findall(r"[a-z]+", text)))
        shared = [word for word, count in counts.items() if count >= 2]
        telling = lambda word: self.words.common_noun(word) or word.endswith("ing") or word in PEOPLE
        concept.add(filter(telling, shared), 0.3)
        for text in texts:
            concept.true.update(re.findall(r"[a-z]+", text))
            concept.true.update(re.findall(r"(?=\b(\w+ \w+)\b)", text))
