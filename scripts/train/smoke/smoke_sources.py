"""A few dozen pictures and words in place of the real sources: WORK/repositories, share and judged, laid out as those are.

Photographs are painted as colours with noise, or cut at random out of a folder's (--photos FOLDER).
"""
import gzip
import io
import random
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from ..folders import arguments, write_json
from ..words.lexicon import DICTIONARIES, DIGITS, ONE_WAY

# goldfish, tabby, golden retriever, orange
CLASSES = ("n01443537", "n02123045", "n02099601", "n07747607")
NAMES = ("goldfish", "tabby", "golden retriever", "orange")
EACH = 8
WORDS = {"spa": "gato", "fra": "chat", "ita": "gatto", "por": "gato", "nld": "kat", "rus": "кошка", "deu": "Katze"}
STAMP = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="4" fill="{}"/>{}</svg>'
METADATA = (
    '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><dc:title>{}'
    "</dc:title><dc:subject><rdf:Bag><rdf:li>{}</rdf:li></rdf:Bag></dc:subject></metadata>"
)


class Photographs:
    """JPEG bytes: of the same colour for the same label, or a random square out of the photographs given."""

    def __init__(self, folder):
        self.random = np.random.RandomState(0)
        paths = sorted(Path(folder).iterdir()) if folder else []
        self.given = [path for path in paths if path.suffix.lower() in (".jpg", ".jpeg", ".png", ".webp")]
        if folder and not self.given:
            raise SystemExit(f"{folder} holds no photographs")

    def __call__(self, label, side):
        picture = self.cut(side) if self.given else self.paint(label, side)
        content = io.BytesIO()
        picture.save(content, "JPEG", quality=90)
        return content.getvalue()

    def paint(self, label, side):
        colour = np.array(random.Random(label).choices(range(256), k=3))
        pixels = colour + self.random.normal(0, 30, (side, side, 3))
        return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))

    def cut(self, side):
        picture = Image.open(self.given[self.random.randint(len(self.given))]).convert("RGB")
        width, height = picture.size
        own = self.random.uniform(0.5, 1) * min(width, height)
        left, top = self.random.uniform(0, width - own), self.random.uniform(0, height - own)
        return picture.resize((side, side), Image.BICUBIC, box=(left, top, left + own, top + own))


def commit(work, name, files):
    """A bare repository OWNER/NAME.git with one commit. `files`: path → bytes."""
    target = work.repositories / f"{name}.git"
    with tempfile.TemporaryDirectory() as folder:
        for path, content in files.items():
            file = Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        git = ["git", "-C", folder, "-c", "user.name=smoke", "-c", "user.email=smoke@example.org"]
        subprocess.check_call([*git, "init", "-q"])
        subprocess.check_call([*git, "add", "."])
        subprocess.check_call([*git, "commit", "-q", "-m", "Smoke"])
        subprocess.check_call(["git", "clone", "-q", "--bare", folder, str(target)])


def tiny_imagenet(photo):
    files, annotations = {}, ""
    for wnid in CLASSES:
        for i in range(EACH):
            files[f"tiny-imagenet-200/train/{wnid}/images/{wnid}_{i}.JPEG"] = photo(wnid, 64)
            files[f"tiny-imagenet-200/val/images/val_{wnid}_{i}.JPEG"] = photo(wnid, 64)
            annotations += f"val_{wnid}_{i}.JPEG\t{wnid}\t0\t0\t63\t63\n"
    files["tiny-imagenet-200/val/val_annotations.txt"] = annotations.encode()
    files["tiny-imagenet-200/wnids.txt"] = "\n".join(CLASSES).encode()
    return files


def labelled(photo, pattern, labels, count=EACH):
    """`pattern`: a path with {label} and {i}."""
    return {pattern.format(label=label, i=i): photo(label, 120) for label in labels for i in range(count)}


