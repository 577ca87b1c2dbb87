"""Photographs out of public repositories, as small arrays.

Writes WORK/raw/tin_{train,val}_{x,y}.npy and tin_wnids.json (Tiny ImageNet at its own 64 px: x uint8 [n, 64, 64, 3],
y int64 [n]); photos_x.npy and photos.json (everything else: uint8 [n, 80, 80, 3], shortest side 80 px, centre crop;
[[set, label], …]); captions.json (file name → captions, for the set "flickr").
"""
import collections
import io
import random
import subprocess

import numpy as np
from PIL import Image

from ..folders import arguments, write_json

SIDE = 80
SMALLEST = 40  # a picture with a shorter side teaches nothing
TINY = "seshuad/IMagenet"
MINI = "Deo0330/split_minidataset"
CAPTIONED = "quantumnaan/sic_translator"


class Repository:
    """The pictures of the newest commit of a bare clone."""

    def __init__(self, work, name):
        self.git = ["git", "-c", "core.quotePath=false", "--git-dir", str(work.repositories / f"{name}.git")]
        self.reader = None

    def show(self, path):
        """The text of a file."""
        return subprocess.check_output([*self.git, "show", f"HEAD:{path}"]).decode()

    def pictures(self):
        """(path, blob) of every picture."""
        for line in subprocess.check_output([*self.git, "ls-tree", "-r", "HEAD"]).decode().splitlines():
            about, path = line.split("\t", 1)
            if path.lower().endswith((".jpg", ".jpeg", ".png")):
                yield path, about.split()[2]

    def read(self, blob):
        """The bytes of a blob; one git process answers for all of them."""
        if self.reader is None:
            command = [*self.git, "cat-file", "--batch"]
            self.reader = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=1 << 20)
        self.reader.stdin.write(blob.encode() + b"\n")
        self.reader.stdin.flush()
        size = int(self.reader.stdout.readline().split()[2])
        content = self.reader.stdout.read(size)
        self.reader.stdout.read(1)
        return content


def centre_square(picture):
    """(left, top, right, bottom) of the largest square in the middle."""
    width, height = picture.size
    short = min(width, height)
    left, top = (width - short) / 2, (height - short) / 2
    return left, top, left + short, top + short


def square(content):
    """The bytes of a picture → uint8 [80, 80, 3], or None where it is too small. Raises OSError for what is no picture."""
    picture = Image.open(io.BytesIO(content))
    picture.draft("RGB", (2 * SIDE, 2 * SIDE))
    picture = picture.convert("RGB")
    if min(picture.size) < SMALLEST:
        return None
    box = centre_square(picture)
    return np.asarray(picture.resize((SIDE, SIDE), Image.BICUBIC, box=box, reducing_gap=3))


def extract_tiny_imagenet(work):
    """Writes the arrays of Tiny ImageNet → its WordNet ids."""
    repository = Repository(work, TINY)
    annotations = repository.show("tiny-imagenet-200/val/val_annotations.txt").splitlines()
    wnid_of = dict(line.split("\t")[:2] for line in annotations)
    wnids = sorted(repository.show("tiny-imagenet-200/wnids.txt").split())
    pictures, labels = {"train": [], "val": []}, {"train": [], "val": []}
    for path, blob in repository.pictures():
        _, part, *rest = path.split("/")
        if part not in pictures:
            continue
        wnid = rest[0] if part == "train" else wnid_of[rest[-1]]
        pictures[part].append(np.asarray(Image.open(io.BytesIO(repository.read(blob))).convert("RGB")))
        labels[part].append(wnids.index(wnid))
    for part in pictures:
        np.save(work.raw / f"tin_{part}_x.npy", np.stack(pictures[part]))
        np.save(work.raw / f"tin_{part}_y.npy", np.array(labels[part], dtype=np.int64))
    write_json(work.raw / "tin_wnids.json", wnids)
    return set(wnids)


def folder(depth, top=None, exact=None):
    """A label function: the name of the folder at `depth`, of pictures below `top` that lie exactly `exact` folders deep."""

    def label(path):
        parts = path.split("/")
        if len(parts) <= depth + 1 or (top and parts[0] != top) or (exact and len(parts) != exact + 1):
            return None
        return parts[depth].lower() if top == "data" else parts[depth]

    return label


def imagen_label(path):
    return path.split("/")[1].split("_")[0] if path.startswith("imagen/") else None


def grocery_label(path):
    return "/".join(path.split("/")[2:-1]) if path.startswith("dataset/") and "iconic" not in path else None


def captioned_label(path):
    return path.split("/")[-1] if path.startswith("data/images/") else None


def emotion_label(repository):
    rows = (line.split(",") for line in repository.show("data/legend.csv").splitlines()[1:])
    emotion_of = {row[1]: row[2].lower() for row in rows}
    return lambda path: emotion_of.get(path.split("/")[-1]) if path.startswith("images/") else None


def plans(work, tiny):
    """(set, repository, label of a path, most pictures of a label)."""
    faces = Repository(work, "muxspace/facial_expressions")
    yield "mini", Repository(work, MINI), folder(1), lambda label: 120 if label in tiny else 600
    yield "nette", Repository(work, "thunderInfy/imagenette"), folder(1), lambda label: 100 if label in tiny else 600
    yield "imagen", Repository(work, "ajschumacher/imagen"), imagen_label, lambda label: 9
    yield "sports", Repository(work, "jurjsorinliviu/Sports-Type-Classifier"), folder(1, "data", 2), lambda label: 360
    yield "scenes", Repository(work, "jaaumeadrover/Landscape-Image-Classification"), folder(2, "data"), lambda label: 400
    yield "grocery", Repository(work, "marcusklasson/GroceryStoreDataset"), grocery_label, lambda label: 45
    yield "clothes", Repository(work, "alexeygrigorev/clothing-dataset-small"), folder(1, None, 2), lambda label: 260
    yield "faces", faces, emotion_label(faces), lambda label: 350
    yield "flickr", Repository(work, CAPTIONED), captioned_label, lambda label: 1


def sample_of(repository, label_of, most):
    """(label, uint8 [80, 80, 3]) of at most `most(label)` pictures of each label, always the same ones."""
    by_label = collections.defaultdict(list)
    for path, blob in repository.pictures():
        label = label_of(path)
        if label is not None:
            by_label[label].append(blob)
    for label, blobs in by_label.items():
        random.Random(label).shuffle(blobs)
        for blob in blobs[: most(label)]:
            try:
                pixels = square(repository.read(blob))
            except OSError:
                continue  # not a picture that Pillow can read
            if pixels is not None:
                yield label, pixels


def captions_of(work):
    """Flickr8k: file name → its captions."""
    captions = collections.defaultdict(list)
    for line in Repository(work, CAPTIONED).show("data/captions.txt").splitlines()[1:]:
        name, text = line.split(",", 1)
        captions[name].append(text.strip('"'))
    return captions


def main():
    work = arguments(__doc__).parse_args().work
    tiny = extract_tiny_imagenet(work)
    pictures, about = [], []
    for name, repository, label_of, most in plans(work, tiny):
        for label, pixels in sample_of(repository, label_of, most):
            pictures.append(pixels)
            about.append([name, label])
        print(name, len(pictures), "pictures so far", flush=True)
    np.save(work.raw / "photos_x.npy", np.stack(pictures))
    write_json(work.raw / "photos.json", about)
    write_json(work.raw / "captions.json", captions_of(work))


if __name__ == "__main__":
    main()
