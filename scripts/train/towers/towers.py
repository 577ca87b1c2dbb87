"""The two towers of afterimage-mini, version 1."""
import torch
import torch.nn.functional as F
from torch import nn

DIM = 256  # of the joint space
IMAGE_SIZE = 80
TEXT_LENGTH = 32
WIDTHS, BLOCKS = (32, 48, 96, 192, 384), (1, 2, 2)
WIDTH, HEADS, LAYERS = 256, 4, 4  # of the text tower


def convolution(channels_in, channels_out, stride=1):
    """3 × 3, with batch norm and ReLU."""
    layers = [
        nn.Conv2d(channels_in, channels_out, 3, stride, 1, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(inplace=True),
    ]
    return nn.Sequential(*layers)


class SqueezeExcite(nn.Module):
    """Channels weighted by what the whole picture holds (Hu et al. 2017)."""

    def __init__(self, channels, squeeze=8):
        super().__init__()
        self.down, self.up = nn.Linear(channels, channels // squeeze), nn.Linear(channels // squeeze, channels)

    def forward(self, x):
        weight = torch.sigmoid(self.up(F.relu(self.down(x.mean((2, 3))))))
        return x * weight[:, :, None, None]


class Residual(nn.Module):
    """Two 3 × 3 convolutions around a shortcut (He et al. 2015), squeezed and excited."""

    def __init__(self, channels):
        super().__init__()
        self.first = convolution(channels, channels)
        self.second = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels))
        self.excite = SqueezeExcite(channels)
        nn.init.constant_(self.second[1].weight, 0.2)  # near the identity at first

    def forward(self, x):
        return F.relu(x + self.excite(self.second(self.first(x))))


class VisionTower(nn.Module):
    """Pictures [b, 3, s, s] → [b, dim], not normalised; any side s that 16 divides."""

    def __init__(self, widths=WIDTHS, blocks=BLOCKS, dim=DIM):
        super().__init__()
        layers = [convolution(3, widths[0], stride=2), convolution(widths[0], widths[1])]
        for before, width, count in zip(widths[1:], widths[2:], blocks):
            layers += [convolution(before, width, stride=2), *(Residual(width) for _ in range(count))]
        self.layers = nn.Sequential(*layers)
        self.project = nn.Linear(widths[-1], dim, bias=False)

    def forward(self, pixel_values):
        return self.project(self.layers(pixel_values).mean((2, 3)))


class Block(nn.Module):
    """A pre-norm transformer block."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm_1, self.norm_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query_key_value, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.wide, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def attend(self, query, key, value, mask):
        if hasattr(F, "scaled_dot_product_attention") and query.is_cuda:
            return F.scaled_dot_product_attention(query, key, value, is_causal=True)
        scores = query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5
        return (scores + mask).softmax(-1) @ value

    def forward(self, x, mask):
        batch, length, width = x.shape
        heads = self.query_key_value(self.norm_1(x)).view(batch, length, 3, self.heads, width // self.heads)
        query, key, value = heads.permute(2, 0, 3, 1, 4).unbind(0)
        attended = self.attend(query, key, value, mask)
        x = x + self.out(attended.transpose(1, 2).reshape(batch, length, width))
        return x + self.narrow(F.gelu(self.wide(self.norm_2(x))))


class TextTower(nn.Module):
    """Token ids [b, t ≤ 32] → [b, dim], not normalised: a causal transformer pooled at the end token, as in CLIP, plus a
    bag of words (the mean of the token embeddings between start and end), which lets short captions work early."""

    def __init__(self, vocabulary, width=WIDTH, heads=HEADS, layers=LAYERS, length=TEXT_LENGTH, dim=DIM):
        super().__init__()
        self.embedding, self.position = nn.Embedding(vocabulary, width), nn.Embedding(length, width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.norm, self.norm_bag = nn.LayerNorm(width), nn.LayerNorm(width)
        self.project = nn.Linear(width, dim, bias=False)
        nn.init.normal_(self.embedding.weight, std=0.02)
        nn.init.normal_(self.position.weight, std=0.01)
        self.register_buffer("mask", torch.triu(torch.ones(length, length), 1) * -1e4, persistent=False)

    def forward(self, input_ids):
        length = input_ids.shape[1]
        embedded = self.embedding(input_ids)
        x = embedded + self.position.weight[:length]
        for block in self.blocks:
            x = block(x, self.mask[:length, :length])
        end = input_ids.argmax(-1)  # the end token has the largest id
        pooled = x[torch.arange(x.shape[0], device=x.device), end]
        position = torch.arange(length, device=input_ids.device).unsqueeze(0)
        inside = ((position > 0) & (position < end.unsqueeze(1))).to(embedded.dtype).unsqueeze(-1)
        bag = (embedded * inside).sum(1) / inside.sum(1).clamp(min=1)
        return self.project(self.norm(pooled) + self.norm_bag(bag))
