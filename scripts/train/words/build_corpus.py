"""Concepts (what a picture can show), their captions, which captions are true of which concepts, and pairs of texts.

Writes WORK/packs/corpus.npz and concepts.json, and raw/drawing_rows.json and judge_rows.json ([file, row, style, concept] of
each drawing) for pack_pictures.py and pack_judged.py. Needs raw/*.json, packs/tin.json, photo.json and merges.json.
"""
import collections
import random

import numpy as np

from .bpe import Tokenizer
from .concepts import Concept, Words
from .describe_drawings import ClipartDescriber, EmojiDescriber, IconDescriber, StampDescriber
from .describe_photos import PhotoDescriber
from ..folders import arguments, read_json, write_json
from .lexicon import clean
from .word_pairs import WordPairs

PHRASE = 16  # tokens of a phrase at most
HELD_OUT = {"fluent-emoji", "fxemoji"}  # styles that are judged and never trained on
TEMPLATES = [
    "{}", "a photo of a {}", "a {}", "a picture of the {}", "{} photo", "a close-up of a {}", "some {}", "photo of {}",
    "the {}", "image of a {}", "a photograph of {}", "{} picture", "my {}", "a {} in the picture", "an image of {}",
    "{} emoji", "a drawing of {}", "{} icon", "picture of {}", "cartoon {}", "a drawing of a {}", "an illustration of {}",
    "{} clip art", "a symbol of {}",
]  # fmt: skip
TEMPLATE = 5  # tokens that a template adds at most
SUITABLE = {  # numbers of templates; 0 is the bare phrase
    "plain": [0],
    "photo": [0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
    "drawing": [0, 0, 0, 0, 0, 2, 2, 8, 15, 15, 16, 17, 18, 19, 20, 21, 22, 23],
}
SLOTS = {"emoji": 320, "flickr": 24, "photo": 192, "drawing": 40}  # drawn captions kept of a concept, by kind or templates


class Phrases:
    """Texts by number; tokenised once. `tokens[number]`: at most PHRASE ids."""

    def __init__(self, tokenizer):
        self.tokenizer, self.number, self.tokens = tokenizer, {}, []

    def __call__(self, text):
        """The number of a text, or None where nothing is left of it."""
        text = clean(text)
        if text not in self.number:
            ids = self.tokenizer(text, PHRASE + 2)[1:-1]
            if not ids:
                return None
            self.number[text] = len(self.tokens)
            self.tokens.append(ids)
        return self.number[text]


class Corpus:
    """`concepts`: all concepts; `photo_rows`: pack → the concept of each of its photographs."""

    def __init__(self, work):
        self.work, self.words, self.phrases = work, Words(work), Phrases(Tokenizer.load(work))
        self.names = read_json(work.raw / "names.json")
        self.concepts, self.index = [], {}
        self.photo_rows, self.drawing_rows, self.judge_rows = {}, [], []

    def concept(self, kind, label, templates, describe):
        """The number of a concept, described when it is new."""
        if (kind, label) not in self.index:
            self.index[kind, label] = len(self.concepts)
            self.concepts.append(Concept(kind, label, templates))
            describe(self.concepts[-1])
        return self.index[kind, label]

    def collect_photos(self):
        describe = PhotoDescriber(self.words, read_json(self.work.raw / "captions.json"))
        for pack in ("tin", "photo"):
            labels = read_json(self.work.packs / f"{pack}.json")
            self.photo_rows[pack] = [self.concept(kind, label, "photo", describe) for kind, label in labels]

    def collect_drawings(self):
        """Emoji and icons."""
        emoji = EmojiDescriber(self.words, self.names, read_json(self.work.raw / "groups.json"))
        icon = IconDescriber(self.words)
        for row, entry in enumerate(read_json(self.work.raw / "drawings.json")):
            style = entry["style"]
            if entry.get("hex") in self.names:
                rows = self.judge_rows if style in HELD_OUT else self.drawing_rows
                rows.append(["drawings", row, style, self.concept("emoji", entry["hex"], "drawing", emoji)])
            elif "name" in entry and icon.wants(style, entry["name"]):
                self.drawing_rows.append(["drawings", row, style, self.concept(style, entry["name"], "drawing", icon)])

    def collect_clipart(self):
        entries = read_json(self.work.raw / "clipart.json")
        of = lambda source: {entry["file"]: entry for entry in entries if entry["source"] == source}
        stamp = StampDescriber(self.words, {file: entry["text"] for file, entry in of("tuxpaint").items()})
        clipart = ClipartDescriber(self.words, of("openclipart"))
        for row, entry in enumerate(entries):
            source = entry["source"]
            if source == "tuxpaint" or clipart.wants(entry):
                describe = stamp if source == "tuxpaint" else clipart
                number = self.concept(source, entry["file"], "drawing", describe)
                self.drawing_rows.append(["clipart", row, source, number])

    def slots(self):
        """Captions of each concept, drawn by weight → (phrases, templates, where each concept's begin)."""
        phrases, templates, first = [], [], [0]
        for concept in self.concepts:
            count = SLOTS.get(concept.kind, SLOTS[concept.templates])
            drawn = random.choices(list(concept.captions), list(concept.captions.values()), k=count)
            for text, suitable in drawn:
                number = self.phrases(text)
                number = self.phrases("picture") if number is None else number
                short = len(self.phrases.tokens[number]) <= PHRASE - TEMPLATE
                phrases.append(number)
                templates.append(random.choice(SUITABLE[suitable]) if short else 0)
            first.append(len(phrases))
        return phrases, templates, first

    def truth(self, used):
        """(concept, phrase) of the phrases in use that are true of several concepts."""
        owners = collections.defaultdict(set)
        for number, concept in enumerate(self.concepts):
            for text in concept.true:
                if self.phrases.number.get(text) in used:
                    owners[self.phrases.number[text]].add(number)
        return [(concept, phrase) for phrase, concepts in owners.items() if len(concepts) > 1 for concept in concepts]

    def pairs(self):
        """Kind → pairs of phrases."""
        pairs = WordPairs(self.words, self.phrases)
        pairs.add_wordnet()
        pairs.add_translations()
        for hexcode, entry in self.names.items():
            if ("emoji", hexcode) in self.index:
                pairs.add_emoji(entry)
        return pairs.found

    def write(self):
        phrases, templates, first = self.slots()
        truth, pairs = self.truth(set(phrases)), self.pairs()
        tokens = self.phrases.tokens
        np.savez_compressed(
            self.work.packs / "corpus.npz",
            tokens=np.array([token for ids in tokens for token in ids], np.uint16),
            lengths=np.array([len(ids) for ids in tokens], np.uint8),
            slot_phrase=np.array(phrases, np.int32), slot_template=np.array(templates, np.uint8),
            slot_first=np.array(first, np.int32), truth=np.array(truth, np.int32).reshape(-1, 2),
            **{f"pairs_{kind}": np.array(found, np.int32) for kind, found in pairs.items()},
            **{pack: np.array(rows, np.int32) for pack, rows in self.photo_rows.items()},
        )  # fmt: skip
        self.write_lists()
        print(len(self.concepts), "concepts,", len(set(phrases)), "phrases in captions,", len(truth), "true pairs")
        print({kind: len(found) for kind, found in pairs.items()}, len(tokens), "phrases in all")
        print(len(self.drawing_rows), "drawings,", len(self.judge_rows), "kept for judging")

    def write_lists(self):
        tokenizer = self.phrases.tokenizer
        around = [[tokenizer(part, 20)[1:-1] for part in template.split("{}")] for template in TEMPLATES]
        about = {
            "concepts": [[concept.kind, concept.label] for concept in self.concepts],
            "templates": around,
            "start": tokenizer.start,
            "end": tokenizer.end,
            "vocabulary": len(tokenizer.vocab),
        }
        write_json(self.work.packs / "concepts.json", about)
        write_json(self.work.raw / "drawing_rows.json", self.drawing_rows)
        write_json(self.work.raw / "judge_rows.json", self.judge_rows)


def main():
    corpus = Corpus(arguments(__doc__).parse_args().work)
    random.seed(0)
    corpus.collect_photos()
    corpus.collect_drawings()
    corpus.collect_clipart()
    corpus.write()


if __name__ == "__main__":
    main()
