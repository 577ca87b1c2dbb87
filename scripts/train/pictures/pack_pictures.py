"""Pack the pictures as WebP mosaics of 32 × 32 tiles: a whole training set in a few files.

Writes WORK/packs/tin_000.webp … (64 px), photo_000.webp … (80 px) or drawing_000.webp … (80 px, with alpha), and the order
of the pictures in tin.json, photo.json ([[kind, label], …]) or drawing.json ([[style, concept], …]). Every mosaic is a
random sample of its pack, so that any of them can be left out.

Version 1 was packed with quality 30 (photographs) and 62 (drawings). 30 is too low: README.md says what it did.
"""
import collections
import random

import numpy as np
from PIL import Image

from .find_duplicates import duplicate_rows
from ..folders import arguments, read_json, write_json

TILES = 32
SIDE = 80
IMAGENET = {"mini", "nette", "imagen"}  # sets whose labels are WordNet ids
MOST = {"mini": 480}  # pictures of a label


def mosaic(tiles):
    """uint8 [at most 1024, side, side, channels] → a picture; what is missing is black."""
    count, side, _, channels = tiles.shape
    full = np.zeros((TILES * TILES, side, side, channels), np.uint8)
    full[:count] = tiles
    grid = full.reshape(TILES, TILES, side, side, channels).transpose(0, 2, 1, 3, 4)
    return Image.fromarray(grid.reshape(TILES * side, TILES * side, channels), "RGBA" if channels == 4 else "RGB")


def pack(work, name, pictures, rows, quality, **options):
    """Write `pictures[row]` of all rows as mosaics of WebP."""
    total = 0
    for number, first in enumerate(range(0, len(rows), TILES * TILES)):
        tiles = np.stack([pictures[row] for row in rows[first : first + TILES * TILES]])
        path = work.packs / f"{name}_{number:03d}.webp"
        mosaic(tiles).save(path, "WEBP", quality=quality, method=4, **options)
        total += path.stat().st_size
    print(f"{name}: {len(rows)} pictures, {total / 1e6:.1f} MB, {total / len(rows):.0f} bytes each", flush=True)


def shuffled_without(duplicates, count):
    rows = [row for row in range(count) if row not in duplicates]
    random.shuffle(rows)
    return rows


def pack_tiny(work, quality):
    pictures, labels = np.load(work.raw / "tin_train_x.npy", mmap_mode="r"), np.load(work.raw / "tin_train_y.npy")
    wnids = read_json(work.raw / "tin_wnids.json")
    rows = shuffled_without(duplicate_rows(work, "tin"), len(labels))
    write_json(work.packs / "tin.json", [["imagenet", wnids[labels[row]]] for row in rows])
    pack(work, "tin", pictures, rows, quality)


def photo_rows(work, about):
    """(rows that are packed, rows that there is no room for), in random order, always the same."""
    random.seed(0)
    seen, packed, left = collections.Counter(), [], []
    for row in shuffled_without(duplicate_rows(work, "photos"), len(about)):
        name, label = about[row]
        seen[name, label] += 1
        (packed if seen[name, label] <= MOST.get(name, len(about)) else left).append(row)
    return packed, left


def pack_photos(work, quality):
    pictures, about = np.load(work.raw / "photos_x.npy", mmap_mode="r"), read_json(work.raw / "photos.json")
    rows, _ = photo_rows(work, about)
    kind = lambda name: "imagenet" if name in IMAGENET else name
    write_json(work.packs / "photo.json", [[kind(about[row][0]), about[row][1]] for row in rows])
    pack(work, "photo", pictures, rows, quality)


def open_drawings(work, name):
    """raw/NAME.rgba as uint8 [n, 80, 80, 4]."""
    return np.memmap(work.raw / f"{name}.rgba", np.uint8, "r").reshape(-1, SIDE, SIDE, 4)


class Drawings:
    """The drawings of build_corpus.py's drawing_rows.json: [file, row, style, concept] each."""

    def __init__(self, work, entries):
        self.entries = entries
        self.files = {name: open_drawings(work, name) for name in {entry[0] for entry in entries}}

    def __getitem__(self, number):
        file, row = self.entries[number][:2]
        return self.files[file][row]


def pack_drawings(work, quality):
    entries = read_json(work.raw / "drawing_rows.json")
    random.shuffle(entries)
    write_json(work.packs / "drawing.json", [[style, concept] for _, _, style, concept in entries])
    pack(work, "drawing", Drawings(work, entries), list(range(len(entries))), quality, alpha_quality=70)


PACKERS = {"tin": pack_tiny, "photo": pack_photos, "drawing": pack_drawings}


def main():
    parser = arguments(__doc__)
    parser.add_argument("pack", choices=PACKERS)
    parser.add_argument("--quality", type=int, required=True, help="of WebP, 0 to 100")
    options = parser.parse_args()
    random.seed(0)
    PACKERS[options.pack](options.work, options.quality)


if __name__ == "__main__":
    main()
