"""How good the towers are by now: small looks during training. evaluate.ts judges in full, from the exported files."""
import torch

from ..folders import read_json
from .losses import unit
from ..pictures.pictures import on_white, read_pack, standardise

AT_ONCE = 512
DEPTHS = (1, 5, 10)


class Looks:
    """The packs of pack_judged.py on the device."""

    def __init__(self, work, captions, device):
        about = read_json(work.packs / "judge.json")
        self.captions, self.device, self.prompts = captions, device, about["prompts"]
        self.right = {name: torch.tensor(rows, device=device) for name, rows in about["sets"].items()}
        self.pictures = {name: read_pack(work, f"judge{name}", len(rows), device)[0] for name, rows in about["sets"].items()}

    def see(self, vision, x):
        """uint8 RGB or RGBA [n, …] → unit vectors [n, dim]."""
        x = x.float() / 255 if x.shape[1] == 3 else on_white(x)
        parts = (standardise(part).contiguous(memory_format=torch.channels_last) for part in x.split(AT_ONCE))
        return torch.cat([unit(vision(part)) for part in parts])

    def read(self, text, prompts):
        return torch.cat([unit(text(part)) for part in self.captions.pad(prompts).split(AT_ONCE)])

    @torch.no_grad()
    def judge(self, vision, text):
        """One line: the share of right answers among the first 1, 5 and 10 of each question. The towers are in eval mode."""
        lines = []
        with torch.autocast(self.device, dtype=torch.bfloat16):
            for name, right in self.right.items():
                seen = self.see(vision, self.pictures[name])
                for question, prompts in self.prompts[name].items():
                    similarity = seen @ self.read(text, prompts).T
                    hits = found(similarity, right) if question == "find" else named(similarity, right)
                    shares = " ".join(f"@{k} {hits[:, :k].any(1).float().mean().item():.3f}" for k in DEPTHS)
                    lines.append(f"{name} {question} {shares}")
        return "; ".join(lines)


def named(similarity, right):
    """[pictures, ranks]: is it the right text?"""
    return similarity.argsort(1, descending=True) == right.unsqueeze(1)


def found(similarity, right):
    """[texts, ranks]: is it the right picture?"""
    rank = similarity.T.argsort(1, descending=True)
    return right[rank] == torch.arange(len(rank), device=rank.device).unsqueeze(1)
