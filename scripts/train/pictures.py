"""The pictures in memory, and what is done to them before a tower sees them."""
import os

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from corpus import read_json
from towers import IMAGE_SIZE

MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(1, 3, 1, 1)
DEVIATION = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(1, 3, 1, 1)
RENDERED = 96  # side at which render-emoji.ts draws


def standardise(x):
    """RGB in [0, 1] → CLIP's mean and deviation."""
    return (x - MEAN) / DEVIATION


class Photographs:
    """uint8 [n, 3, 64, 64] with class labels, training and validation."""

    def __init__(self, data):
        def load(name):
            return np.load(os.path.join(data, f"photos_{name}.npy"))

        self.x = torch.from_numpy(load("train_x")).permute(0, 3, 1, 2).contiguous()
        self.validation_x = torch.from_numpy(load("val_x")).permute(0, 3, 1, 2).contiguous()
        self.y, self.validation_y = load("train_y"), load("val_y")
        self.wnids = read_json(data, "photo_classes.json")
        self.by_class = [np.where(self.y == label)[0] for label in range(len(self.wnids))]


class Drawings:
    """RGBA uint8 [n, 4, 64, 64]; `meta[i]` has style and hexcode."""

    def __init__(self, data):
        rendered = np.fromfile(os.path.join(data, "emoji.rgba"), dtype=np.uint8).reshape(-1, RENDERED, RENDERED, 4)
        small = [np.asarray(Image.fromarray(e, "RGBA").resize((IMAGE_SIZE, IMAGE_SIZE), Image.LANCZOS)) for e in rendered]
        self.rgba = torch.from_numpy(np.stack(small)).permute(0, 3, 1, 2).contiguous()
        self.meta = read_json(data, "emoji.json")
        self.names = read_json(data, "names.json")

    def rows(self, keep):
        """Rows whose style passes `keep` and whose emoji has a name."""
        return [i for i, m in enumerate(self.meta) if keep(m["style"]) and m["hex"] in self.names]

    def on_white(self, rows):
        return self.composite(rows, torch.ones(len(rows), 3, 1, 1))

    def on_random(self, rows):
        """Half on white, half on a random colour."""
        n = len(rows)
        white = torch.rand(n, 1, 1, 1) < 0.5
        return self.composite(rows, torch.where(white, torch.ones(n, 3, 1, 1), torch.rand(n, 3, 1, 1)))

    def composite(self, rows, background):
        x = self.rgba[rows].float() / 255
        return x[:, :3] * x[:, 3:] + background * (1 - x[:, 3:])


def augment(x, size, drawing):
    """Random scale, shift, flip, turn and colour, resampled to `size`; standardised.

    Mild on purpose: stronger crops and jitter slow a short schedule down a great deal (README.md in this folder).
    """
    n = x.shape[0]
    scale = torch.empty(n).uniform_(*((0.85, 1.2) if drawing else (0.72, 1.0)))
    shift = torch.empty(n, 2).uniform_(-1, 1)
    # A photograph is cropped inside its frame; a drawing may move on its ground.
    shift = shift * (0.1 if drawing else (1 - scale).unsqueeze(1))
    aspect = torch.empty(n).uniform_(0.92, 1.08)
    flip = (torch.rand(n) < 0.5).float() * -2 + 1
    turn = torch.empty(n).uniform_(-0.12, 0.12)
    affine = torch.zeros(n, 2, 3)
    affine[:, 0, 0] = scale * aspect * flip * torch.cos(turn)
    affine[:, 0, 1] = -scale * torch.sin(turn)
    affine[:, 1, 0] = scale * flip * torch.sin(turn)
    affine[:, 1, 1] = scale / aspect * torch.cos(turn)
    affine[:, :, 2] = shift
    grid = F.affine_grid(affine, (n, 3, size, size), align_corners=False)
    x = F.grid_sample(x, grid, padding_mode="border", align_corners=False)
    x = x * torch.empty(n, 1, 1, 1).uniform_(0.82, 1.18) + torch.empty(n, 3, 1, 1).uniform_(-0.05, 0.05)
    grey = (torch.rand(n, 1, 1, 1) < 0.05).float()
    return standardise(x * (1 - grey) + x.mean(1, keepdim=True) * grey)
