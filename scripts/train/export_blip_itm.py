"""Export BLIP's image-text matching as a folder that `pnpm add-model` takes, for the reranker. No ONNX of it is published.

    python3 scripts/train/export_blip_itm.py OUT [--model Salesforce/blip-itm-base-coco] [--first-token cls|enc]

The graph has the inputs pixel_values, input_ids and attention_mask and one output, the logits of "no match" and "match"
(`BlipForImageTextRetrieval` of transformers with `use_itm_head`). OUT gets

    onnx/model.onnx             float32, 0.9 GB for the base model
    onnx/model_quantized.onnx   with int8 weights, for browsers without a GPU (needs onnxruntime)
    onnx/model_fp16.onnx        for GPUs (needs onnxconverter-common)
    tokenizer.json, tokenizer_config.json, preprocessor_config.json, config.json

In training the first token of a text was [ENC] (`models/blip_retrieval.py` of salesforce/BLIP), but its own
`models/blip_itm.py` and transformers keep [CLS], which is what is taken here unless you say `--first-token enc`.

Needs torch, transformers and onnx:  pip install torch transformers onnx onnxruntime onnxconverter-common
"""
import argparse
import importlib.util
import json
import sys
from pathlib import Path

LENGTH = 35  # `max_length` in models/blip_itm.py
NEEDED = ("torch", "transformers", "onnx", "PIL")
PACKAGES = {"PIL": "pillow"}


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--model", default="Salesforce/blip-itm-base-coco", help="its name on the hub, or a folder")
    parser.add_argument("--revision", default=None, help="a commit of it")
    parser.add_argument("--first-token", choices=("cls", "enc"), default="cls")
    given = parser.parse_args(argv)
    missing = [PACKAGES.get(name, name) for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        sys.exit(f"export_blip_itm needs packages that are not here. Install them: pip install {' '.join(missing)}")
    export(given.out, given.model, given.revision, given.first_token)
    print(f"Next: pnpm add-model {given.out} --id blip-itm-base-coco --licence BSD-3-Clause")


def export(out, name, revision=None, first_token="cls"):
    """Load a model and write the folder. @return the model and its processor"""
    import torch
    from transformers import BlipForImageTextRetrieval, BlipProcessor

    # Attention in its plain form: the fused one has no ONNX operator of opset 17.
    model = BlipForImageTextRetrieval.from_pretrained(name, revision=revision, attn_implementation="eager").eval().float()
    processor = BlipProcessor.from_pretrained(name, revision=revision)
    (out / "onnx").mkdir(parents=True, exist_ok=True)
    size = model.config.vision_config.image_size
    pixels = torch.rand(2, 3, size, size)
    ids = torch.randint(5, 40, (2, LENGTH))
    graph = out / "onnx/model.onnx"
    with torch.no_grad():
        torch.onnx.export(
            matching(model), (pixels, ids, torch.ones_like(ids)), str(graph), opset_version=17, dynamo=False,
            input_names=["pixel_values", "input_ids", "attention_mask"], output_names=["itm_logits"],
            dynamic_axes={name: {0: "batch"} for name in ("pixel_values", "input_ids", "attention_mask", "itm_logits")},
        )
    write_smaller(graph)
    processor.tokenizer.save_pretrained(out)
    processor.image_processor.save_pretrained(out)
    write_json(out / "config.json", {
        "model_type": "blip",
        "architectures": ["BlipForImageTextRetrieval"],
        "image_text_matching": {"max_length": LENGTH, "first_token": first_id(model, first_token)},
        **({} if Path(name).exists() else {"_name_or_path": name}),
    })
    return model, processor


def matching(model):
    """The model as a function of three tensors to logits [n, 2]."""
    import torch

    class Matching(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, pixel_values, input_ids, attention_mask):
            return self.model(input_ids=input_ids, pixel_values=pixel_values, attention_mask=attention_mask).itm_score

    return Matching().eval()


def first_id(model, which):
    """[ENC] is the last of the two tokens that BLIP adds to BERT's vocabulary. None: the tokenizer's own [CLS]."""
    return model.config.text_config.vocab_size - 1 if which == "enc" else None


def write_smaller(graph):
    """The precisions for browsers, as far as there are packages for them."""
    if importlib.util.find_spec("onnxruntime"):
        from onnxruntime.quantization import QuantType, quantize_dynamic
        # Matrices only: an int8 convolution of pixels costs accuracy, and has no kernel in browsers.
        quantize_dynamic(graph, graph.with_name("model_quantized.onnx"), weight_type=QuantType.QUInt8,
                         op_types_to_quantize=["MatMul", "Gather"])
    else:
        print("Without onnxruntime there is no model_quantized.onnx: a browser without a GPU loads all of float32.")
    if importlib.util.find_spec("onnxconverter_common"):
        import onnx
        from onnxconverter_common import float16
        onnx.save(float16.convert_float_to_float16(onnx.load(graph), keep_io_types=True), graph.with_name("model_fp16.onnx"))
    else:
        print("Without onnxconverter-common there is no model_fp16.onnx: GPUs load float32.")


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
