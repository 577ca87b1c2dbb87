"""English phrases that a picture may be searched by, for a sentence encoder: WORK/meaning/phrases.txt, one a line.

Words and glosses of WordNet, names and keywords of CLDR, and composed captions: 137,000 for version 1.
"""
import random
import re

from ..folders import arguments, read_json
from .wordnet import WordNet

LONGEST = 90  # characters
GLOSS = 12  # words
# Lexicographer files of WordNet: act, animal, artifact, body, event, food, group, location, object, person, phenomenon, plant,
# substance; and those of things that can be pictured one by one.
CONCRETE = {4, 5, 6, 8, 11, 13, 15, 17, 18, 19, 20, 27}
THINGS = {5, 6, 13, 15, 17, 18, 20}
QUALITIES = (
    "red blue green yellow white black brown orange pink purple small big old new wooden metal furry cute scary dirty shiny broken "
    "colorful tall tiny huge wet frozen happy sad angry sleeping"
).split()
PLACES = (
    "on a table|in the grass|on the beach|in the snow|in the water|at night|in a forest|on the street|in the sky|in a room|"
    "by the sea|in a field|on a plate|under a tree|in the mountains|in the city"
).split("|")
ACTORS = "a person|a man|a woman|a child|people|a dog|someone|a boy|a girl".split("|")
ACTIONS = (
    "playing eating riding holding driving reading throwing catching cooking drinking watching walking carrying cutting washing"
).split()


class Words:
    """`words(pos)`: (word, its most frequent synset, how often it was tagged) of all words of a part of speech."""

    def __init__(self, work):
        self.wordnet = WordNet(work)

    def words(self, pos):
        for (own, word), keys in self.wordnet.senses.items():
            if own == pos:
                yield word, self.wordnet.synsets[keys[0]], self.wordnet.tagged[own, word]

    def gloss(self, synset):
        return " ".join(synset.gloss.split()[:GLOSS])


def wordnet_phrases(words):
    """Common words; of the rare ones those that name concrete things, about half of them; glosses."""
    for word, synset, tagged in words.words("n"):
        concrete = synset.lexicographer in CONCRETE
        if tagged > 0 or (concrete and random.random() < 0.55):
            yield word
    for synset in words.wordnet.synsets.values():
        if synset.pos == "n" and synset.lexicographer in CONCRETE and random.random() < 0.5:
            yield words.gloss(synset)
    for pos, least in (("a", 1), ("v", 2)):
        for word, synset, tagged in words.words(pos):
            if tagged >= least:
                yield word
                yield words.gloss(synset)


def purposes(words):
    """Something to eat, a place to sleep, …: of common verbs."""
    for verb, _, tagged in words.words("v"):
        if tagged > 8:
            yield f"something to {verb}"
            yield f"a place to {verb}"
            yield f"a person who likes to {verb}"


def emoji_phrases(names):
    for entry in names.values():
        name, tags = entry["en"]
        yield from [name, *tags]


def composed(words):
    """Captions by pattern, with common names of things."""
    things = [word for word, synset, tagged in words.words("n") if tagged > 0 and synset.lexicographer in THINGS]
    pick = random.choice
    for _ in range(18_000):
        yield f"{pick(QUALITIES)} {pick(things)}"
    for _ in range(9_000):
        yield f"a {pick(things)} {pick(PLACES)}"
    for _ in range(5_000):
        yield f"a {pick(things)} and a {pick(things)}"
    for _ in range(6_000):
        yield f"{pick(ACTORS)} {pick(ACTIONS)} a {pick(things)}"


def main():
    parser = arguments(__doc__)
    parser.add_argument("--limit", type=int, help="at most so many, picked at random")
    options = parser.parse_args()
    random.seed(7)
    words, names = Words(options.work), read_json(options.work.raw / "names.json")
    sources = wordnet_phrases(words), emoji_phrases(names), composed(words), purposes(words)
    tidy = (re.sub(r"\s+", " ", phrase).strip() for source in sources for phrase in source)
    phrases = sorted({phrase for phrase in tidy if 1 < len(phrase) < LONGEST})
    if options.limit:
        phrases = sorted(random.sample(phrases, min(options.limit, len(phrases))))
    (options.work.meaning / "phrases.txt").write_text("\n".join(phrases) + "\n", "utf-8")
    print(len(phrases), "phrases")


if __name__ == "__main__":
    main()
