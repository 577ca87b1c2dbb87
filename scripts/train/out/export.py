"""Export a checkpoint as a Hugging Face CLIP folder with ONNX towers.

Batch norm is folded into the convolutions. Large weights are stored as int8 with a scale for each output channel and
turned back by `Cast` + `Mul`, which every runtime folds to float32 at load: a quarter of the download, and float32
results on wasm, WebGPU and in Node from one file.

Beside the folder, OUT.examples gets inputs and what the checkpoint answers, for verify.ts.
"""
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from ..towers import checkpoint
from ..words.bpe import Tokenizer
from ..folders import arguments, write_json
from ..pictures.pictures import DEVIATION, MEAN
from ..towers.towers import DIM, HEADS, IMAGE_SIZE, LAYERS, TEXT_LENGTH, WIDTH

# Smaller weights stay float32. The first three convolutions are small and feel it most: as int8 they alone cost 0.0005 of
# cosine on average, 0.002 at worst.
SMALLEST = 50_000
# Values on either side of zero. A visitor who only searches downloads the text tower, compressed: of 7 bits gzip leaves 4.9 MB,
# of 8 bits 5.6. On the demo collection hit@1 moves by 0.003 at most.
LEVELS = {"text": 63, "vision": 127}
EXAMPLES = ["a cat", "a photo of a golden retriever", "spooky", "gato", "Katze", "犬", "something to eat", "two children on a beach"]


def fold_batch_norm(module):
    """Replace every leading (Conv2d, BatchNorm2d) of a Sequential by one convolution, in place."""
    for name, child in list(module.named_children()):
        pair = list(child.children())[:2] if isinstance(child, nn.Sequential) else []
        if len(pair) == 2 and isinstance(pair[0], nn.Conv2d) and isinstance(pair[1], nn.BatchNorm2d):
            rest = [nn.ReLU() for _ in list(child.children())[2:]]  # not in place, so that the exporter can trace it
            setattr(module, name, nn.Sequential(folded(*pair), *rest))
        else:
            fold_batch_norm(child)


def folded(convolution, norm):
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    shape = (convolution.in_channels, convolution.out_channels, convolution.kernel_size)
    result = nn.Conv2d(*shape, convolution.stride, convolution.padding, bias=True)
    result.weight.data = (convolution.weight * scale.view(-1, 1, 1, 1)).contiguous()
    result.bias.data = norm.bias - norm.running_mean * scale
    return result


def by_rows(graph):
    """Names of the matrices whose rows are outputs: the token table, and those of linear layers that were exported as Gemm."""
    gemm = {n.input[1] for n in graph.node if n.op_type == "Gemm" for a in n.attribute if a.name == "transB" and a.i}
    return gemm | {n.input[0] for n in graph.node if n.op_type == "Gather"}


def quantised(weight, rows, levels):
    """float32 → (int8, scale), int8 from -levels to levels: a scale for each output, which is a channel of a convolution, a
    row or a column."""
    axis = 0 if weight.ndim == 4 or rows else 1
    others = tuple(i for i in range(weight.ndim) if i != axis)
    scale = (np.abs(weight).max(axis=others, keepdims=True) / levels + 1e-12).astype(np.float32)
    return np.clip(np.round(weight / scale), -levels, levels).astype(np.int8), scale


def store_as_int8(source, target, levels):
    """Rewrite the float32 initialisers of at least SMALLEST numbers as int8 × scale."""
    model = onnx.load(source)
    graph = model.graph
    nodes, initialisers, rows = [], [], by_rows(graph)
    for tensor in graph.initializer:
        weight, name = numpy_helper.to_array(tensor), tensor.name
        if weight.dtype != np.float32 or weight.size < SMALLEST:
            initialisers.append(tensor)
            continue
        small, scale = quantised(weight, name in rows, levels)
        initialisers += [numpy_helper.from_array(small, name + ".q"), numpy_helper.from_array(scale, name + ".s")]
        nodes.append(helper.make_node("Cast", [name + ".q"], [name + ".f"], to=TensorProto.FLOAT, name=name + ".cast"))
        nodes.append(helper.make_node("Mul", [name + ".f", name + ".s"], [name], name=name + ".mul"))
    nodes += graph.node
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(initialisers)
    onnx.checker.check_model(model)
    onnx.save(model, str(target))


