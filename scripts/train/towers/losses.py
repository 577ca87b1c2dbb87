"""What the towers are taught with."""
import math

import torch
import torch.nn.functional as F

NEVER = -1e4


def unit(x):
    """Rows of length 1, float32."""
    return F.normalize(x.float(), dim=-1)


def contrastive(similarity, true):
    """Pictures against captions. similarity: scaled, [n, n]; true [n, n]: may the caption be said of the picture?

    → (picture to caption, caption to picture). A picture's own caption is right, its other true ones are left out. For a
    caption every picture that it is true of is right, in equal shares.
    """
    n = len(similarity)
    eye = torch.eye(n, dtype=torch.bool, device=similarity.device)
    own = torch.arange(n, device=similarity.device)
    to_text = F.cross_entropy(similarity.masked_fill(true & ~eye, NEVER), own)
    share = true.T.float()
    share = share / share.sum(1, keepdim=True)
    to_picture = -(share * F.log_softmax(similarity.T, 1)).sum(1).mean()
    return to_text, to_picture


def lexical(similarity, left, right):
    """Words against words. similarity: scaled, of the left [n] to the right [n] phrases. A pair that shares a phrase with
    another is no wrong answer of it."""
    same = lambda one, other: one.unsqueeze(1) == other.unsqueeze(0)
    alike = same(left, left) | same(right, right) | same(left, right)
    eye = torch.eye(len(left), dtype=torch.bool, device=left.device)
    similarity = similarity.masked_fill((alike | alike.T) & ~eye, NEVER)
    own = torch.arange(len(left), device=left.device)
    return (F.cross_entropy(similarity, own) + F.cross_entropy(similarity.T, own)) / 2


def mean_where(values, keep):
    keep = keep.float()
    return (values * keep).sum() / keep.sum().clamp(min=1)


def classes_within_kinds(logits, label, kind_of_class, smoothing=0.1):
    """A softmax within the classes of the label's kind, smoothed. logits [n, classes]; label [n], -1 for no class."""
    known, label = label >= 0, label.clamp(min=0)
    inside = kind_of_class[label].unsqueeze(1) == kind_of_class.unsqueeze(0)
    logp = F.log_softmax(logits.masked_fill(~inside, NEVER), 1)
    right = logp.gather(1, label.unsqueeze(1)).squeeze(1)
    mean = (logp * inside).sum(1) / inside.sum(1)
    return mean_where(-((1 - smoothing) * right + smoothing * mean), known)


def classes(logits, label):
    """A softmax over all classes. logits [n, classes]; label [n], -1 for no class."""
    return mean_where(F.cross_entropy(logits, label.clamp(min=0), reduction="none"), label >= 0)


def cosine_rate(done, warm=0.03, floor=0.002):
    """Share of the highest learning rate when a share `done` of the time has passed."""
    if done < warm:
        return done / warm + 1e-3
    return 0.5 * (1 + math.cos(math.pi * (done - warm) / (1 - warm))) + floor
