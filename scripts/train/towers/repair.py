"""Repair a vision tower that tells the training sets apart by sharpness, on two CPU cores in about ten minutes.

train.py had taught it that (README.md). The text tower stays as it is.

1. A low-pass filter is folded into the first convolution: a little softness at the entrance hides most of it.
2. The batch norms get their statistics again, from uncompressed pictures.
3. The last residual block and the projection are fitted again, to uncompressed pictures of any sharpness.
"""
import math
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from . import checkpoint
from ..words.captions import Captions
from ..pictures.clean_pictures import CleanPictures
from ..folders import arguments
from .losses import contrastive, unit
from .towers import DIM
from .train import CLASS_KINDS

BINOMIAL = torch.tensor([1.0, 2.0, 1.0]) / 4
LAST = 9  # the layer of the last residual block
STATISTICS = 22  # batches for the batch norms
BATCH, PEAK, WEIGHT_DECAY = 384, 4e-4, 0.05
HELD_OUT, JUDGED = 0.08, 768  # share of the features that is not fitted to; how many of them are looked at


def fold_low_pass(convolution):
    """A 3 × 3 convolution after a 3 × 3 binomial filter, as one of 5 × 5."""
    kernel = (BINOMIAL[:, None] * BINOMIAL[None]).view(1, 1, 3, 3)
    wide = F.conv2d(convolution.weight.detach().reshape(-1, 1, 3, 3), kernel, padding=2)
    result = checkpoint.entrance(convolution, 5)
    result.weight.data = wide.reshape(result.weight.shape).contiguous()
    return result


@torch.no_grad()
def renew_statistics(vision, pictures):
    """Mean and variance of every batch norm from scratch: a plain mean over the batches."""
    for module in vision.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None
            module.reset_running_stats()
            module.train()
    for (seen, _), _ in zip(pictures.batches(88, 40, 0), range(STATISTICS)):
        vision(seen)
    vision.eval()


@torch.no_grad()
def cache_features(vision, pictures, seconds):
    """What the last residual block gets to see, and of which concepts: half [n, channels, 5, 5], [n]."""
    features, concepts, started = [], [], time.time()
    for seen, own in pictures.batches():
        features.append(vision.layers[:LAST](seen).half())
        concepts.append(own)
        if time.time() - started > seconds:
            break
    return torch.cat(features), torch.from_numpy(np.concatenate(concepts))


class EmbeddedCaptions:
    """20 captions of each class of photographs and 5 of every other concept, embedded once.

    `phrase`: [captions]; `vectors`: unit rows [captions, dim].
    """

    @torch.no_grad()
    def __init__(self, captions, text, concepts):
        present = concepts.unique()
        is_class = torch.tensor([captions.concepts[concept][0] in CLASS_KINDS for concept in present.tolist()])
        count = torch.where(is_class, 20, 5)
        self.phrase, template = captions.sample(present.repeat_interleave(count))
        tokens = captions.compose(self.phrase, template, 20)
        lengths = (tokens != captions.end).sum(1) + 1
        self.vectors = torch.empty(len(tokens), DIM)
        for rows in lengths.argsort().split(512):  # like lengths together, so that little is padded
            self.vectors[rows] = unit(text(tokens[rows, : int(lengths[rows].max())]))
        self.first = torch.zeros(len(captions.concepts), dtype=torch.long)
        self.count = torch.ones(len(captions.concepts), dtype=torch.long)
        self.first[present], self.count[present] = count.cumsum(0) - count, count

    def sample(self, concepts):
        """A caption of each concept [n] → numbers of captions [n]."""
        return self.first[concepts] + (torch.rand(len(concepts)) * self.count[concepts]).long()


class Fit:
    """The last block and the projection, fitted to cached features by the contrastive loss."""

    def __init__(self, vision, scale, captions, embedded, features, concepts):
        self.block, self.project, self.scale = vision.layers[LAST], vision.project, math.exp(scale)
        self.captions, self.embedded, self.features, self.concepts = captions, embedded, features, concepts
        held = torch.rand(len(concepts)) < HELD_OUT
        self.learned, self.judged = torch.where(~held)[0], torch.where(held)[0][:JUDGED]
        self.parameters = [*self.block.parameters(), *self.project.parameters()]
        options = {"lr": PEAK, "betas": (0.9, 0.98), "weight_decay": WEIGHT_DECAY}
        self.optimiser = torch.optim.AdamW(self.parameters, **options)

    def losses(self, rows):
        """Rows of the features → (picture to caption, caption to picture)."""
        own = self.concepts[rows]
        slot = self.embedded.sample(own)
        inside = self.features[rows].float().contiguous(memory_format=torch.channels_last)
        seen = unit(self.project(self.block(inside).mean((2, 3))))
        similarity = self.scale * seen @ self.embedded.vectors[slot].T
        return contrastive(similarity, self.captions.true(own, own, self.embedded.phrase[slot]))

    def step(self, rate):
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        to_text, to_picture = self.losses(self.learned[torch.randint(len(self.learned), (BATCH,))])
        self.optimiser.zero_grad(set_to_none=True)
        ((to_text + to_picture) / 2).backward()
        nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimiser.step()
        return to_text.item(), to_picture.item()

    @torch.no_grad()
    def look(self):
        parts = [self.losses(rows) for rows in self.judged.split(BATCH)]
        return [sum(part[i].item() for part in parts) / len(parts) for i in (0, 1)]

    def run(self, seconds, every=15):
        started, number = time.time(), 0
        while True:
            done = (time.time() - started) / seconds
            if done >= 1:
                break
            warm = min(1, (number + 1) / 8)
            losses = self.step(PEAK * warm * (0.5 * (1 + math.cos(math.pi * done)) + 0.01))
            number += 1
            if number % every == 0 and len(self.judged):
                print("step {}: {:.3f} {:.3f}; held out {:.3f} {:.3f}".format(number, *losses, *self.look()), flush=True)


def main():
    parser = arguments(__doc__)
    parser.add_argument("trained", metavar="TRAINED", help="checkpoint of train.py")
    parser.add_argument("out", metavar="OUT", help="checkpoint to write")
    parser.add_argument("--cache", type=float, default=330, help="seconds for the features (default: %(default)s)")
    parser.add_argument("--fit", type=float, default=200, help="seconds to fit (default: %(default)s)")
    options = parser.parse_args()
    torch.manual_seed(0)
    vision, text, scale = checkpoint.load(options.trained)
    vision.layers[0][0] = fold_low_pass(vision.layers[0][0])
    vision = vision.to(memory_format=torch.channels_last)
    captions = Captions(options.work, "cpu")
    pictures = CleanPictures(options.work, {concept: number for number, concept in enumerate(captions.concepts)})
    renew_statistics(vision, pictures)
    features, concepts = cache_features(vision, pictures, options.cache)
    embedded = EmbeddedCaptions(captions, text, concepts)
    Fit(vision, scale, captions, embedded, features, concepts).run(options.fit)
    checkpoint.save(options.out, vision, text, scale)


if __name__ == "__main__":
    main()
