"""Average the text towers of two checkpoints, weight by weight (Wortsman et al. 2021). Both have the same vision tower.

All of what the sentence encoder taught costs Spanish and photographs; half of it keeps most of the meaning and of both.
"""
import argparse

import torch

from . import checkpoint


@torch.no_grad()
def average(before, after, share):
    """`before` becomes (1 - share) × before + share × after, in place."""
    for own, other in zip(before.parameters(), after.parameters()):
        own.lerp_(other, share)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", metavar="BEFORE", help="checkpoint of repair.py")
    parser.add_argument("after", metavar="AFTER", help="checkpoint of train_text.py")
    parser.add_argument("out", metavar="OUT", help="checkpoint to write")
    parser.add_argument("--share", type=float, default=0.5, help="of AFTER, 0 to 1 (default: %(default)s)")
    options = parser.parse_args()
    vision, text, scale = checkpoint.load(options.before)
    average(text, checkpoint.load(options.after)[1], options.share)
    checkpoint.save(options.out, vision, text, scale)


if __name__ == "__main__":
    main()
