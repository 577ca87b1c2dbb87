"""Ids that open_clip's own tokenizer gives to some texts, for the tests of scripts/models.

Writes as well the part of CLIP's vocabulary and merges that these texts need, so that the tests need nothing else: a merge
that is never made for them changes nothing. Needs open_clip_torch.

  python3 clip_tokens.py OUT.json
"""

import json
import sys

from open_clip.tokenizer import SimpleTokenizer

TEXTS = [
    "a photo of a cat",
    "A Red APPLE",
    "it's 3.14 o'clock, isn't it?",
    "  two   people\nplaying tennis  ",
    "una montaña nevada al amanecer",
    "Ein Mädchen läuft über die Straße",
    "乗り物",
    "hello!!! world & co. (2024)",
    "spooky " * 90,
]
LENGTHS = [77, 32]


def used_merges(tokenizer: SimpleTokenizer, word: str) -> set[tuple[str, str]]:
    """The merges that byte pair encoding makes in a word (Sennrich et al. 2016), of the lowest rank first."""
    parts = [*word[:-1], word[-1] + "</w>"]
    used = set()
    while len(parts) > 1:
        pairs = list(zip(parts, parts[1:]))
        best = min(pairs, key=lambda pair: tokenizer.bpe_ranks.get(pair, float("inf")))
        if best not in tokenizer.bpe_ranks:
            break
        used.add(best)
        merged, i = [], 0
        while i < len(parts):
            if i + 1 < len(parts) and (parts[i], parts[i + 1]) == best:
                merged.append(parts[i] + parts[i + 1])
                i += 2
            else:
                merged.append(parts[i])
                i += 1
        parts = merged
    return used


def main(out: str) -> None:
    tokenizer = SimpleTokenizer()
    cases, merges, ids = [], set(), {0, tokenizer.sot_token_id, tokenizer.eot_token_id}
    for text in TEXTS:
        own = tokenizer.encode(text)
        ids.update(own)
        cleaned = tokenizer.clean_fn(text)
        for match in tokenizer.pat.findall(cleaned):
            word = "".join(tokenizer.byte_encoder[byte] for byte in match.encode("utf-8"))
            merges |= used_merges(tokenizer, word)
        # As SimpleTokenizer.__call__ has it: ends put around, cut to the length with the end kept, filled up with 0.
        padded = {}
        for length in LENGTHS:
            all_ids = [tokenizer.sot_token_id, *own, tokenizer.eot_token_id]
            if len(all_ids) > length:
                all_ids = [*all_ids[: length - 1], tokenizer.eot_token_id]
            padded[length] = all_ids + [0] * (length - len(all_ids))
        cases.append({"text": text, "ids": own, "padded": padded})
    ordered = sorted(merges, key=lambda pair: tokenizer.bpe_ranks[pair])
    vocab = {tokenizer.decoder[i]: i for i in sorted(ids)}
    vocab = {token.replace("<start_of_text>", "<|startoftext|>").replace("<end_of_text>", "<|endoftext|>"): i
             for token, i in vocab.items()}
    with open(out, "w", encoding="utf-8") as file:
        json.dump({"vocab": vocab, "merges": [" ".join(pair) for pair in ordered], "cases": cases}, file,
                  ensure_ascii=True, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
