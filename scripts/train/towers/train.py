"""Contrastive training of both towers on one GPU, for a given number of seconds of wall clock.

Reads WORK/packs only, writes a checkpoint (checkpoint.py). Everything is on the device: pictures as uint8, captions as token
numbers, which captions are true of which concepts as a matrix. A step only draws random numbers.
"""
import copy
import json
import math
import time

import torch
from torch import nn

from . import checkpoint
from ..pictures.augment import augment_drawings, augment_photos
from ..words.captions import PACKS, Captions
from ..folders import arguments, read_json
from .looks import Looks
from .losses import classes, classes_within_kinds, contrastive, cosine_rate, lexical, unit
from ..pictures.pictures import read_pack
from .towers import DIM, TextTower, VisionTower

# How often a picture of a set or a style is drawn.
PHOTO_WEIGHT = {"imagenet": 1, "sports": 0.7, "scenes": 0.8, "grocery": 0.5, "clothes": 0.7, "faces": 0.7, "flickr": 3}
DRAWING_WEIGHT = {
    "fluent-emoji-flat": 2.2, "noto": 1.2, "twemoji": 1, "openmoji": 1, "emojione": 1, "noto-v1": 0.9, "emojione-v1": 0.9,
    "streamline-emojis": 1, "fluent-emoji-high-contrast": 0.3, "emojione-monotone": 0.25, "tuxpaint": 1, "openclipart": 0.7,
    "flat-color-icons": 0.8, "streamline-ultimate-color": 0.5, "streamline-freehand-color": 0.5, "icon-park": 0.3,
    "meteocons": 0.5, "game-icons": 0.2, "ph": 0.25,
}  # fmt: skip
CLASS_KINDS = ("imagenet", "sports", "scenes", "grocery", "clothes", "faces")  # photographs with classes
WEIGHT_DECAY = 0.05
HEADS_RATE, SCALES_RATE = 2e-3, 1e-3
LEXICAL = 0.3  # its share in the loss
CLASS, EMOJI = 0.65, 0.35  # their shares in the loss of the heads
CALM = 0.8  # from this share of the time on, augmentation gets weaker, down to 40 %


class Pictures:
    """All pictures on the device, with the concept of each and how often it is drawn."""

    def __init__(self, work, captions, device):
        self.device, self.captions = device, captions
        self.read_photos(work)
        self.read_drawings(work)

    def read_photos(self, work):
        """`photos`: uint8 [n, 3, 80, 80]; `photo_concept`, `photo_weight`: [n]."""
        read = [read_pack(work, pack, len(self.captions.rows[pack]), self.device) for pack in PACKS]
        self.photos = torch.cat([pixels for pixels, _ in read])
        concepts = [self.captions.rows[pack][present] for pack, (_, present) in zip(PACKS, read)]
        self.photo_concept = torch.cat(concepts).to(self.device)
        kinds = [self.captions.concepts[concept][0] for concept in self.photo_concept.tolist()]
        self.photo_weight = torch.tensor([float(PHOTO_WEIGHT[kind]) for kind in kinds], device=self.device)

    def read_drawings(self, work):
        """`drawings`: uint8 [n, 4, 80, 80]; `drawing_concept`, `drawing_weight`, `mirror` (may it be mirrored?): [n]."""
        about, mirror = read_json(work.packs / "drawing.json"), read_json(work.packs / "mirror.json")
        self.drawings, present = read_pack(work, "drawing", len(about), self.device)
        about = [about[row] for row in present]
        tensor = lambda values: torch.tensor(values, device=self.device)
        self.drawing_concept = tensor([concept for _, concept in about])
        self.drawing_weight = tensor([float(DRAWING_WEIGHT[style]) for style, _ in about])
        self.mirror = tensor([float(mirror[concept]) for _, concept in about])

    def batch(self, photos, drawings, size, strength, hide_sharpness):
        """(standardised pictures [photos + drawings, 3, size, size], concepts): photographs first."""
        photo = torch.multinomial(self.photo_weight, photos, replacement=True)
        drawing = torch.multinomial(self.drawing_weight, drawings, replacement=True)
        backdrop = torch.randint(len(self.photos), (drawings,), device=self.device)
        seen = augment_photos(self.photos[photo], size, strength, hide_sharpness)
        drawn = augment_drawings(self.drawings[drawing], self.mirror[drawing], self.photos[backdrop], size, strength)
        pixels = torch.cat([seen, drawn]).contiguous(memory_format=torch.channels_last)
        return pixels, torch.cat([self.photo_concept[photo], self.drawing_concept[drawing]])


