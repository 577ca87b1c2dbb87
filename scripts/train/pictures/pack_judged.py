"""Small packs to look at during training (evaluate.ts judges in full), and which drawings may be mirrored.

Writes WORK/packs/judge{tin,photos,style}_000.webp, judge.json and mirror.json, and raw/tin_lemmas.json and
trained_wnids.json for evaluate.ts.
"""
import random
import re

import numpy as np
from PIL import Image

from ..words.bpe import Tokenizer
from .extract_photos import SIDE, centre_square
from ..folders import arguments, read_json, write_json
from .pack_pictures import IMAGENET, open_drawings, pack
from ..towers.towers import TEXT_LENGTH
from ..words.wordnet import WordNet

STYLE = "fxemoji"  # judged, never trained on
LOOKS = 1024  # validation pictures of Tiny ImageNet to look at
QUALITY = 80
# Mirrored, these would show something else or nothing.
FIXED = re.compile(
    r"left|right|arrow|flag|clock|letter|number|input|keycap|button|sign|symbol|text|math|digit|\d|alphabet|abc|back|forward|"
    r"clef|note|question|exclamation|percent|dollar|euro|pound|yen|currency|map|roman|chess|card|word|japanese|zodiac|east|west",
    re.I,
)
SYMBOLS, FLAGS = 8, 9  # groups of emoji


def mirrors(concepts, names, groups):
    """For each concept: 1 where its drawings may be mirrored, else 0."""
    for kind, label in concepts:
        if kind == "emoji":
            fixed = groups.get(label, [-1])[0] in (SYMBOLS, FLAGS) or FIXED.search(names[label]["en"][0])
        else:
            fixed = FIXED.search(label.split(".")[0])
        yield 0 if fixed else 1


class Looks:
    """`sets`: name → number of the right text for each picture; `prompts`: name → question → token ids of each text."""

    def __init__(self, work):
        self.work, self.tokenizer = work, Tokenizer.load(work)
        self.sets, self.prompts = {}, {}

    def tokens(self, texts):
        return [self.tokenizer(text, TEXT_LENGTH) for text in texts]

    def add(self, name, pictures, rows, right, prompts):
        pack(self.work, f"judge{name}", pictures, rows, QUALITY)
        self.sets[name], self.prompts[name] = right, prompts

    def add_tiny(self):
        """A picture of Tiny ImageNet → its class."""
        raw = self.work.raw
        wordnet = WordNet(self.work)
        lemmas = [wordnet.synsets["n", wnid[1:]].lemmas[0] for wnid in read_json(raw / "tin_wnids.json")]
        write_json(raw / "tin_lemmas.json", lemmas)
        pictures, labels = np.load(raw / "tin_val_x.npy", mmap_mode="r"), np.load(raw / "tin_val_y.npy")
        rows = random.sample(range(len(labels)), min(LOOKS, len(labels)))
        names = self.tokens(f"a photo of a {lemma}" for lemma in lemmas)
        self.add("tin", pictures, rows, [int(labels[row]) for row in rows], {"name": names})

    def add_photos(self):
        """A judged photograph → its name, and back."""
        judged = self.work.judged
        label_of = read_json(judged / "labels.json")
        pictures = []
        for name in sorted(label_of):
            picture = Image.open(judged / name).convert("RGB")
            pictures.append(np.asarray(picture.resize((SIDE, SIDE), Image.BICUBIC, box=centre_square(picture))))
        rows = list(range(len(pictures)))
        texts = self.tokens(f"a photo of a {label_of[name]}" for name in sorted(label_of))
        self.add("photos", np.stack(pictures), rows, rows, {"name": texts, "find": texts})

    def add_style(self, names, concepts):
        """A name of an emoji → its drawing in a style that is not trained on; left out where none is drawn."""
        judged = [entry for entry in read_json(self.work.raw / "judge_rows.json") if entry[2] == STYLE]
        if judged:
            texts = self.tokens(names[concepts[concept][1]]["en"][0] for _, _, _, concept in judged)
            rows = [row for _, row, _, _ in judged]
            self.add("style", open_drawings(self.work, "drawings"), rows, list(range(len(rows))), {"find": texts})


def main():
    work = arguments(__doc__).parse_args().work
    random.seed(1)
    names, concepts = read_json(work.raw / "names.json"), read_json(work.packs / "concepts.json")["concepts"]
    write_json(work.packs / "mirror.json", list(mirrors(concepts, names, read_json(work.raw / "groups.json"))))
    trained = {label for kind, label in read_json(work.raw / "photos.json") if kind in IMAGENET}
    write_json(work.raw / "trained_wnids.json", sorted(trained))
    looks = Looks(work)
    looks.add_tiny()
    looks.add_photos()
    looks.add_style(names, concepts)
    write_json(work.packs / "judge.json", {"sets": looks.sets, "prompts": looks.prompts})


if __name__ == "__main__":
    main()
