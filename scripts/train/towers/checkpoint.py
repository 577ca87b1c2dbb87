"""Both towers in one file: {"vision": weights, "text": weights, "scale": logarithm of the similarities' scale}."""
import torch
from torch import nn

from .towers import TextTower, VisionTower


def save(path, vision, text, scale):
    """`scale`: a float, CLIP's logit_scale."""
    of = lambda tower: {name: x.detach().cpu().contiguous() for name, x in tower.state_dict().items()}
    torch.save({"vision": of(vision), "text": of(text), "scale": float(scale)}, path)


def load(path):
    """→ (vision tower, text tower, scale) on the CPU, for inference. The vocabulary is that of the text tower's embedding."""
    saved = torch.load(path, map_location="cpu")
    vision, text = VisionTower(), TextTower(vocabulary=len(saved["text"]["embedding.weight"]))
    side = saved["vision"]["layers.0.0.weight"].shape[-1]
    if side != 3:  # repair.py folded a low-pass filter into it
        vision.layers[0][0] = entrance(vision.layers[0][0], side)
    vision.load_state_dict(saved["vision"])
    text.load_state_dict(saved["text"])
    return vision.eval(), text.eval(), saved["scale"]


def entrance(convolution, side):
    """A convolution with kernels of `side` × `side` in place of the given one's."""
    channels = convolution.in_channels, convolution.out_channels
    return nn.Conv2d(*channels, side, convolution.stride, side // 2, bias=False)
