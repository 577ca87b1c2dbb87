"""The folder WORK, which every script takes first, and the little that all of them share.

    WORK/repositories/OWNER/NAME.git  public repositories with photographs, cloned bare         yours
    WORK/share/                       usr/share of unpacked Debian packages                     yours
    WORK/judged/                      photographs that are never trained on; labels.json names
                                      each: {"n02123045_cat.jpg": "tabby", …}                   yours
    WORK/raw/                         arrays and lists made from these
    WORK/packs/                       all that train.py reads
    WORK/meaning/                     phrases and what a sentence encoder makes of them

Each of them may be a symbolic link.
"""
import argparse
import json
from pathlib import Path


class Work:
    """Paths in WORK; what scripts write to is made where it is missing."""

    def __init__(self, folder):
        root = Path(folder)
        self.repositories, self.share, self.judged = root / "repositories", root / "share", root / "judged"
        self.raw, self.packs, self.meaning = root / "raw", root / "packs", root / "meaning"
        for made in (self.raw, self.packs, self.meaning):
            made.mkdir(parents=True, exist_ok=True)


def arguments(description):
    """A parser whose first argument is WORK."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Work, metavar="WORK", help="the folder that all scripts work in, see folders.py")
    return parser


def read_json(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def write_json(path, value, **options):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, **options)
