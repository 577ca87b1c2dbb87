"""Training pictures through the finished vision tower, as they are. WORK/meaning/pictures.npz: `embeddings` [n, dim] (unit rows,
float16), `concept` [n].

Of photographs 14 of each class, of drawings the emoji and stamps: 20,759 for version 1.
"""
import collections
import time

import numpy as np
import torch

from . import checkpoint
from ..words.captions import PACKS, Captions
from ..folders import arguments, read_json
from .losses import unit
from ..pictures.pictures import on_white, read_pack, standardise

EACH = 14  # photographs of a class
MOSAICS = 14  # read of each pack of photographs
KINDS = {"emoji", "tuxpaint"}
AT_ONCE = 128


def photographs(work, captions):
    """(uint8 [n, 3, 80, 80], concepts [n])."""
    parts, concepts, count = [], [], collections.Counter()
    for pack in PACKS:
        own = captions.rows[pack]
        pixels, present = read_pack(work, pack, len(own), "cpu", MOSAICS)
        for i, concept in enumerate(own[present].tolist()):
            count[concept] += 1
            if count[concept] <= EACH:
                parts.append(pixels[i])
                concepts.append(concept)
    return torch.stack(parts), concepts


def drawings(work, captions):
    """(uint8 [n, 4, 80, 80], concepts [n])."""
    about = read_json(work.packs / "drawing.json")
    pixels, present = read_pack(work, "drawing", len(about), "cpu")
    concepts = [about[row][1] for row in present]
    keep = [i for i, concept in enumerate(concepts) if captions.concepts[concept][0] in KINDS]
    return pixels[keep], [concepts[i] for i in keep]


@torch.no_grad()
def embed(vision, pixels):
    """uint8 RGB or RGBA [n, …] → float16 [n, dim], unit rows."""
    found, started = [], time.time()
    for part in pixels.split(AT_ONCE):
        seen = on_white(part) if part.shape[1] == 4 else part.float() / 255
        with torch.autocast("cpu", dtype=torch.bfloat16):
            found.append(unit(vision(standardise(seen).contiguous(memory_format=torch.channels_last))))
    print(f"{len(pixels)} pictures, {time.time() - started:.0f} s", flush=True)
    return torch.cat(found).numpy().astype(np.float16)


def main():
    parser = arguments(__doc__)
    parser.add_argument("checkpoint", metavar="CHECKPOINT", help="of repair.py")
    options = parser.parse_args()
    vision, _, _ = checkpoint.load(options.checkpoint)
    vision = vision.to(memory_format=torch.channels_last)
    captions = Captions(options.work, "cpu")
    photos, of_photos = photographs(options.work, captions)
    drawn, of_drawn = drawings(options.work, captions)
    embeddings = np.concatenate([embed(vision, drawn), embed(vision, photos)])
    np.savez(options.work.meaning / "pictures.npz", embeddings=embeddings, concept=np.array(of_drawn + of_photos))


if __name__ == "__main__":
    main()
