"""The text tower learns meaning from a sentence encoder, on one CPU core; the vision tower stays.

Four losses: the contrastive one on the pictures of embed_pictures.py; for each phrase the divergence between the teacher's
softmax over concepts and the tower's over the mean picture of each concept; the divergence between both one's similarities
of the phrases of a batch; pairs of words.
"""
import copy
import math
import time

import numpy as np
import torch
from torch import nn

from . import checkpoint
from ..words.bpe import Tokenizer
from ..words.captions import Captions
from ..folders import arguments
from .losses import NEVER, contrastive, lexical, unit
from .towers import DIM
from .train import CLASS_KINDS, module_parameters

CAPTION, PHRASE, WORD = 18, 20, 14  # tokens at most
PEAK, WARM, WEIGHT_DECAY = 4e-4, 30, 0.03
DECAY = 0.99  # of the average of the weights
TEACHER, RELATIONS, WORDS = 0.7, 0.5, 0.25  # shares in the loss
TEACHER_HEAT, RELATION_HEAT = 0.035, 0.06  # of the teacher's softmaxes
SHARP, MOST_RELATED, WORD_SCALE = 30.0, 60, 20  # scales of the tower's
# A phrase that is near no concept names nothing that was seen, and teaches little.
NEAR, NEARNESS = 0.56, 0.04
LONG = 6  # words; longer phrases are drawn half as often
PARTS = 5


class Pictures:
    """`embeddings`: unit rows [n, dim]; `concept`: [n]; rare concepts are drawn more often than common ones."""

    def __init__(self, work, captions):
        saved = np.load(work.meaning / "pictures.npz")
        self.embeddings = torch.from_numpy(saved["embeddings"].astype(np.float32))
        self.concept = torch.from_numpy(saved["concept"].astype(np.int64))
        photo = torch.tensor([kind in CLASS_KINDS for kind, _ in captions.concepts])
        count = torch.bincount(self.concept, minlength=len(captions.concepts)).float()
        self.weight = torch.where(photo[self.concept], 0.8, 1.0) / count[self.concept].sqrt()

    def means(self, concepts):
        """The mean picture of each concept [k] → (unit rows [k, dim], whether there is one [k])."""
        total, count = torch.zeros(int(self.concept.max()) + 1, DIM), torch.bincount(self.concept)
        total.index_add_(0, self.concept, self.embeddings)
        known = (concepts < len(count)) & (count[concepts.clamp(max=len(count) - 1)] > 0)
        return unit(total[concepts.clamp(max=len(count) - 1)]) * known.unsqueeze(1), known


class Teacher:
    """What teach.py found: for each phrase the nearest concepts and how near; `vectors`: of the phrases, half [n, 512]."""

    def __init__(self, work, tokenizer, pictures):
        saved = np.load(work.meaning / "teacher.npz")
        self.top = torch.from_numpy(saved["top"].astype(np.int64))
        self.similarity = torch.from_numpy(saved["sim"].astype(np.float32))
        self.means, self.known = pictures.means(torch.from_numpy(saved["concepts"].astype(np.int64)))
        self.vectors = torch.from_numpy(np.load(work.meaning / "phrases.npy"))
        phrases = (work.meaning / "phrases.txt").read_text("utf-8").splitlines()
        self.tokens = [tokenizer(phrase, PHRASE) for phrase in phrases]
        self.weight = torch.sigmoid((self.similarity.max(1).values - NEAR) / NEARNESS)
        short = torch.tensor([1.0 if len(phrase.split()) <= LONG else 0.5 for phrase in phrases])
        self.drawn = (self.weight + 0.05) * short

    def meaning(self, rows, read, scale):
        """How far the tower's softmax over concepts is from the teacher's. rows [n]; read: unit rows [n, dim]."""
        wanted = (self.similarity[rows] / TEACHER_HEAT).masked_fill(~self.known[self.top[rows]], NEVER).softmax(1)
        given = (min(scale, SHARP) * read @ self.means.T).masked_fill(~self.known, NEVER).log_softmax(1)
        apart = (wanted * (wanted.clamp(min=1e-6).log() - given.gather(1, self.top[rows]))).sum(1)
        return (apart * self.weight[rows]).sum() / self.weight[rows].sum()

    def relations(self, rows, read, scale):
        """The same of the similarities between the phrases."""
        vectors = self.vectors[rows].float()
        itself = torch.eye(len(rows), dtype=torch.bool)
        wanted = (vectors @ vectors.T / RELATION_HEAT).masked_fill(itself, NEVER).softmax(1)
        given = (scale * read @ read.T).masked_fill(itself, NEVER).log_softmax(1)
        return (wanted * (wanted.clamp(min=1e-8).log() - given)).masked_fill(itself, 0).sum(1).mean()


