"""Paint a few pictures in the layout of Tiny ImageNet, so that a smoke run needs no download: DATA/tiny-imagenet-200."""
import os
import sys

import numpy as np
from PIL import Image

# goldfish, tabby, golden retriever, orange: each a colour with noise
CLASSES = {"n01443537": (230, 120, 20), "n02123045": (120, 100, 80), "n02099601": (200, 170, 110), "n07747607": (255, 150, 0)}
EACH = 6


def paint(path, colour, random):
    pixels = np.clip(np.array(colour) + random.normal(0, 30, (64, 64, 3)), 0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(path)


def main(data):
    root = os.path.join(data, "tiny-imagenet-200")
    random = np.random.RandomState(0)
    os.makedirs(os.path.join(root, "val", "images"))
    annotations = []
    for wnid, colour in CLASSES.items():
        folder = os.path.join(root, "train", wnid, "images")
        os.makedirs(folder)
        for i in range(EACH):
            paint(os.path.join(folder, f"{wnid}_{i}.JPEG"), colour, random)
            paint(os.path.join(root, "val", "images", f"val_{wnid}_{i}.JPEG"), colour, random)
            annotations.append(f"val_{wnid}_{i}.JPEG\t{wnid}\t0\t0\t63\t63\n")
    with open(os.path.join(root, "val", "val_annotations.txt"), "w", encoding="utf-8") as file:
        file.writelines(annotations)
    with open(os.path.join(root, "wnids.txt"), "w", encoding="utf-8") as file:
        file.write("\n".join(CLASSES))


if __name__ == "__main__":
    main(sys.argv[1])
