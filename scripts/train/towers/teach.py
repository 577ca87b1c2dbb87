"""For every phrase the concepts whose texts the sentence encoder finds nearest, and how near. WORK/meaning/teacher.npz:
`concepts` [k], `top` [phrases, 48] (numbers among the k), `sim` [phrases, 48] (cosine, float16).
"""
import time

import numpy as np

from ..folders import arguments, read_json

NEAREST = 48
AT_ONCE = 1500  # phrases
# Concepts with many pictures, or drawn by people who meant them.
KINDS = {"emoji", "imagenet", "sports", "scenes", "clothes", "faces", "tuxpaint", "grocery"}
# A name counts a little more than a keyword. Cosine, by the place of a text among the concept's.
FIRST_TEXTS, FURTHER_TEXTS = -0.02, -0.05
FIRST = 6


def handicap(place):
    if place == 0:
        return 0
    return FIRST_TEXTS if place < FIRST else FURTHER_TEXTS


class Concepts:
    """`numbers`: concepts [k]; `texts`: their texts by place, [k, most], the row `len(vectors)` for none."""

    def __init__(self, work):
        kinds = [kind for kind, _ in read_json(work.packs / "concepts.json")["concepts"]]
        rows = {int(number): row for number, row in read_json(work.meaning / "concept_texts.json").items()}
        self.numbers = sorted(number for number in rows if kinds[number] in KINDS)
        self.vectors = np.load(work.meaning / "concept_texts.npy").astype(np.float32)
        most = max(len(rows[number]) for number in self.numbers)
        self.texts = np.full((len(self.numbers), most), len(self.vectors))
        for k, number in enumerate(self.numbers):
            self.texts[k, : len(rows[number])] = rows[number]

    def similarity(self, phrases):
        """Vectors of phrases [n, 512] → [n, k]: that of the nearest text of each concept."""
        by_text = phrases @ self.vectors.T
        by_text = np.concatenate([by_text, np.full((len(phrases), 1), -1, np.float32)], 1)
        best = np.full((len(phrases), len(self.numbers)), -1, np.float32)
        for place in range(self.texts.shape[1]):
            np.maximum(best, by_text[:, self.texts[:, place]] + np.float32(handicap(place)), out=best)
        return best


def main():
    work = arguments(__doc__).parse_args().work
    phrases, concepts, started = np.load(work.meaning / "phrases.npy").astype(np.float32), Concepts(work), time.time()
    nearest = min(NEAREST, len(concepts.numbers))
    top, sim = np.zeros((len(phrases), nearest), np.int32), np.zeros((len(phrases), nearest), np.float16)
    for start in range(0, len(phrases), AT_ONCE):
        rows = slice(start, start + AT_ONCE)
        best = concepts.similarity(phrases[rows])
        top[rows] = np.argpartition(-best, nearest - 1, axis=1)[:, :nearest]
        sim[rows] = np.take_along_axis(best, top[rows], 1)
    np.savez(work.meaning / "teacher.npz", concepts=np.array(concepts.numbers), top=top, sim=sim)
    print(f"{len(phrases)} phrases, {len(concepts.numbers)} concepts, {time.time() - started:.0f} s")


if __name__ == "__main__":
    main()
