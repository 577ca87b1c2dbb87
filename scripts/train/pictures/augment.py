"""What is done to pictures before a tower sees them, in training: all on the device, each picture with its own dice."""
import math

import torch
import torch.nn.functional as F

from .pictures import standardise


def uniform(n, low, high, device):
    """[n] numbers between `low` and `high`."""
    return torch.empty(n, device=device).uniform_(low, high)


def chance(n, p, device):
    """[n] of 1 with probability p, else 0."""
    return (torch.rand(n, device=device) < p).float()


def affine_grid(scale_x, scale_y, turn, shift_x, shift_y, flip, size, tilt=None):
    """Where each pixel of the new picture lies in the old one: [n, size, size, 2]. Scales, turns (radians), shifts and flips
    (1 or -1) are [n]; tilt: [n, 2], a slight perspective."""
    n, device = len(scale_x), scale_x.device
    theta = torch.zeros(n, 2, 3, device=device)
    cos, sin = torch.cos(turn), torch.sin(turn)
    theta[:, 0, 0], theta[:, 0, 1], theta[:, 0, 2] = scale_x * cos * flip, -scale_y * sin, shift_x
    theta[:, 1, 0], theta[:, 1, 1], theta[:, 1, 2] = scale_x * sin * flip, scale_y * cos, shift_y
    grid = F.affine_grid(theta, (n, 3, size, size), align_corners=False)
    if tilt is not None:
        base = F.affine_grid(torch.eye(2, 3, device=device).repeat(n, 1, 1), (n, 3, size, size), align_corners=False)
        depth = 1 + (base * tilt.view(n, 1, 1, 2)).sum(-1, keepdim=True)
        grid = grid / depth
    return grid


def recolour(x, strength, grey, hue):
    """Brightness, contrast, saturation and hue in one matrix for each picture."""
    n, device = len(x), x.device
    angle = (torch.rand(n, device=device) * 2 - 1) * hue * 2 * math.pi
    saturation = uniform(n, 1 - strength, 1 + strength, device).clamp(min=0) * (1 - grey)
    to_yiq = torch.tensor([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]], device=device)
    turn = torch.zeros(n, 3, 3, device=device)
    turn[:, 0, 0] = 1
    turn[:, 1, 1] = turn[:, 2, 2] = torch.cos(angle) * saturation
    turn[:, 1, 2], turn[:, 2, 1] = -torch.sin(angle) * saturation, torch.sin(angle) * saturation
    matrix = torch.linalg.inv(to_yiq) @ turn @ to_yiq
    contrast = uniform(n, 1 - strength, 1 + strength, device).view(n, 1, 1, 1)
    bright = uniform(n, 1 - strength, 1 + strength, device).view(n, 1, 1, 1)
    x = torch.einsum("bij,bjhw->bihw", matrix, x)
    mean = x.mean((1, 2, 3), keepdim=True)
    return ((x - mean) * contrast + mean) * bright


def blur_or_sharpen(x, p_blur, p_sharp):
    """Some blurred, some sharpened. x: [n, 3, s, s], as in all that follow."""
    n, device = len(x), x.device
    blurred = F.avg_pool2d(F.avg_pool2d(F.pad(x, (2, 2, 2, 2), mode="replicate"), 3, 1), 3, 1)
    amount = chance(n, p_blur, device) * uniform(n, 0.3, 1, device) - chance(n, p_sharp, device) * uniform(n, 0.2, 0.8, device)
    return x + amount.view(n, 1, 1, 1) * (blurred - x)


def erase(x, p):
    """A random box of a random colour."""
    n, _, height, width = x.shape
    device = x.device
    box_h, box_w = uniform(n, 0.15, 0.5, device) * height, uniform(n, 0.15, 0.5, device) * width
    top, left = torch.rand(n, device=device) * (height - box_h), torch.rand(n, device=device) * (width - box_w)
    rows, columns = torch.arange(height, device=device).view(1, -1, 1), torch.arange(width, device=device).view(1, 1, -1)
    view = lambda t: t.view(n, 1, 1)
    inside = (rows >= view(top)) & (rows < view(top + box_h)) & (columns >= view(left)) & (columns < view(left + box_w))
    inside = (inside & (chance(n, p, device).view(n, 1, 1) > 0)).unsqueeze(1)
    return torch.where(inside, torch.rand(n, 3, 1, 1, device=device), x)


def as_sketch(x, p):
    """Some become a drawing of their edges, dark on white or light on dark."""
    n, device = len(x), x.device
    grey = F.pad(x.mean(1, keepdim=True), (1, 1, 1, 1), mode="replicate")
    across, down = grey[:, :, 1:-1, 2:] - grey[:, :, 1:-1, :-2], grey[:, :, 2:, 1:-1] - grey[:, :, :-2, 1:-1]
    edges = ((across**2 + down**2 + 1e-6).sqrt() * uniform(n, 1.5, 3.5, device).view(n, 1, 1, 1)).clamp(0, 1)
    edges = torch.where(chance(n, 0.75, device).view(n, 1, 1, 1) > 0, 1 - edges, edges)
    return torch.where(chance(n, p, device).view(n, 1, 1, 1) > 0, edges.expand_as(x), x)


