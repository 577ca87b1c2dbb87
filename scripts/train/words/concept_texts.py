"""What a sentence encoder is told of each concept: WORK/meaning/concept_texts.txt (English texts, one a line) and
concept_texts.json (concept → numbers of its texts, its name first).
"""
import re

from .describe_photos import LISTED
from ..folders import arguments, read_json, write_json
from .lexicon import clean
from .wordnet import WordNet

MOST = 14  # texts of a concept
NAMED_BY_FILE = {"tuxpaint", "grocery", "flat-color-icons", "openclipart", "meteocons"}


def synset_texts(wordnet, wnid):
    """Lemmas, gloss and the nearest hypernyms."""
    key = ("n", wnid[1:])
    above = [lemma for up in wordnet.closure(key)[:4] for lemma in wordnet.synsets[up].lemmas[:2]]
    return [*wordnet.synsets[key].lemmas, wordnet.synsets[key].gloss, *above]


def texts_of(kind, label, names, wordnet):
    if kind == "emoji":
        name, tags = names[label]["en"]
        return [name, *tags]
    if kind == "imagenet":
        return synset_texts(wordnet, label)
    if kind in LISTED:
        return LISTED[kind][label]
    if kind in NAMED_BY_FILE:
        return [re.sub(r"[-_/]", " ", re.sub(r"\.\w+$", "", label.split("/")[-1]))]
    return []


def main():
    work = arguments(__doc__).parse_args().work
    names, wordnet, found = read_json(work.raw / "names.json"), WordNet(work), {}
    for number, (kind, label) in enumerate(read_json(work.packs / "concepts.json")["concepts"]):
        texts = [clean(text) for text in texts_of(kind, label, names, wordnet) if re.search("[a-zA-Z]", text)]
        texts = list(dict.fromkeys(text for text in texts if text))[:MOST]
        if texts:
            found[number] = texts
    used = sorted({text for texts in found.values() for text in texts})
    place = {text: i for i, text in enumerate(used)}
    (work.meaning / "concept_texts.txt").write_text("\n".join(used) + "\n", "utf-8")
    rows = {concept: [place[text] for text in texts] for concept, texts in found.items()}
    write_json(work.meaning / "concept_texts.json", rows)
    print(len(used), "texts of", len(found), "concepts")


if __name__ == "__main__":
    main()