def export_tower(tower, example, names, axes, path, levels):
    """`names`: of input and output; `axes`: those of the input that may have any size."""
    inputs, outputs = names
    with tempfile.TemporaryDirectory() as folder:
        plain = str(Path(folder, "float32.onnx"))
        torch.onnx.export(
            tower, (example,), plain, input_names=[inputs], output_names=[outputs],
            dynamic_axes={inputs: axes, outputs: {0: "batch"}}, opset_version=14,
        )  # fmt: skip
        store_as_int8(plain, path, levels)
    print(f"{path}: {path.stat().st_size} bytes")


def write_configs(out, tokenizer, scale):
    text = {
        "model_type": "clip_text_model", "vocab_size": len(tokenizer.vocab), "hidden_size": WIDTH, "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS, "intermediate_size": 4 * WIDTH, "max_position_embeddings": TEXT_LENGTH,
        "projection_dim": DIM, "bos_token_id": tokenizer.start, "eos_token_id": tokenizer.end,
        "pad_token_id": tokenizer.end,
    }  # fmt: skip
    vision = {"model_type": "clip_vision_model", "image_size": IMAGE_SIZE, "num_channels": 3, "projection_dim": DIM}
    config = {
        "architectures": ["CLIPModel"], "model_type": "clip", "projection_dim": DIM,
        "logit_scale_init_value": scale, "text_config": text, "vision_config": vision,
    }  # fmt: skip
    side = {"height": IMAGE_SIZE, "width": IMAGE_SIZE}
    preprocessor = {
        "feature_extractor_type": "CLIPFeatureExtractor", "image_processor_type": "CLIPImageProcessor",
        "do_convert_rgb": True, "do_resize": True, "size": {"shortest_edge": IMAGE_SIZE}, "resample": 3,
        "do_center_crop": True, "crop_size": side, "do_rescale": True, "rescale_factor": 1 / 255,
        "do_normalize": True, "image_mean": MEAN, "image_std": DEVIATION,
    }  # fmt: skip
    write_json(out / "config.json", config, indent=1)
    write_json(out / "preprocessor_config.json", preprocessor, indent=1)


@torch.no_grad()
def write_examples(folder, vision, text, tokenizer):
    """pixels.f32 [6, 3, 80, 80], image_embeds.f32 [6, dim], text_embeds.f32 [texts, dim], texts.json (token ids)."""
    folder.mkdir(exist_ok=True)
    blocks = torch.randn(6, 3, 8, 8).repeat_interleave(IMAGE_SIZE // 8, 2).repeat_interleave(IMAGE_SIZE // 8, 3)
    pixels = blocks + 0.3 * torch.randn(6, 3, IMAGE_SIZE, IMAGE_SIZE)
    ids = [tokenizer(example, TEXT_LENGTH) for example in EXAMPLES]
    pixels.numpy().tofile(folder / "pixels.f32")
    vision(pixels).numpy().tofile(folder / "image_embeds.f32")
    torch.cat([text(torch.tensor([row])) for row in ids]).numpy().tofile(folder / "text_embeds.f32")
    write_json(folder / "texts.json", ids)


def main():
    parser = arguments(__doc__)
    parser.add_argument("checkpoint", metavar="CHECKPOINT")
    parser.add_argument("out", metavar="OUT", type=Path, help="folder to write; then: pnpm add-model OUT")
    options = parser.parse_args()
    out = options.out
    (out / "onnx").mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    tokenizer = Tokenizer.load(options.work)
    vision, text, scale = checkpoint.load(options.checkpoint)
    write_examples(out.with_name(out.name + ".examples"), vision, text, tokenizer)
    fold_batch_norm(vision)

    pixels = torch.randn(1, 3, IMAGE_SIZE, IMAGE_SIZE)
    export_tower(vision, pixels, ("pixel_values", "image_embeds"), {0: "batch"}, out / "onnx/vision_model.onnx", LEVELS["vision"])
    tokens = torch.tensor([tokenizer("a photo of a cat", TEXT_LENGTH)])
    export_tower(text, tokens, ("input_ids", "text_embeds"), {0: "batch", 1: "length"}, out / "onnx/text_model.onnx", LEVELS["text"])
    tokenizer.save(out, TEXT_LENGTH)
    write_configs(out, tokenizer, scale)


if __name__ == "__main__":
    main()