def any_sharpness(x):
    """Some pictures lose detail, some get crisp edges, some get noise, so that sharpness does not tell where they come from.

    x: RGB in [0, 1]. Used by repair.py, and by train.py with --hide-sharpness (version 1 was trained without).
    """
    n, side, device = len(x), x.shape[-1], x.device
    parts = []
    for part, share in zip(x.chunk(4), (0.5, 0.65, 0.8, 1)):
        if share < 1:
            small = F.interpolate(part, scale_factor=share, mode="bilinear", antialias=True, align_corners=False)
            part = F.interpolate(small, size=(side, side), mode="bicubic", align_corners=False)
        parts.append(part)
    x = torch.cat(parts)
    soft = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, 1)
    crisp = chance(n, 0.45, device) * uniform(n, 0.4, 1.8, device)
    noise = chance(n, 0.5, device) * uniform(n, 0.0, 0.04, device)
    x = x + crisp.view(n, 1, 1, 1) * (x - soft) + noise.view(n, 1, 1, 1) * torch.randn_like(x)
    return x.clamp(0, 1)


def augment_photos(x, size, strength=1.0, hide_sharpness=False):
    """uint8 photographs [n, 3, 80, 80] → standardised crops [n, 3, size, size]. `strength`: 0 to 1."""
    n, device = len(x), x.device
    x = x.float() / 255
    x = any_sharpness(x) if hide_sharpness else x
    area = uniform(n, 1 - 0.68 * strength, 1, device)
    aspect = torch.exp(uniform(n, -0.25, 0.25, device))
    scale_x, scale_y = (area * aspect).sqrt().clamp(max=1), (area / aspect).sqrt().clamp(max=1)
    turn = uniform(n, -0.2, 0.2, device) * chance(n, 0.3, device)
    shift_x, shift_y = uniform(n, -1, 1, device) * (1 - scale_x), uniform(n, -1, 1, device) * (1 - scale_y)
    flip = chance(n, 0.5, device) * 2 - 1
    grid = affine_grid(scale_x, scale_y, turn, shift_x, shift_y, flip, size)
    x = F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)
    x = recolour(x, 0.3 * strength, chance(n, 0.08, device), 0.03)
    x = blur_or_sharpen(x, 0.15, 0.15)
    x = erase(x.clamp(0, 1), 0.2 * strength)
    return standardise(x)


def place(x, mirror, size):
    """Premultiplied RGBA [n, 4, s, s], zoomed, moved, turned, mirrored and tilted → [n, 4, size, size]."""
    n, device = len(x), x.device
    zoom = 1 / uniform(n, 0.6, 1.12, device)
    stretch = torch.exp(uniform(n, -0.1, 0.1, device))
    turn = uniform(n, -0.35, 0.35, device) * chance(n, 0.6, device)
    room = (zoom - 0.9).clamp(min=0.06)
    shift_x, shift_y = uniform(n, -1, 1, device) * room, uniform(n, -1, 1, device) * room
    flip = 1 - 2 * chance(n, 0.5, device) * mirror
    tilt = torch.stack([uniform(n, -0.15, 0.15, device), uniform(n, -0.15, 0.15, device)], 1)
    tilt = tilt * chance(n, 0.3, device).unsqueeze(1)
    grid = affine_grid(zoom * stretch, zoom / stretch, turn, shift_x, shift_y, flip, size, tilt)
    return F.grid_sample(x, grid, padding_mode="zeros", align_corners=False)


def random_ground(backdrop, size):
    """[n, 3, size, size]: white 50 %, black or grey 10 %, a colour 15 %, two colours 8 %, the photograph of `backdrop` 17 %."""
    n, device = len(backdrop), backdrop.device
    pick = torch.rand(n, 1, 1, 1, device=device)
    plain, other = torch.rand(n, 3, 1, 1, device=device), torch.rand(n, 3, 1, 1, device=device)
    ramp = torch.linspace(0, 1, size, device=device).view(1, 1, -1, 1)
    ground = torch.ones(n, 3, size, size, device=device)
    ground = torch.where(pick > 0.50, torch.rand(n, 1, 1, 1, device=device).expand(n, 3, 1, 1) ** 2, ground)
    ground = torch.where(pick > 0.60, plain, ground)
    ground = torch.where(pick > 0.75, plain + (other - plain) * ramp, ground)
    scene = F.interpolate(backdrop.float() / 255, size=(size, size), mode="bilinear", align_corners=False)
    return torch.where(pick > 0.83, scene, ground)


def on_ground(x, ground):
    """A drawing (premultiplied RGBA) on its ground; a few get a white or black outline."""
    n, device = len(x), x.device
    colour, alpha = x[:, :3], x[:, 3:]
    grown = F.max_pool2d(alpha, 3, 1, 1)
    rim = torch.where(chance(n, 0.5, device).view(n, 1, 1, 1) > 0, 1.0, 0.0)
    outline = chance(n, 0.08, device).view(n, 1, 1, 1) * (grown - alpha).clamp(min=0)
    x = colour + ground * (1 - alpha)
    return x + outline * (rim - x)


def augment_drawings(x, mirror, backdrop, size, strength=1.0):
    """uint8 RGBA drawings [n, 4, 80, 80] → standardised pictures [n, 3, size, size] on white, colours or photographs.

    `mirror` [n]: 1 where a drawing may be mirrored (not arrows, letters, flags); `backdrop`: uint8 photographs [n, 3, 80, 80].
    """
    n, device = len(x), x.device
    x = x.float() / 255
    x = torch.cat([x[:, :3] * x[:, 3:], x[:, 3:]], 1)  # premultiplied, so that edges do not darken
    x = on_ground(place(x, mirror, size), random_ground(backdrop, size))
    wild = chance(n, 0.06, device).view(n, 1, 1, 1) > 0
    any_hue = recolour(x, 0.3, chance(n, 0.3, device), 0.5)
    mild = recolour(x, 0.15 + 0.1 * strength, chance(n, 0.06, device), 0.02)
    x = as_sketch(torch.where(wild, any_hue, mild).clamp(0, 1), 0.05 * strength)
    x = blur_or_sharpen(x, 0.15, 0.1)
    x = erase(x.clamp(0, 1), 0.12 * strength)
    return standardise(x)
