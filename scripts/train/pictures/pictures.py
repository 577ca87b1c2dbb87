"""The packed pictures in memory."""
import concurrent.futures
import os

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from .pack_pictures import SIDE, TILES

MEAN, DEVIATION = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]  # CLIP's


def standardise(x):
    """RGB [n, 3, s, s] in [0, 1] → CLIP's mean and deviation."""
    of = lambda values: torch.tensor(values, device=x.device).view(1, 3, 1, 1)
    return (x - of(MEAN)) / of(DEVIATION)


def on_white(x):
    """uint8 RGBA [n, 4, s, s] → RGB in [0, 1]."""
    x = x.float() / 255
    return x[:, :3] * x[:, 3:] + 1 - x[:, 3:]


def read_mosaic(path):
    """A mosaic → uint8 [1024, channels, side, side]."""
    picture = Image.open(path)
    if picture.mode not in ("RGB", "RGBA"):
        picture = picture.convert("RGB")
    x = np.asarray(picture)
    side = x.shape[0] // TILES
    tiles = x.reshape(TILES, side, TILES, side, -1).transpose(0, 2, 4, 1, 3)
    return np.ascontiguousarray(tiles.reshape(TILES * TILES, -1, side, side))


def enlarge(x):
    """uint8 [n, channels, s, s] → [n, channels, 80, 80], as the app enlarges."""
    large = F.interpolate(x.float(), size=(SIDE, SIDE), mode="bicubic", align_corners=False)
    return large.round().clamp(0, 255).to(torch.uint8)


def read_pack(work, name, count, device, most=None):
    """The mosaics of a pack of `count` pictures that are there, `most` of them → (uint8 [n, channels, 80, 80] on the
    device, rows of the pack [n]). Smaller pictures are enlarged."""
    paths = sorted(work.packs.glob(f"{name}_*.webp"))[:most]
    parts, rows = [], []
    with concurrent.futures.ThreadPoolExecutor(min(16, os.cpu_count())) as pool:
        for path, tiles in zip(paths, pool.map(read_mosaic, paths)):
            number = int(path.stem.rsplit("_", 1)[1])
            own = np.arange(number * TILES**2, min((number + 1) * TILES**2, count))
            x = torch.from_numpy(tiles[: len(own)]).to(device)
            parts.append(x if x.shape[-1] == SIDE else enlarge(x))
            rows.append(own)
    return torch.cat(parts), np.concatenate(rows)
