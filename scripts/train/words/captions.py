"""The corpus on the device: captions of concepts, what is true of what, pairs of words."""
import numpy as np
import torch
import torch.nn.functional as F

from ..folders import read_json

PACKS = ("tin", "photo")
# Share of each kind among the pairs of a batch.
PAIRS = {
    "common_gloss": 0.14, "common_synonym": 0.17, "common_kind": 0.12, "rare_gloss": 0.06, "rare_synonym": 0.04, "rare_kind": 0.10,
    "translation": 0.17, "emoji_name": 0.14, "emoji_tag": 0.06,
}  # fmt: skip


class Captions:
    """Captions as token numbers, composed on the device.

    `concepts`: (kind, label) of each; `rows[pack]`: the concept of each picture of a pack of photographs [n].
    """

    def __init__(self, work, device):
        corpus, about = np.load(work.packs / "corpus.npz"), read_json(work.packs / "concepts.json")
        self.device, self.start, self.end, self.vocabulary = device, about["start"], about["end"], about["vocabulary"]
        self.concepts = [tuple(concept) for concept in about["concepts"]]
        self.read_phrases(corpus)
        self.read_templates(about["templates"])
        self.slot_phrase, self.slot_template = self.integers(corpus["slot_phrase"]), self.integers(corpus["slot_template"])
        first = corpus["slot_first"].astype(np.int64)
        self.first, self.count = self.integers(first[:-1]), self.integers(np.diff(first))
        self.read_truth(corpus["truth"])
        self.pairs = {kind: self.integers(corpus["pairs_" + kind]) for kind in PAIRS}
        self.rows = {pack: torch.from_numpy(corpus[pack].astype(np.int64)) for pack in PACKS}

    def integers(self, array):
        return torch.from_numpy(array.astype(np.int64)).to(self.device)

    def read_phrases(self, corpus):
        """`phrase`: int16 [phrases, longest], `length`: [phrases]."""
        lengths = corpus["lengths"].astype(np.int64)
        width = int(lengths.max())
        table = np.full((len(lengths), width), self.end, np.int16)
        table[np.arange(width) < lengths[:, None]] = corpus["tokens"]
        self.phrase, self.length = torch.from_numpy(table).to(self.device), self.integers(lengths)

    def read_templates(self, templates):
        """`prefix`, `suffix`: what a template has before and after the phrase, [templates, longest], -1 for nothing."""
        pad = max(len(part) for template in templates for part in template)
        rows = lambda side: torch.tensor([t[side] + [-1] * (pad - len(t[side])) for t in templates], device=self.device)
        self.prefix, self.suffix = rows(0), rows(1)

    def read_truth(self, pairs):
        """`truth[concept, column[phrase]]`: of the phrases that several concepts share; column 0 is true of none."""
        shared, column = np.unique(pairs[:, 1], return_inverse=True)
        self.column = torch.zeros(len(self.length), dtype=torch.long, device=self.device)
        self.column[self.integers(shared)] = torch.arange(1, len(shared) + 1, device=self.device)
        self.truth = torch.zeros(len(self.concepts), len(shared) + 1, dtype=torch.bool, device=self.device)
        self.truth[self.integers(pairs[:, 0]), self.integers(column.reshape(-1)) + 1] = True

    def sample(self, concepts):
        """Concepts [n] → a caption of each: (phrases [n], templates [n])."""
        slot = self.first[concepts] + (torch.rand(len(concepts), device=self.device) * self.count[concepts]).long()
        return self.slot_phrase[slot], self.slot_template[slot]

    def compose(self, phrase, template, length):
        """Phrases [n], templates [n] or None → [start] prefix phrase suffix [end] …, cut to `length`: [n, length]."""
        body = self.phrase[phrase].long()
        width = torch.arange(body.shape[1], device=self.device)
        body = torch.where(width < self.length[phrase].unsqueeze(1), body, torch.full_like(body, -1))
        start = torch.full((len(phrase), 1), self.start, device=self.device)
        parts = [start, body] if template is None else [start, self.prefix[template], body, self.suffix[template]]
        row = torch.cat(parts, 1)
        order = torch.argsort((row < 0).to(torch.int8), dim=1, stable=True)  # the gaps move to the end
        row = row.gather(1, order)[:, : length - 1]
        row = torch.where(row < 0, torch.full_like(row, self.end), row)
        return F.pad(row, (0, length - row.shape[1]), value=self.end)

    def true(self, picture_concepts, caption_concepts, phrases):
        """[pictures, captions]: may the caption be said of the picture?"""
        same = picture_concepts.unsqueeze(1) == caption_concepts.unsqueeze(0)
        return same | self.truth[picture_concepts][:, self.column[phrases]]

    def sample_pairs(self, count):
        """About `count` pairs of phrases, as PAIRS shares them out: (left [n], right [n])."""
        drawn = []
        for kind, share in PAIRS.items():
            table = self.pairs[kind]
            drawn.append(table[torch.randint(len(table), (max(1, int(share * count)),), device=self.device)])
        return torch.cat(drawn).T

    def pad(self, rows):
        """Lists of token ids → [n, longest]."""
        longest = max(map(len, rows))
        return torch.tensor([row + [self.end] * (longest - len(row)) for row in rows], device=self.device)
