"""The two towers. Attribute names are those of the published weights' checkpoint, so that it loads."""
import torch
import torch.nn.functional as F
from torch import nn

DIM = 256  # of the joint space
IMAGE_SIZE = 64
TEXT_LENGTH = 32
VOCABULARY = 10_240


def convolution(channels_in, channels_out, stride=1):
    layers = [
        nn.Conv2d(channels_in, channels_out, 3, stride, 1, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(inplace=True),
    ]
    return nn.Sequential(*layers)


class Residual(nn.Module):
    """Two 3 × 3 convolutions around a shortcut (He et al. 2015)."""

    def __init__(self, channels):
        super().__init__()
        self.a = convolution(channels, channels)
        self.b = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x):
        return F.relu(x + self.b(self.a(x)))


class VisionTower(nn.Module):
    """Pictures [b, 3, s, s] → [b, dim], not normalised: a small ResNet; any side s that 16 divides."""

    def __init__(self, widths=(40, 80, 160, 320), blocks=(1, 2, 2), dim=DIM):
        super().__init__()
        layers = [convolution(3, widths[0], stride=2)]
        for before, width, count in zip(widths, widths[1:], blocks):
            layers += [convolution(before, width, stride=2), *(Residual(width) for _ in range(count))]
        self.n = nn.Sequential(*layers)
        self.o = nn.Linear(widths[-1], dim, bias=False)

    def forward(self, pixel_values):
        return self.o(self.n(pixel_values).mean((2, 3)))


class Block(nn.Module):
    """A pre-norm transformer block."""

    def __init__(self, width, heads):
        super().__init__()
        self.h = heads
        self.l1, self.l2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.o = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.f1, self.f2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x, mask):
        batch, length, width = x.shape
        heads = self.qkv(self.l1(x)).view(batch, length, 3, self.h, width // self.h)
        query, key, value = heads.permute(2, 0, 3, 1, 4).unbind(0)
        attention = (query @ key.transpose(-1, -2) * (width // self.h) ** -0.5 + mask).softmax(-1)
        x = x + self.o((attention @ value).transpose(1, 2).reshape(batch, length, width))
        return x + self.f2(F.gelu(self.f1(self.l2(x))))


class TextTower(nn.Module):
    """Token ids [b, t ≤ 32] → [b, dim], not normalised: a causal transformer pooled at the end token, as in CLIP, plus a
    bag of words (the mean of the token embeddings between start and end), which lets short captions work early."""

    def __init__(self, vocabulary=VOCABULARY, width=256, heads=4, layers=3, length=TEXT_LENGTH, dim=DIM):
        super().__init__()
        self.e, self.p = nn.Embedding(vocabulary, width), nn.Embedding(length, width)
        self.b = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.ln, self.lb = nn.LayerNorm(width), nn.LayerNorm(width)
        self.o = nn.Linear(width, dim, bias=False)
        nn.init.normal_(self.e.weight, std=0.02)
        nn.init.normal_(self.p.weight, std=0.01)
        self.register_buffer("mask", torch.triu(torch.ones(length, length), 1) * -1e4, persistent=False)

    def forward(self, input_ids):
        length = input_ids.shape[1]
        embedded = self.e(input_ids)
        x = embedded + self.p.weight[:length]
        for block in self.b:
            x = block(x, self.mask[:length, :length])
        end = input_ids.argmax(-1)  # the end token has the largest id
        pooled = x[torch.arange(x.shape[0]), end]
        position = torch.arange(length, device=input_ids.device).unsqueeze(0)
        inside = ((position > 0) & (position < end.unsqueeze(1))).to(embedded.dtype).unsqueeze(-1)
        bag = (embedded * inside).sum(1) / inside.sum(1).clamp(min=1)
        return self.o(self.ln(pooled) + self.lb(bag))
