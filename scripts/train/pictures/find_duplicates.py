"""Which training photographs show the same picture as a photograph that is kept for judging? WORK/raw/duplicates.json.

All are shrunk to 16 × 16 (the judged ones squashed, and cropped) and compared by normalised correlation.
"""
import numpy as np
from PIL import Image

from .extract_photos import centre_square
from ..folders import arguments, read_json, write_json

SMALL = 16
ALIKE = 0.93  # by eye: above it the same photograph, below it mostly not
AT_ONCE = 4000


def unit_rows(pictures):
    """[n, …] → float32 [n, m], mean 0 and length 1, so that a product of two rows is their correlation."""
    rows = pictures.reshape(len(pictures), -1).astype(np.float32)
    rows -= rows.mean(1, keepdims=True)
    return rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-6)


def shrink(pictures):
    """uint8 [n, side, side, 3] → [n, 16, 16, 3]; 16 divides the side."""
    count, side = pictures.shape[:2]
    block = side // SMALL
    return pictures.reshape(count, SMALL, block, SMALL, block, 3).mean((2, 4))


def judged_rows(folder):
    """(names, float32 [2 × names, m]): every judged photograph squashed, then every one cropped."""
    names = sorted(path.name for path in folder.glob("*.jpg"))
    squashed, cropped = [], []
    for name in names:
        picture = Image.open(folder / name).convert("RGB")
        squashed.append(np.asarray(picture.resize((SMALL, SMALL), Image.BOX)))
        cropped.append(np.asarray(picture.resize((SMALL, SMALL), Image.BOX, box=centre_square(picture))))
    return names, np.concatenate([unit_rows(np.stack(squashed)), unit_rows(np.stack(cropped))])


def duplicates(pictures, names, judged):
    """(row, name of the judged photograph, correlation) of every picture that is too much like one."""
    for start in range(0, len(pictures), AT_ONCE):
        alike = unit_rows(shrink(np.asarray(pictures[start : start + AT_ONCE]))) @ judged.T
        for row in np.where(alike.max(1) > ALIKE)[0]:
            yield int(start + row), names[alike[row].argmax() % len(names)], float(alike[row].max())


def duplicate_rows(work, key):
    """Rows of a set ("tin" or "photos") that are not for training."""
    return {row for row, _, _ in read_json(work.raw / "duplicates.json")[key]}


def main():
    work = arguments(__doc__).parse_args().work
    names, judged = judged_rows(work.judged)
    found = {}
    for key, file in (("tin", "tin_train_x.npy"), ("photos", "photos_x.npy")):
        pictures = np.load(work.raw / file, mmap_mode="r")
        found[key] = list(duplicates(pictures, names, judged))
        print(f"{key}: {len(pictures)} pictures, {len(found[key])} duplicates")
    write_json(work.raw / "duplicates.json", found)


if __name__ == "__main__":
    main()
