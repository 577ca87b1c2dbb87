"""A stand-in for the sentence encoder: vectors of hashed words, in the files that embed-phrases.ts writes.

WORK/meaning/phrases.npy and concept_texts.npy: float16 [lines, 512], unit rows. Texts are alike as far as they share words.
"""
import zlib

import numpy as np

from ..folders import arguments

DIM = 512


def embed(text):
    """The sum of a random vector for each word, of length 1."""
    words = text.lower().split() or [""]
    vector = sum(np.random.RandomState(zlib.crc32(word.encode())).normal(size=DIM) for word in words)
    return vector / np.linalg.norm(vector)


def main():
    work = arguments(__doc__).parse_args().work
    for name in ("phrases", "concept_texts"):
        lines = (work.meaning / f"{name}.txt").read_text("utf-8").splitlines()
        np.save(work.meaning / f"{name}.npy", np.stack([embed(line) for line in lines]).astype(np.float16))


if __name__ == "__main__":
    main()
