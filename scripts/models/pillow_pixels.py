"""Pixels that a vision tower takes, made by Pillow as CLIPImageProcessor of Python's transformers does.

An independent implementation of what src/platform/pictures/square/square.node.ts does, for its tests and for
scripts/eval/preprocessing.ts. Needs Pillow and nothing else.

  python3 pillow_pixels.py golden OUT.json               what the test compares with
  python3 pillow_pixels.py photos FOLDER EDGE SIZE OUT   raw RGB of every .jpg of a folder, one after the other by name
"""

import base64
import json
import sys
from pathlib import Path

from PIL import Image, ImageOps

# Width and height; most leave an odd margin on one side. The last but one is larger than a preview.
SHAPES = [(640, 481), (481, 640), (640, 430), (500, 375), (333, 501), (97, 65), (65, 97), (64, 64), (65, 64), (600, 48),
          (48, 600), (33, 32), (20, 31), (1601, 1067), (1, 9)]
SIZE = 24


def pixels(image: Image.Image, edge: int, size: int) -> Image.Image:
    """Shortest side to `edge`, the longer one rounded down; then the middle, its margins rounded down."""
    width, height = image.size
    if width <= height:
        scaled = (edge, edge * height // width)
    else:
        scaled = (edge * width // height, edge)
    left, top = (scaled[0] - size) // 2, (scaled[1] - size) // 2
    return image.resize(scaled, Image.Resampling.BICUBIC).crop((left, top, left + size, top + size))


def pattern(width: int, height: int) -> Image.Image:
    """Edges and slopes, by a formula that the test repeats."""
    image = Image.new("RGB", (width, height))
    image.putdata([(220 if (x // 9 + y // 7) % 2 else 30, 255 * x // width, 255 * y // height)
                   for y in range(height) for x in range(width)])
    return image


def golden(out: str) -> None:
    cases = [{"width": width, "height": height, "edge": edge, "size": SIZE,
              "rgb": base64.b64encode(pixels(pattern(width, height), edge, SIZE).tobytes()).decode()}
             for width, height in SHAPES for edge in ((SIZE,) if width != 500 else (SIZE, SIZE + 5))]
    Path(out).write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


def photos(folder: str, edge: int, size: int, out: str) -> None:
    with open(out, "wb") as file:
        for path in sorted(Path(folder).glob("*.jpg")):
            image = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
            file.write(pixels(image, edge, size).tobytes())


if __name__ == "__main__":
    command, *rest = sys.argv[1:]
    if command == "golden":
        golden(*rest)
    else:
        photos(rest[0], int(rest[1]), int(rest[2]), rest[3])
