"""A BLIP image-text matching model of the smallest size with random weights, and what transformers computes with it.

    python3 scripts/train/smoke/random_blip_itm.py OUT

It knows nothing; it has the graph, the tokenizer and the preprocessing of the real one, which it is exported by
(export_blip_itm.py). OUT/reference.json has texts with their token ids, pictures with their pixels (a few of them), and the
probabilities. The fixture of src/platform/rerankers was made by this. Needs torch, transformers, onnx and pillow.
"""
import importlib.util
import sys
import tempfile
from pathlib import Path

import torch
from PIL import Image
from transformers import BertTokenizer, BlipConfig, BlipForImageTextRetrieval, BlipImageProcessor, BlipProcessor

SCRIPT = Path(__file__).resolve().parent.parent / "export_blip_itm.py"
WORDS = """a an the of in on with and red green blue yellow black white cat dog car house tree apple rocket photo photograph
picture drawing man woman child two three playing sitting check ##er ##board moon sun sea water mountain small large ##s ##ing
##ed cafe ecole""".split()
LETTERS = [chr(code) for code in range(ord("a"), ord("z") + 1)] + [str(digit) for digit in range(10)]
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *".,!?'-:()", *LETTERS, *("##" + one for one in LETTERS), "犬",
              *dict.fromkeys(word for word in WORDS if len(word) > 1)]
TEXTS = ["a red apple", "A DOG, sitting!", "café École", "checkerboard", "犬 in the sea", "snow-covered mountains", "a cat and a dog, on a car",
         " ".join(["two children playing with a large dog in the water and a small red car on the house"] * 3)]
# Width and height; the last one is larger on one side than the model's input, the others are smaller.
SHAPES = [(40, 30), (17, 61), (500, 33)]


def export_module():
    spec = importlib.util.spec_from_file_location("export_blip_itm", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_random(folder):
    """As `save_pretrained` writes a model of the hub."""
    torch.manual_seed(7)
    vision = dict(hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2, image_size=384, patch_size=24)
    text = dict(hidden_size=16, encoder_hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2,
                vocab_size=len(VOCABULARY) + 2, max_position_embeddings=64, bos_token_id=len(VOCABULARY), sep_token_id=3, pad_token_id=0)
    model = BlipForImageTextRetrieval(BlipConfig(vision_config=vision, text_config=text, image_text_hidden_size=8))
    with torch.no_grad():
        # Of the usual deviation of 0.02 every answer would be the same.
        for name, weight in model.named_parameters():
            if weight.dim() > 1:
                weight.copy_(torch.randn_like(weight) * (0.05 if "patch" in name else 0.6))
    model.save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n")
    tokenizer = BertTokenizer(str(folder / "vocab.txt"), do_lower_case=True)
    BlipProcessor(BlipImageProcessor(), tokenizer).save_pretrained(folder)


def pattern(width, height):
    """Edges and slopes, by a formula that the tests repeat."""
    image = Image.new("RGB", (width, height))
    image.putdata([(220 if (x // 9 + y // 7) % 2 else 30, 255 * x // width, 255 * y // height)
                   for y in range(height) for x in range(width)])
    return image


def reference(model, processor, length):
    texts = processor.tokenizer(TEXTS, padding="max_length", truncation=True, max_length=length, return_tensors="pt")
    pixels = processor.image_processor([pattern(*shape) for shape in SHAPES], return_tensors="pt").pixel_values
    pictures = []
    for (width, height), planes in zip(SHAPES, pixels):
        size = planes.shape[-1]
        probes = [(channel, y, x) for channel in range(3) for y, x in ((0, 0), (size // 3, size // 2), (size - 1, size - 1), (7, size - 50))]
        pictures.append({"width": width, "height": height, "mean": planes.mean().item(), "std": planes.std().item(),
                         "probes": [[*probe, planes[probe].item()] for probe in probes]})
    matches = []
    for i in range(len(TEXTS)):
        with torch.no_grad():
            logits = model(input_ids=texts.input_ids[i:i + 1].repeat(len(SHAPES), 1), pixel_values=pixels,
                           attention_mask=texts.attention_mask[i:i + 1].repeat(len(SHAPES), 1)).itm_score
        matches.append(torch.softmax(logits, dim=1)[:, 1].tolist())
    return {"length": length, "pictures": pictures,
            "texts": [{"text": text, "ids": ids, "mask": mask, "matches": row} for text, ids, mask, row in
                      zip(TEXTS, texts.input_ids.tolist(), texts.attention_mask.tolist(), matches)]}


def main():
    out = Path(sys.argv[1])
    exporter = export_module()
    with tempfile.TemporaryDirectory() as folder:
        write_random(Path(folder))
        model, processor = exporter.export(out, folder)
    exporter.write_json(out / "reference.json", reference(model, processor, exporter.LENGTH))


if __name__ == "__main__":
    main()
