"""What vision towers of each family get for some pictures, made by Pillow and NumPy: for the tests of scripts/models.

As open_clip (transform.py) and the image processors of Transformers have it: scale, crop, divide by 255, take the mean away,
divide by the deviation; channels first. Needs Pillow and NumPy.

  python3 picture_tensors.py OUT.json
"""

import json
import sys

import numpy as np
from PIL import Image

CLIP = ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711))
HALF = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
NONE = ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
# Name, resize, interpolation, mean and deviation.
WAYS = [("CLIP", "shortest", "bicubic", CLIP), ("SigLIP", "squash", "bicubic", HALF),
        ("SigLIP 2 and PE-Core", "squash", "bilinear", HALF), ("MobileCLIP", "shortest", "bilinear", NONE)]
SHAPES = [(97, 65), (65, 97), (500, 375)]
SIZE = 16


def pattern(width: int, height: int) -> Image.Image:
    """Edges and slopes, by a formula that the test repeats."""
    image = Image.new("RGB", (width, height))
    image.putdata([(220 if (x // 9 + y // 7) % 2 else 30, 255 * x // width, 255 * y // height)
                   for y in range(height) for x in range(width)])
    return image


def tensor(image: Image.Image, resize: str, interpolation: str, mean, std) -> np.ndarray:
    method = Image.Resampling[interpolation.upper()]
    width, height = image.size
    if resize == "squash":
        image = image.resize((SIZE, SIZE), method)
    else:
        scaled = (SIZE, SIZE * height // width) if width <= height else (SIZE * width // height, SIZE)
        left, top = (scaled[0] - SIZE) // 2, (scaled[1] - SIZE) // 2
        image = image.resize(scaled, method).crop((left, top, left + SIZE, top + SIZE))
    values = (np.asarray(image, np.float32) / 255 - np.array(mean, np.float32)) / np.array(std, np.float32)
    return values.transpose(2, 0, 1)


def main(out: str) -> None:
    cases = []
    for name, resize, interpolation, (mean, std) in WAYS:
        for width, height in SHAPES:
            values = tensor(pattern(width, height), resize, interpolation, mean, std)
            cases.append({"name": name, "resize": resize, "interpolation": interpolation, "mean": mean, "std": std,
                          "width": width, "height": height, "size": SIZE,
                          "tensor": [round(float(value), 3) for value in values.flatten()]})
    with open(out, "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n")


if __name__ == "__main__":
    main(sys.argv[1])
