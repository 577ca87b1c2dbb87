"""Contrastive training of both towers on photographs and emoji drawings, for a given number of seconds.

Stage 1 holds both Fluent styles out, to see how well drawings of an unseen style are found. Stage 2 (--start) goes on
from stage 1 with the flat Fluent style included and the gradient one held out.
"""
import argparse
import copy
import random
import time
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from bpe import Tokenizer
from corpus import WORDNET, DrawingCaptions, PhotoCaptions, WordNet
from pictures import Drawings, Photographs, augment, standardise
from towers import DIM, TEXT_LENGTH, TextTower, VisionTower


@dataclass
class Plan:
    """What differs between the stages. `sizes`: (until this share of the time, side of the pictures)."""

    held_out: tuple
    judged: str
    classes: int
    photos: int
    drawings: int
    words: int
    sizes: tuple
    peak: float
    warm_up: int
    heads_from: float
    heads_fall: float
    heads_floor: float

    def size(self, done):
        return next(side for until, side in self.sizes if done < until)

    def learning_rate(self, step, done):
        return self.peak * min(1, (step + 1) / self.warm_up) * 0.5 * (1 + np.cos(np.pi * done)) + 2e-6

    def heads_weight(self, done):
        return max(self.heads_floor, self.heads_from - self.heads_fall * done)


STAGE_1 = Plan(
    held_out=("fluent-emoji-flat", "fluent-emoji"), judged="fluent-emoji-flat",
    classes=96, photos=288, drawings=112, words=40, sizes=((0.55, 40), (0.7, 48), (2, 64)),
    peak=1.6e-3, warm_up=150, heads_from=1, heads_fall=1.5, heads_floor=0.1,
)  # fmt: skip
STAGE_2 = Plan(
    held_out=("fluent-emoji",), judged="fluent-emoji",
    classes=64, photos=192, drawings=192, words=40, sizes=((0.4, 48), (2, 64)),
    peak=9e-4, warm_up=60, heads_from=0.6, heads_fall=1, heads_floor=0.08,
)  # fmt: skip


def unit(x):
    return F.normalize(x.float(), dim=-1)


