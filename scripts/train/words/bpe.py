"""A CLIP-style byte-level BPE: learn merges, encode text, write Hugging Face's `tokenizer.json`.

Words are split as CLIP splits them, their UTF-8 bytes are mapped to printable characters, and the last symbol of a word
carries `</w>` (Sennrich et al. 2016; Radford et al. 2021).
"""
import collections
import heapq
import unicodedata

import regex

from ..folders import read_json, write_json

START, END = "<|startoftext|>", "<|endoftext|>"
WORD_PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
WORD = regex.compile(WORD_PATTERN)


def printable_bytes():
    """GPT-2's map from each of the 256 bytes to a printable character."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    moved = [byte for byte in range(256) if byte not in kept]
    return {byte: chr(byte) for byte in kept} | {byte: chr(256 + i) for i, byte in enumerate(moved)}


BYTE_TO_CHAR = printable_bytes()


def words(text):
    """The words of `text`, lower-cased, each as a string of printable bytes."""
    clean = regex.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).lower().strip()
    return ["".join(BYTE_TO_CHAR[byte] for byte in word.encode()) for word in WORD.findall(clean)]


def symbols_of(word):
    return [*word[:-1], word[-1] + "</w>"]


def merge_pair(symbols, pair):
    """`symbols` with every adjacent `pair` joined, left to right."""
    joined, i = [], 0
    while i < len(symbols):
        if i + 1 < len(symbols) and (symbols[i], symbols[i + 1]) == pair:
            joined.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            joined.append(symbols[i])
            i += 1
    return joined


def learn_merges(frequency, count):
    """At most `count` merges, most frequent pair first. `frequency`: word → how often it was seen.

    A heap holds stale counts; an entry is trusted only when it equals the pair's present count.
    """
    spelled = [symbols_of(word) for word in frequency]
    weight = list(frequency.values())
    pair_count, seen_in = collections.Counter(), collections.defaultdict(set)
    for i, symbols in enumerate(spelled):
        for pair in zip(symbols, symbols[1:]):
            pair_count[pair] += weight[i]
            seen_in[pair].add(i)
    heap = [(-n, pair) for pair, n in pair_count.items()]
    heapq.heapify(heap)
    merges = []
    while len(merges) < count and heap:
        negative, pair = heapq.heappop(heap)
        present = pair_count[pair]
        if present != -negative:
            if present > 1:
                heapq.heappush(heap, (-present, pair))
            continue
        if present < 2:
            break
        merges.append(pair)
        changed = set()
        for i in list(seen_in[pair]):
            for old in zip(spelled[i], spelled[i][1:]):
                pair_count[old] -= weight[i]
                changed.add(old)
            spelled[i] = merge_pair(spelled[i], pair)
            for new in zip(spelled[i], spelled[i][1:]):
                pair_count[new] += weight[i]
                seen_in[new].add(i)
                changed.add(new)
        pair_count[pair] = 0
        for other in changed:
            if pair_count[other] > 1:
                heapq.heappush(heap, (-pair_count[other], other))
    return merges


class Tokenizer:
    """Text → token ids `[start, …, end]`. The end token has the largest id: CLIP pools where the id is largest."""

    def __init__(self, merges):
        alphabet = sorted(BYTE_TO_CHAR.values())
        tokens = [*alphabet, *(char + "</w>" for char in alphabet), *(a + b for a, b in merges)]
        self.vocab = {token: i for i, token in enumerate(dict.fromkeys(tokens))}
        self.start = self.vocab[START] = len(self.vocab)
        self.end = self.vocab[END] = len(self.vocab)
        self.merges = merges
        self.rank = {pair: i for i, pair in enumerate(merges)}
        self.cache = {}

    @classmethod
    def load(cls, work):
        """From `merges.json`, which make_tokenizer.py wrote."""
        return cls([tuple(pair) for pair in read_json(work.packs / "merges.json")])

    def encode_word(self, word):
        if word not in self.cache:
            symbols = symbols_of(word)
            while len(symbols) > 1:
                best = min(zip(symbols, symbols[1:]), key=lambda pair: self.rank.get(pair, len(self.rank)))
                if best not in self.rank:
                    break
                symbols = merge_pair(symbols, best)
            self.cache[word] = [self.vocab[symbol] for symbol in symbols]
        return self.cache[word]

    def __call__(self, text, length):
        """At most `length` ids, start and end included. Never empty: a caption without a token makes the loss NaN."""
        ids = [token for word in words(text) for token in self.encode_word(word)]
        return [self.start, *ids[: length - 2], self.end]

    def save(self, folder, length):
        """Write `tokenizer.json` and `tokenizer_config.json` as Hugging Face's CLIPTokenizer reads them."""
        write_json(folder / "tokenizer.json", self.fast_tokenizer())
        special = {"bos_token": START, "eos_token": END, "unk_token": END, "pad_token": END}
        config = {"tokenizer_class": "CLIPTokenizer", "model_max_length": length, **special, "do_lower_case": True}
        write_json(folder / "tokenizer_config.json", config, indent=1)

    def fast_tokenizer(self):
        def special(content, token):
            flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": True, "special": True}
            return {"id": token, "content": content, **flags}

        byte_level = {"type": "ByteLevel", "trim_offsets": True, "use_regex": True}
        split = {"type": "Split", "pattern": {"Regex": WORD_PATTERN}, "behavior": "Removed", "invert": True}
        spaces = {"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "}
        return {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": [special(START, self.start), special(END, self.end)],
            "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, spaces, {"type": "Lowercase"}]},
            "pre_tokenizer": {
                "type": "Sequence",
                "pretokenizers": [split, {**byte_level, "add_prefix_space": False}],
            },
            "post_processor": {
                "type": "RobertaProcessing",
                "sep": [END, self.end],
                "cls": [START, self.start],
                "trim_offsets": False,
                "add_prefix_space": False,
            },
            "decoder": {**byte_level, "add_prefix_space": True},
            "model": {
                "type": "BPE",
                "dropout": None,
                "unk_token": END,
                "continuing_subword_prefix": "",
                "end_of_word_suffix": "</w>",
                "fuse_unk": False,
                "byte_fallback": False,
                "ignore_merges": False,
                "vocab": self.vocab,
                "merges": [f"{a} {b}" for a, b in self.merges],
            },
        }
