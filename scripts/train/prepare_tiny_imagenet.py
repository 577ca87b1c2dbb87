"""Turn the standard `tiny-imagenet-200` folder into arrays: DATA/photos_{train,val}_{x,y}.npy and photo_classes.json."""
import argparse
import os

import numpy as np
from PIL import Image

from bpe import write_json


def read_lines(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read().splitlines()


def training_pictures(source, wnids):
    for label, wnid in enumerate(wnids):
        folder = os.path.join(source, "train", wnid, "images")
        for name in sorted(os.listdir(folder)):
            yield os.path.join(folder, name), label


def validation_pictures(source, wnids):
    label = {wnid: i for i, wnid in enumerate(wnids)}
    for line in read_lines(source, "val", "val_annotations.txt"):
        name, wnid = line.split("\t")[:2]
        yield os.path.join(source, "val", "images", name), label[wnid]


def save_arrays(target, part, pictures):
    """x: uint8 [n, 64, 64, 3]; y: int64 [n]."""
    paths, labels = zip(*pictures)
    pixels = [np.asarray(Image.open(path).convert("RGB")) for path in paths]
    np.save(os.path.join(target, f"photos_{part}_x.npy"), np.stack(pixels))
    np.save(os.path.join(target, f"photos_{part}_y.npy"), np.array(labels, dtype=np.int64))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", help="the tiny-imagenet-200 folder")
    parser.add_argument("data", help="where the arrays go")
    options = parser.parse_args()

    wnids = sorted(read_lines(options.source, "wnids.txt"))
    save_arrays(options.data, "train", training_pictures(options.source, wnids))
    save_arrays(options.data, "val", validation_pictures(options.source, wnids))
    write_json(options.data, "photo_classes.json", wnids)


if __name__ == "__main__":
    main()