def write_repositories(work, photo):
    commit(work, "seshuad/IMagenet", tiny_imagenet(photo))
    commit(work, "Deo0330/split_minidataset", labelled(photo, "train/{label}/{i}.jpg", CLASSES))
    commit(work, "thunderInfy/imagenette", labelled(photo, "train/{label}/{i}.jpg", CLASSES))
    commit(work, "ajschumacher/imagen", labelled(photo, "imagen/{label}_{i}.jpg", CLASSES, 2))
    commit(work, "jurjsorinliviu/Sports-Type-Classifier", labelled(photo, "data/{label}/{i}.jpg", ("chess", "tennis")))
    scenes = labelled(photo, "data/train/{label}/{i}.jpg", ("Coast", "Forest"))
    commit(work, "jaaumeadrover/Landscape-Image-Classification", scenes)
    groceries = labelled(photo, "dataset/train/{label}/{i}.jpg", ("Fruit/Apple/Royal-Gala", "Packages/Milk/Arla-Milk"))
    commit(work, "marcusklasson/GroceryStoreDataset", groceries)
    commit(work, "alexeygrigorev/clothing-dataset-small", labelled(photo, "train/{label}/{i}.jpg", ("hat", "shoes")))
    faces = labelled(photo, "images/{label}_{i}.jpg", ("anger", "happiness"))
    legend = [f"someone,{path.split('/')[1]},{path.split('/')[1].split('_')[0]}" for path in faces]
    faces["data/legend.csv"] = "\n".join(["user.id,image,emotion", *legend]).encode()
    commit(work, "muxspace/facial_expressions", faces)
    captioned = labelled(photo, "data/images/{label}_{i}.jpg", ("walk", "beach"), 2)
    captions = [f"{path.split('/')[-1]},A dog plays on the {word}" for path in captioned for word in ("grass", "beach")]
    captioned["data/captions.txt"] = "\n".join(["image,caption", *captions]).encode()
    commit(work, "quantumnaan/sic_translator", captioned)


def write_drawings(share):
    stamps, clipart = share / "tuxpaint/stamps/animals", share / "openclipart/svg/animals"
    for folder in (stamps, clipart):
        folder.mkdir(parents=True)
    for name, colour in (("cat", "gray"), ("frog", "green"), ("ladybug", "red")):
        (stamps / f"{name}.svg").write_text(STAMP.format(colour, ""))
        (stamps / f"{name}.txt").write_text(f"A {name}.\nes.utf8=Un animal.\n", "utf-8")
        (clipart / f"{name}.svg").write_text(STAMP.format(colour, METADATA.format(f"{name} toy", "animal")))


def base64_number(number):
    """dictd's base 64, as lexicon.py reads it."""
    digits = DIGITS[number % 64]
    while number >= 64:
        number //= 64
        digits = DIGITS[number % 64] + digits
    return digits


def write_dictionary(folder, name, entries):
    content, index = b"", ""
    for head, translation in entries.items():
        entry = f"{head}\n{translation}\n".encode()
        index += f"{head}\t{base64_number(len(content))}\t{base64_number(len(entry))}\n"
        content += entry
    (folder / f"freedict-{name}.dict.dz").write_bytes(gzip.compress(content))
    (folder / f"freedict-{name}.index").write_text(index, "utf-8")


def write_dictionaries(share):
    (share / "dictd").mkdir(parents=True)
    (share / "edict").mkdir()
    for code in DICTIONARIES:
        write_dictionary(share / "dictd", f"eng-{code}", {"cat": WORDS[code]})
        if code not in ONE_WAY:
            write_dictionary(share / "dictd", f"{code}-eng", {WORDS[code]: "cat"})
    (share / "edict/edict").write_text("猫 [ねこ] /(n) cat/(P)/\n", "euc-jp")


def write_judged(judged, photo):
    judged.mkdir()
    files = {f"{wnid}_judged.jpg": name for wnid, name in zip(CLASSES, NAMES)}
    for file in files:
        # Noise of its own: not the picture of a training set.
        (judged / file).write_bytes(photo(f"judged {file}", 120))
    write_json(judged / "labels.json", files)


def main():
    parser = arguments(__doc__)
    parser.add_argument("--photos", metavar="FOLDER", help="photographs to cut pieces from")
    options = parser.parse_args()
    photo = Photographs(options.photos)
    write_repositories(options.work, photo)
    write_drawings(options.work.share)
    write_dictionaries(options.work.share)
    write_judged(options.work.judged, photo)


if __name__ == "__main__":
    main()
