"""Export a checkpoint as a Hugging Face CLIP folder with ONNX towers.

Batch norm is folded into the convolutions. Large weights are stored as int8 with a scale for each output channel and
turned back by `Cast` + `Mul`, which every runtime folds to float32 at load: a quarter of the download, and float32
results on wasm, WebGPU and in Node from one file.
"""
import argparse
import os
import tempfile

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from bpe import Tokenizer, write_json
from pictures import DEVIATION, MEAN
from towers import DIM, IMAGE_SIZE, TEXT_LENGTH, TextTower, VisionTower


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


def store_as_int8(source, target, smallest=1024):
    """Rewrite the float32 initialisers of at least `smallest` numbers as int8 × scale."""
    model = onnx.load(source)
    graph = model.graph
    nodes, initialisers = [], []
    for tensor in graph.initializer:
        weight = numpy_helper.to_array(tensor)
        if weight.dtype != np.float32 or weight.size < smallest:
            initialisers.append(tensor)
            continue
        # A scale for each output channel of a convolution, row of the token table, column of a matrix.
        axis = 0 if weight.ndim == 4 or weight.shape[0] > 4000 else 1
        others = tuple(i for i in range(weight.ndim) if i != axis)
        scale = (np.abs(weight).max(axis=others, keepdims=True) / 127 + 1e-12).astype(np.float32)
        small = np.clip(np.round(weight / scale), -127, 127).astype(np.int8)
        name = tensor.name
        initialisers += [numpy_helper.from_array(small, name + ".q"), numpy_helper.from_array(scale, name + ".s")]
        nodes.append(helper.make_node("Cast", [name + ".q"], [name + ".f"], to=TensorProto.FLOAT, name=name + ".cast"))
        nodes.append(helper.make_node("Mul", [name + ".f", name + ".s"], [name], name=name + ".mul"))
    nodes += graph.node
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(initialisers)
    onnx.checker.check_model(model)
    onnx.save(model, target)


def export_tower(tower, example, names, axes, path):
    inputs, outputs = names
    with tempfile.TemporaryDirectory() as folder:
        plain = os.path.join(folder, "float32.onnx")
        torch.onnx.export(
            tower, (example,), plain, input_names=[inputs], output_names=[outputs],
            dynamic_axes={inputs: axes, outputs: {0: "batch"}}, opset_version=14,
        )  # fmt: skip
        store_as_int8(plain, path)
    print(f"{path}: {os.path.getsize(path)} bytes")


def write_configs(out, tokenizer, scale):
    text = {
        "model_type": "clip_text_model", "vocab_size": len(tokenizer.vocab), "hidden_size": 256, "num_hidden_layers": 3,
        "num_attention_heads": 4, "intermediate_size": 1024, "max_position_embeddings": TEXT_LENGTH,
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
        "do_normalize": True, "image_mean": rounded(MEAN), "image_std": rounded(DEVIATION),
    }  # fmt: skip
    write_json(out, "config.json", config, indent=1)
    write_json(out, "preprocessor_config.json", preprocessor, indent=1)


def rounded(tensor):
    return [round(value, 8) for value in tensor.flatten().tolist()]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", help="folder with merges.json")
    parser.add_argument("checkpoint")
    parser.add_argument("out", help="folder to write; then: pnpm add-model <out>")
    options = parser.parse_args()
    os.makedirs(os.path.join(options.out, "onnx"), exist_ok=True)

    tokenizer = Tokenizer.load(options.data)
    checkpoint = torch.load(options.checkpoint)
    vision, text = VisionTower().eval(), TextTower(vocabulary=len(tokenizer.vocab)).eval()
    vision.load_state_dict(checkpoint["I"])
    text.load_state_dict(checkpoint["T"], strict=False)
    fold_batch_norm(vision)

    pixels = torch.randn(1, 3, IMAGE_SIZE, IMAGE_SIZE)
    path = os.path.join(options.out, "onnx", "vision_model.onnx")
    export_tower(vision, pixels, ("pixel_values", "image_embeds"), {0: "batch"}, path)
    tokens = torch.tensor([tokenizer("a photo of a cat", TEXT_LENGTH)])
    path = os.path.join(options.out, "onnx", "text_model.onnx")
    export_tower(text, tokens, ("input_ids", "text_embeds"), {0: "batch", 1: "length"}, path)
    tokenizer.save(options.out, TEXT_LENGTH)
    write_configs(options.out, tokenizer, checkpoint["ls"])


if __name__ == "__main__":
    main()