class Heads(nn.Module):
    """Classifiers beside the contrastive loss: photographs by class, within each kind; drawings by emoji."""

    def __init__(self, concepts, photo_concept, least):
        super().__init__()
        seen = torch.bincount(photo_concept.cpu(), minlength=len(concepts))
        photos = [i for i, (kind, _) in enumerate(concepts) if kind in CLASS_KINDS and seen[i] >= least]
        emoji = [i for i, (kind, _) in enumerate(concepts) if kind == "emoji"]
        self.register_buffer("class_of", self.numbers(len(concepts), photos))
        self.register_buffer("emoji_of", self.numbers(len(concepts), emoji))
        self.register_buffer("class_kind", torch.tensor([CLASS_KINDS.index(concepts[i][0]) for i in photos]))
        self.photo, self.emoji = nn.Linear(DIM, len(photos)), nn.Linear(DIM, len(emoji))

    @staticmethod
    def numbers(count, members):
        """[concepts]: the number of each among the members, -1 for the others."""
        return torch.full((count,), -1).scatter(0, torch.tensor(members), torch.arange(len(members)))

    def forward(self, seen, concepts, photos):
        """Embeddings [n, dim] of pictures, the first `photos` of them photographs → (loss by class, loss by emoji)."""
        label = self.class_of[concepts[:photos]]
        by_class = classes_within_kinds(self.photo(seen[:photos]), label, self.class_kind)
        return by_class, classes(self.emoji(seen[photos:]), self.emoji_of[concepts[photos:]])


class Trainer:
    def __init__(self, options):
        self.options, self.started = options, time.time()
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        torch.backends.cudnn.benchmark = True
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
        self.captions = Captions(options.work, self.device)
        self.pictures = Pictures(options.work, self.captions, self.device)
        self.looks = Looks(options.work, self.captions, self.device)
        self.log(f"{len(self.captions.concepts)} concepts, {len(self.captions.phrase)} phrases")
        self.log(f"{len(self.pictures.photos)} photographs, {len(self.pictures.drawings)} drawings")
        self.make_towers()
        self.make_optimiser()

    def log(self, text):
        print(f"[{time.time() - self.started:6.1f}] {text}", flush=True)

    def make_towers(self):
        self.vision = VisionTower().to(self.device, memory_format=torch.channels_last)
        self.text = TextTower(self.captions.vocabulary).to(self.device)
        concepts = self.captions.concepts
        self.heads = Heads(concepts, self.pictures.photo_concept, self.options.least_of_class).to(self.device)
        scale = lambda: nn.Parameter(torch.tensor(math.log(1 / 0.07), device=self.device))
        self.scale, self.word_scale = scale(), scale()
        self.mean_vision, self.mean_text = copy.deepcopy(self.vision).eval(), copy.deepcopy(self.text).eval()

    def make_optimiser(self):
        """AdamW; no weight decay on embeddings, norms, biases and scales."""
        groups = [{"params": [self.scale, self.word_scale], "weight_decay": 0.0, "peak": SCALES_RATE}]
        rates = (self.vision, self.options.vision_rate), (self.text, self.options.text_rate), (self.heads, HEADS_RATE)
        for module, rate in rates:
            matrices, rest = module_parameters(module)
            groups.append({"params": matrices, "weight_decay": WEIGHT_DECAY, "peak": rate})
            groups.append({"params": rest, "weight_decay": 0.0, "peak": rate})
        fused = {"fused": True} if self.device == "cuda" else {}
        self.optimiser = torch.optim.AdamW(groups, lr=SCALES_RATE, betas=(0.9, 0.98), **fused)
        self.parameters = [parameter for group in groups for parameter in group["params"]]

    def losses(self, size, done):
        """(loss to minimise, its parts by name)."""
        options, captions = self.options, self.captions
        with torch.no_grad():
            strength = options.strength * (1 - 0.6 * max(0, done - CALM) / (1 - CALM))
            counts = options.photos, options.drawings
            pixels, concepts = self.pictures.batch(*counts, size, strength, options.hide_sharpness)
            phrase, template = captions.sample(concepts)
            tokens = captions.compose(phrase, template, options.caption_length)
            true = captions.true(concepts, concepts, phrase)
            left, right = captions.sample_pairs(options.words)
            words = captions.compose(torch.cat([left, right]), None, options.word_length)
        with torch.autocast(self.device, dtype=torch.bfloat16):
            seen, read, word = self.vision(pixels), self.text(tokens), self.text(words)
        similarity = self.scale.exp().clamp(max=80) * unit(seen) @ unit(read).T
        to_text, to_picture = contrastive(similarity, true)
        one, other = unit(word).chunk(2)
        by_word = lexical(self.word_scale.exp().clamp(max=60) * one @ other.T, left, right)
        by_class, by_emoji = self.heads(seen.float(), concepts, options.photos)
        heads = max(options.heads_floor, options.heads_from * (1 - 1.25 * done))
        total = (to_text + to_picture) / 2 + LEXICAL * by_word + heads * (CLASS * by_class + EMOJI * by_emoji)
        parts = {"to text": to_text, "to picture": to_picture, "words": by_word, "class": by_class, "emoji": by_emoji}
        return total, parts

    @torch.no_grad()
    def average(self, decay):
        """Exponential moving average of the weights: what is judged and saved."""
        for mean, tower in ((self.mean_vision, self.vision), (self.mean_text, self.text)):
            own, new = list(mean.parameters()), list(tower.parameters())
            torch._foreach_mul_(own, decay)
            torch._foreach_add_(own, new, alpha=1 - decay)
            for x, y in zip(mean.buffers(), tower.buffers()):
                if x.dtype.is_floating_point:
                    x.lerp_(y, 1 - decay)

    def step(self, number, done):
        for group in self.optimiser.param_groups:
            group["lr"] = group["peak"] * cosine_rate(done)
        size = next(side for until, side in self.options.sizes if done < until)
        loss, parts = self.losses(size, done)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimiser.step()
        self.average(min(self.options.decay, (1 + number) / (10 + number)))
        if number % self.options.every == 0 or number in (0, 10, 50):
            values = ", ".join(f"{name} {value.item():.3f}" for name, value in parts.items())
            scales = f"{self.scale.exp().item():.1f} {self.word_scale.exp().item():.1f}"
            self.log(f"step {number}, {done:.1%}, {size} px; {values}; scales {scales}")
            if not math.isfinite(loss.item()):
                raise SystemExit("the loss is not finite")

    def save(self):
        checkpoint.save(self.options.out, self.mean_vision, self.mean_text, self.scale)
        self.log(self.looks.judge(self.mean_vision, self.mean_text))

    def run(self):
        begin = saved = time.time()
        number = 0
        while True:
            done = (time.time() - begin) / self.options.seconds
            if done >= 1:
                break
            self.step(number, done)
            number += 1
            if time.time() - saved > self.options.save_every:
                saved = time.time()
                self.save()
        self.save()
        self.log(f"{number} steps")