class TextTrainer:
    def __init__(self, options):
        self.options = options
        self.vision, self.text, self.scale = checkpoint.load(options.checkpoint)
        self.text.train()
        self.mean = copy.deepcopy(self.text)
        self.captions = Captions(options.work, "cpu")
        self.pictures = Pictures(options.work, self.captions)
        self.teacher = Teacher(options.work, Tokenizer.load(options.work), self.pictures)
        print(int(self.teacher.known.sum()), "of", len(self.teacher.known), "concepts have pictures", flush=True)
        self.relation_scale = nn.Parameter(torch.tensor(math.log(20.0)))
        matrices, rest = module_parameters(self.text)
        groups = [
            {"params": matrices, "weight_decay": WEIGHT_DECAY},
            {"params": [*rest, self.relation_scale], "weight_decay": 0.0},
        ]
        self.optimiser = torch.optim.AdamW(groups, lr=PEAK, betas=(0.9, 0.98))

    def read(self, tokens):
        """[n, length] → unit rows [n, dim]; rows of like lengths together, so that little is padded."""
        lengths = (tokens != self.captions.end).sum(1) + 1
        order = lengths.argsort()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            parts = [self.text(tokens[rows, : int(lengths[rows].max())]).float() for rows in order.chunk(PARTS)]
        return unit(torch.cat(parts)[order.argsort()])

    def losses(self):
        """(loss to minimise, its parts by name)."""
        options, captions, teacher, scale = self.options, self.captions, self.teacher, math.exp(self.scale)
        row = torch.multinomial(self.pictures.weight, options.pictures, replacement=True)
        own = self.pictures.concept[row]
        phrase, template = captions.sample(own)
        similarity = scale * self.pictures.embeddings[row] @ self.read(captions.compose(phrase, template, CAPTION)).T
        to_text, to_picture = contrastive(similarity, captions.true(own, own, phrase))

        drawn = torch.multinomial(teacher.drawn, min(options.phrases, len(teacher.drawn)))
        read = self.read(captions.pad([teacher.tokens[i] for i in drawn.tolist()]))
        meaning = teacher.meaning(drawn, read, scale)
        relations = teacher.relations(drawn, read, self.relation_scale.exp().clamp(max=MOST_RELATED))

        left, right = captions.sample_pairs(options.words)
        one, other = self.read(captions.compose(torch.cat([left, right]), None, WORD)).chunk(2)
        words = lexical(WORD_SCALE * one @ other.T, left, right)
        total = (to_text + to_picture) / 2 + TEACHER * meaning + RELATIONS * relations + WORDS * words
        parts = {"to text": to_text, "to picture": to_picture, "meaning": meaning, "relations": relations, "words": words}
        return total, parts

    def step(self, number, done):
        rate = PEAK * min(1, (number + 1) / WARM) * (0.5 * (1 + math.cos(math.pi * done)) + 0.01)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        loss, parts = self.losses()
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.text.parameters(), 1.0)
        self.optimiser.step()
        with torch.no_grad():
            decay = min(DECAY, (2 + number) / (11 + number))
            for mean, own in zip(self.mean.parameters(), self.text.parameters()):
                mean.lerp_(own, 1 - decay)
        return parts

    def run(self):
        started, number = time.time(), 0
        while True:
            done = (time.time() - started) / self.options.seconds
            if done >= 1:
                break
            parts = self.step(number, done)
            if number % 20 == 0:
                values = ", ".join(f"{name} {value.item():.3f}" for name, value in parts.items())
                print(f"[{time.time() - started:.0f}] step {number}: {values}", flush=True)
            number += 1
        checkpoint.save(self.options.out, self.vision, self.mean, self.scale)
        print(number, "steps")


def main():
    parser = arguments(__doc__)
    add = parser.add_argument
    add("checkpoint", metavar="CHECKPOINT", help="of repair.py")
    add("out", metavar="OUT", help="checkpoint to write")
    add("--seconds", type=float, default=1800, help="how long to train (default: %(default)s)")
    add("--pictures", type=int, default=320, help="of a step (default: %(default)s)")
    add("--phrases", type=int, default=224, help="of a step (default: %(default)s)")
    add("--words", type=int, default=96, help="pairs of words of a step (default: %(default)s)")
    options = parser.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(1)  # two processes with two threads each on two cores wait for one another
    torch.set_flush_denormal(True)
    TextTrainer(options).run()


if __name__ == "__main__":
    main()
