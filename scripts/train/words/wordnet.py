"""WordNet 3.0, all parts of speech, as Debian's wordnet-base has it."""
import collections
import re
from pathlib import Path

INSTALLED = Path("/usr/share/wordnet")
Synset = collections.namedtuple("Synset", "pos lexicographer lemmas pointers gloss")
# Hypernyms so general that they would be right for almost every picture.
GENERIC = {
    "entity", "physical entity", "object", "physical object", "whole", "unit", "artifact", "artefact", "matter",
    "abstraction", "abstract entity", "causal agent", "cause", "causal agency", "living thing", "animate thing",
    "organism", "being", "instrumentality", "instrumentation", "thing", "substance", "attribute", "psychological feature",
    "event", "relation", "group", "grouping", "measure", "communication", "state", "natural object", "part", "piece",
    "act", "deed", "human action", "human activity", "body", "cognition", "knowledge", "noesis", "definite quantity",
}  # fmt: skip


def lines_of(path):
    """The lines of a file of WordNet without its licence, which is indented."""
    with open(path, encoding="utf-8") as file:
        return [line for line in file if not line.startswith("  ")]


class WordNet:
    """`synsets`: (pos, offset) → Synset; `senses`: (pos, lemma) → keys, most frequent first; `tagged`: how many of them
    were seen in tagged texts. Read from WORK/share/wordnet, else from where the package is installed."""

    def __init__(self, work):
        unpacked = work.share / "wordnet"
        folder = unpacked if unpacked.is_dir() else INSTALLED
        self.synsets, self.senses, self.tagged = {}, {}, {}
        for pos, name in (("n", "noun"), ("v", "verb"), ("a", "adj"), ("r", "adv")):
            self.read_synsets(pos, folder / f"data.{name}")
            self.read_index(pos, folder / f"index.{name}")

    def read_synsets(self, pos, path):
        for line in lines_of(path):
            head, gloss = line.split("|", 1)
            fields = head.split()
            count = int(fields[3], 16)
            lemmas = [re.sub(r"\(.*?\)", "", fields[4 + 2 * i]).replace("_", " ") for i in range(count)]
            rest = fields[5 + 2 * count :]
            pointers = [
                (rest[4 * i], ({"s": "a"}.get(rest[4 * i + 2], rest[4 * i + 2]), rest[4 * i + 1]))
                for i in range(int(fields[4 + 2 * count]))
            ]
            gloss = re.sub(r"\(.*?\)", "", gloss).split(";")[0].split('"')[0].strip()
            self.synsets[pos, fields[0]] = Synset(pos, int(fields[1]), lemmas, pointers, gloss)

    def read_index(self, pos, path):
        for line in lines_of(path):
            fields = line.split()
            pointers = int(fields[3])
            lemma = fields[0].replace("_", " ")
            self.senses[pos, lemma] = [(pos, offset) for offset in fields[6 + pointers :]]
            self.tagged[pos, lemma] = int(fields[5 + pointers])

    def known(self, word):
        return any((pos, word) in self.senses for pos in "nav")

    def common(self, word, parts="nav"):
        """Was the word seen in tagged texts?"""
        return any(self.tagged.get((pos, word), 0) > 0 for pos in parts)

    def related(self, key, symbols):
        return [target for symbol, target in self.synsets[key].pointers if symbol in symbols]

    def ancestors(self, key, depth=99):
        """Keys of the first hypernym of the first hypernym …, nearest first."""
        found = []
        while len(found) < depth:
            up = self.related(key, ("@", "@i"))
            if not up:
                return found
            key = up[0]
            found.append(key)
        return found

    def closure(self, key):
        """All hypernyms along every path."""
        found, open_ = [], [key]
        while open_:
            for up in self.related(open_.pop(0), ("@", "@i")):
                if up not in found:
                    found.append(up)
                    open_.append(up)
        return found

    def kinds(self, key, depth=99):
        """Lemmas of hypernyms that say something, nearest first."""
        names = []
        for up in self.ancestors(key, depth):
            names += [lemma.lower() for lemma in self.synsets[up].lemmas if lemma.lower() not in GENERIC]
        return names
