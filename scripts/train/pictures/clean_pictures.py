"""Uncompressed training pictures for repair.py, most of them never seen by train.py."""
import collections
import random

import numpy as np
import torch

from .augment import any_sharpness, augment_drawings, augment_photos
from .extract_photos import MINI, Repository, square
from .find_duplicates import ALIKE, duplicate_rows, judged_rows, shrink, unit_rows
from ..folders import read_json
from .pack_pictures import IMAGENET, SIDE, open_drawings, photo_rows
from .pictures import enlarge

STYLE_WEIGHT = {"fluent-emoji-flat": 2.5, "game-icons": 0.15, "ph": 0.2, "icon-park": 0.2}
LEFT_OVER = 62  # pictures of a label that pack_pictures.py had no room for
NEVER_EXTRACTED = slice(120, 205)  # pictures of a label that extract_photos.py did not take: it took 120
OTHER_SETS, TINY, DRAWINGS = 900, 3600, 3000


class CleanPictures:
    """`photos`: uint8 [n, 3, 80, 80], `photo_concepts`: [n]; `drawings`: entries of drawing_rows.json.

    `numbers`: (kind, label) → concept.
    """

    def __init__(self, work, numbers):
        self.work, self.choose = work, np.random.RandomState(11)
        self.about, self.pixels = read_json(work.raw / "photos.json"), np.load(work.raw / "photos_x.npy", mmap_mode="r")
        pictures = [*self.left_over(), *self.never_extracted(), *self.other_sets()]
        labels = [label for _, label in pictures]
        photos = torch.from_numpy(np.stack([pixels for pixels, _ in pictures])).permute(0, 3, 1, 2)
        tiny, tiny_labels = self.tiny_imagenet()
        self.photos = torch.cat([photos, tiny])
        self.photo_concepts = np.array([numbers[label] for label in labels + tiny_labels])
        self.rgba = open_drawings(work, "drawings")
        self.drawings = self.some_drawings()
        print(len(self.photos), "photographs,", len(self.drawings), "drawings", flush=True)

    def left_over(self):
        """(pixels, (kind, label)) of pictures that pack_pictures.py had no room for."""
        taken = collections.Counter()
        for row in photo_rows(self.work, self.about)[1]:
            label = self.about[row][1]
            taken[label] += 1
            if taken[label] <= LEFT_OVER:
                yield self.pixels[row], ("imagenet", label)

    def never_extracted(self):
        """The same of mini-ImageNet's classes that Tiny ImageNet has too; duplicates of judged pictures are left out."""
        tiny, repository = set(read_json(self.work.raw / "tin_wnids.json")), Repository(self.work, MINI)
        _, judged = judged_rows(self.work.judged)
        by_label = collections.defaultdict(list)
        for path, blob in repository.pictures():
            if path.count("/") == 2 and path.split("/")[1] in tiny:
                by_label[path.split("/")[1]].append(blob)
        for label, blobs in by_label.items():
            random.Random(label).shuffle(blobs)
            for blob in blobs[NEVER_EXTRACTED]:
                pixels = square(repository.read(blob))
                if pixels is not None and (unit_rows(shrink(pixels[None])) @ judged.T).max() < ALIKE:
                    yield pixels, ("imagenet", label)

    def other_sets(self):
        """The same of the sets that are not of ImageNet."""
        rows = [row for row, (kind, _) in enumerate(self.about) if kind not in IMAGENET]
        duplicates = duplicate_rows(self.work, "photos")
        for row in self.choose.permutation([row for row in rows if row not in duplicates])[:OTHER_SETS]:
            yield self.pixels[row], tuple(self.about[row])

    def tiny_imagenet(self):
        """(uint8 [n, 3, 80, 80], labels)."""
        raw = self.work.raw
        pixels, labels = np.load(raw / "tin_train_x.npy", mmap_mode="r"), np.load(raw / "tin_train_y.npy")
        wnids, duplicates = read_json(raw / "tin_wnids.json"), duplicate_rows(self.work, "tin")
        drawn = np.sort(self.choose.choice(len(labels), min(TINY, len(labels)), replace=False))
        rows = [row for row in drawn if row not in duplicates]
        small = torch.from_numpy(pixels[rows]).permute(0, 3, 1, 2)
        return enlarge(small), [("imagenet", wnids[labels[row]]) for row in rows]

    def some_drawings(self):
        entries = [entry for entry in read_json(self.work.raw / "drawing_rows.json") if entry[0] == "drawings"]
        weight = np.array([STYLE_WEIGHT.get(style, 1) for _, _, style, _ in entries])
        count = min(DRAWINGS, len(entries))
        return [entries[i] for i in self.choose.choice(len(entries), count, replace=False, p=weight / weight.sum())]

    def batches(self, photos=108, drawings=20, any_share=0.5):
        """(standardised pictures [n, 3, 80, 80], concepts [n]): every photograph once, a share of them of any sharpness."""
        order, start = self.choose.permutation(len(self.photos)), 0
        for first in range(0, len(order), photos):
            rows = order[first : first + photos]
            entries = [self.drawings[(start + i) % len(self.drawings)] for i in range(drawings)]
            start += drawings
            concepts = np.concatenate([self.photo_concepts[rows], [concept for _, _, _, concept in entries]])
            seen = torch.cat([self.augmented_photos(rows, any_share), self.augmented_drawings(entries)])
            yield seen.contiguous(memory_format=torch.channels_last), concepts

    def augmented_photos(self, rows, any_share):
        pixels = self.photos[rows].float() / 255
        some = (torch.rand(len(rows)) < any_share).view(-1, 1, 1, 1)
        pixels = torch.where(some, any_sharpness(pixels), pixels)
        return augment_photos((pixels * 255).round().byte(), SIDE, 0.35)

    def augmented_drawings(self, entries):
        rgba = torch.from_numpy(np.stack([self.rgba[row] for _, row, _, _ in entries])).permute(0, 3, 1, 2)
        grounds = self.photos[self.choose.randint(len(self.photos), size=len(entries))]
        return augment_drawings(rgba, torch.zeros(len(entries)), grounds, SIDE, 0.3)