def module_parameters(module):
    """(matrices, the rest): embeddings, norms and biases are the rest, without weight decay."""
    matrices, rest = [], []
    for name, parameter in module.named_parameters():
        matrix = parameter.ndim > 1 and name not in ("embedding.weight", "position.weight")
        (matrices if matrix else rest).append(parameter)
    return matrices, rest


def main():
    parser = arguments(__doc__)
    add = parser.add_argument
    add("out", metavar="OUT", help="checkpoint to write")
    add("--seconds", type=float, default=545, help="how long to train (default: %(default)s)")
    add("--photos", type=int, default=1152, help="photographs of a step (default: %(default)s)")
    add("--drawings", type=int, default=512, help="drawings of a step (default: %(default)s)")
    add("--words", type=int, default=1024, help="pairs of words of a step (default: %(default)s)")
    add("--caption-length", type=int, default=20, help="tokens (default: %(default)s)")
    add("--word-length", type=int, default=18, help="tokens (default: %(default)s)")
    add("--vision-rate", type=float, default=2.2e-3, help="highest learning rate (default: %(default)s)")
    add("--text-rate", type=float, default=1.2e-3, help="highest learning rate (default: %(default)s)")
    add("--strength", type=float, default=1.0, help="of augmentation, 0 to 1 (default: %(default)s)")
    add("--hide-sharpness", action="store_true", help="give photographs any sharpness; version 1 was made without")
    add("--decay", type=float, default=0.999, help="of the average of the weights (default: %(default)s)")
    add("--heads-from", type=float, default=0.9, help="weight of the classes at first (default: %(default)s)")
    add("--heads-floor", type=float, default=0.15, help="and at last (default: %(default)s)")
    add("--least-of-class", type=int, default=21, help="photographs that make a class (default: %(default)s)")
    add("--sizes", type=json.loads, default=[[0.45, 64], [2, 80]], help="[share of the time, px], … (default: %(default)s)")
    add("--every", type=int, default=250, help="steps between two lines (default: %(default)s)")
    add("--save-every", type=float, default=90, help="seconds between two looks (default: %(default)s)")
    options = parser.parse_args()
    torch.manual_seed(0)
    Trainer(options).run()


if __name__ == "__main__":
    main()