class Trainer:
    def __init__(self, options, plan):
        self.plan, self.out = plan, options.out
        self.tokenizer = Tokenizer.load(options.data)
        self.wordnet = WordNet(options.wordnet)
        self.photos, self.drawings = Photographs(options.data), Drawings(options.data)
        self.photo_captions = PhotoCaptions(self.wordnet, self.photos.wnids)
        self.drawing_captions = DrawingCaptions(self.drawings.names)
        self.train_rows = self.drawings.rows(lambda style: style not in plan.held_out)
        # Where the judged style was not rendered (the smoke run), judge what was trained on.
        self.judge_rows = self.drawings.rows(lambda style: style == plan.judged) or self.train_rows
        self.hexcodes = sorted({self.hexcode(row) for row in self.train_rows})
        self.make_towers(options.start)

    def hexcode(self, row):
        return self.drawings.meta[row]["hex"]

    def make_towers(self, start):
        # channels_last with bf16 autocast is 2.4 times as fast as float32 on a CPU with avx512_bf16
        self.vision = VisionTower().to(memory_format=torch.channels_last)
        self.text = TextTower(vocabulary=len(self.tokenizer.vocab))
        self.scale = nn.Parameter(torch.tensor(np.log(1 / 0.07), dtype=torch.float32))
        if start:
            checkpoint = torch.load(start)
            self.vision.load_state_dict(checkpoint["I"])
            self.text.load_state_dict(checkpoint["T"], strict=False)
            self.scale.data.fill_(checkpoint["ls"])
        # Classification heads beside the contrastive loss: without them the vision tower hardly moves at first.
        self.photo_head = nn.Linear(DIM, len(self.photos.wnids))
        self.drawing_head = nn.Linear(DIM, len(self.hexcodes))
        self.averages = [(copy.deepcopy(tower), tower) for tower in (self.vision, self.text)]
        self.optimiser = self.make_optimiser()

    def make_optimiser(self):
        """AdamW; no weight decay on embeddings, norms, biases and the temperature."""
        self.decayed, plain = [], [self.scale]
        for tower in (self.vision, self.text):
            for name, parameter in tower.named_parameters():
                matrix = parameter.ndim > 1 and name not in ("e.weight", "p.weight")
                (self.decayed if matrix else plain).append(parameter)
        heads = [*self.photo_head.parameters(), *self.drawing_head.parameters()]
        groups = [
            {"params": self.decayed, "weight_decay": 0.05},
            {"params": plain, "weight_decay": 0.0},
            {"params": heads, "weight_decay": 0.05},
        ]
        return torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.98))

    def tokens(self, texts, length=TEXT_LENGTH):
        rows = [self.tokenizer(text, length) for text in texts]
        longest = max(map(len, rows))
        return torch.tensor([row + [self.tokenizer.end] * (longest - len(row)) for row in rows])

    def batch(self, size):
        """Pictures, their captions and `target[picture, caption]`: each class or emoji of the batch has one caption."""
        count = min(self.plan.classes, len(self.photos.wnids))
        each = self.plan.photos // self.plan.classes
        labels = np.random.choice(len(self.photos.wnids), count, replace=False)
        photo_rows = np.concatenate([np.random.choice(self.photos.by_class[label], each) for label in labels])
        drawing_rows = random.sample(self.train_rows, min(self.plan.drawings, len(self.train_rows)))
        hexcodes = list(dict.fromkeys(self.hexcode(row) for row in drawing_rows))
        column = {hexcode: count + i for i, hexcode in enumerate(hexcodes)}

        photos = augment(self.photos.x[photo_rows].float() / 255, size, drawing=False)
        drawings = augment(self.drawings.on_random(drawing_rows), size, drawing=True)
        pixels = torch.cat([photos, drawings]).contiguous(memory_format=torch.channels_last)
        texts = [self.photo_captions.sample(label) for label in labels]
        texts += [self.drawing_captions.sample(hexcode) for hexcode in hexcodes]
        target = torch.zeros(len(pixels), len(texts))
        target[np.arange(len(photo_rows)), np.repeat(np.arange(count), each)] = 1
        for i, row in enumerate(drawing_rows):
            target[len(photo_rows) + i, column[self.hexcode(row)]] = 1
        photo_labels = torch.from_numpy(np.repeat(labels, each))
        drawing_labels = torch.tensor([self.hexcodes.index(self.hexcode(row)) for row in drawing_rows])
        return pixels, texts, target, photo_labels, drawing_labels

    def word_pairs(self):
        """Words against definitions: spreads words that no picture carries."""
        pairs = random.sample(self.wordnet.common, self.plan.words)
        return [word for word, _ in pairs], [self.wordnet.definition(*pair) for pair in pairs]

    def loss(self, size, done):
        pixels, texts, target, photo_labels, drawing_labels = self.batch(size)
        words, definitions = self.word_pairs()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            seen = self.vision(pixels)
            read = self.text(self.tokens(texts, 14))
            # Definitions are kept short, or the text tower takes all the time.
            word, definition = self.text(self.tokens(words, 8)), self.text(self.tokens(definitions, 16))
        scale = self.scale.exp().clamp(max=60)
        similarity = scale * unit(seen) @ unit(read).T
        to_text = -(target * F.log_softmax(similarity, 1)).sum(1).mean()
        share = target.T / target.T.sum(1, keepdim=True)
        to_picture = -(share * F.log_softmax(similarity.T, 1)).sum(1).mean()
        between, diagonal = scale * unit(word) @ unit(definition).T, torch.arange(len(words))
        lexical = (F.cross_entropy(between, diagonal) + F.cross_entropy(between.T, diagonal)) / 2
        seen, split = seen.float(), len(photo_labels)
        by_class = F.cross_entropy(self.photo_head(seen[:split]), photo_labels, label_smoothing=0.1)
        by_emoji = F.cross_entropy(self.drawing_head(seen[split:]), drawing_labels)
        heads = self.plan.heads_weight(done) * (0.7 * by_class + 0.3 * by_emoji)
        report = f"to text {to_text:.3f} to picture {to_picture:.3f} words {lexical:.3f} heads {by_class:.3f} {by_emoji:.3f}"
        return (to_text + to_picture) / 2 + 0.2 * lexical + heads, report

    def step(self, number, done):
        for group in self.optimiser.param_groups:
            group["lr"] = self.plan.learning_rate(number, done)
        loss, report = self.loss(self.plan.size(done), done)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.decayed, 1.0)
        self.optimiser.step()
        self.average(min(0.998, (1 + number) / (10 + number)))
        return report

    @torch.no_grad()
    def average(self, decay):
        """Exponential moving average of the weights: what is judged and saved."""
        for mean, tower in self.averages:
            for a, b in zip(mean.parameters(), tower.parameters()):
                a.lerp_(b, 1 - decay)
            for a, b in zip(mean.buffers(), tower.buffers()):
                a.copy_(b)

    @torch.no_grad()
    def judge(self, photos=3000):
        vision, text = (mean.eval() for mean, _ in self.averages)
        rows = np.random.RandomState(1).permutation(len(self.photos.validation_y))[:photos]
        classes = unit(text(self.tokens(self.photo_captions.plain())))
        pixels = self.photos.validation_x[rows].float() / 255
        seen = torch.cat([unit(vision(standardise(part))) for part in pixels.split(500)])
        top_1 = ((seen @ classes.T).argmax(1).numpy() == self.photos.validation_y[rows]).mean()
        pixels = standardise(self.drawings.on_white(self.judge_rows))
        drawn = torch.cat([unit(vision(part)) for part in pixels.split(500)])
        lines = [f"photographs top-1 {top_1:.3f}"]
        for language in ("en", "es"):
            names = [self.drawing_captions.name(self.hexcode(row), language) for row in self.judge_rows]
            similarity = unit(text(self.tokens(names))) @ drawn.T
            rank = (similarity >= similarity.diag().unsqueeze(1)).sum(1)
            hits = [(rank <= k).float().mean() for k in (1, 10)]
            lines.append(f"{self.plan.judged} {language} hit@1 {hits[0]:.3f} hit@10 {hits[1]:.3f}")
        return ", ".join(lines)

    def save(self):
        vision, text = (mean for mean, _ in self.averages)
        torch.save({"I": vision.state_dict(), "T": text.state_dict(), "ls": self.scale.item()}, self.out)

    def run(self, seconds, judge_every=420):
        started = judged = time.time()
        number = 0
        while (done := (time.time() - started) / seconds) < 1:
            report = self.step(number, done)
            number += 1
            if number % 100 == 0:
                print(f"step {number}, {done:.0%}, side {self.plan.size(done)}: {report}", flush=True)
            if time.time() - judged > judge_every:
                judged = time.time()
                print(self.judge(), flush=True)
                self.save()
        print(f"{number} steps; {self.judge()}", flush=True)
        self.save()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", help="folder with the arrays, names and merges")
    parser.add_argument("out", help="checkpoint to write")
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--start", help="checkpoint of stage 1: makes this stage 2")
    parser.add_argument("--wordnet", default=WORDNET)
    options = parser.parse_args()
    torch.manual_seed(0)
    np.random.seed(0)
    random.seed(0)
    Trainer(options, STAGE_2 if options.start else STAGE_1).run(options.seconds)


if __name__ == "__main__":
    main()
