"""Loads exported networks as the documentation says and compares their outputs.

    pip install torch==2.7.1 diffusers==0.35.2 huggingface_hub==0.35.3 safetensors numpy
    python compression/src/test/python/interoperability.py FOLDER...

Each FOLDER is one export with io.safetensors in it: sample, timesteps and this program's output. A
folder with model.pth and design.json (ch, mult, blocks, attention) is for the DDIM code base.
Prints the largest difference of each; ends with 1 if one is over 1e-5.
"""

import importlib.util
import json
import pathlib
import sys

import torch
from diffusers import UNet2DModel
from diffusers.models.attention_processor import Attention, AttnProcessor
from safetensors.torch import load_file

LIMIT = 1e-5


def snippet(folder):
    spec = importlib.util.spec_from_file_location("load_pruned", folder / "load_pruned.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load(folder):
    if not (folder / "model.pth").exists():
        return snippet(folder).load_pruned(folder)
    sys.path.insert(0, str(pathlib.Path(__file__).parent))
    from ddim_model import Model

    design = json.loads((folder / "design.json").read_text())
    weights = torch.load(folder / "model.pth", weights_only=True)
    return snippet(folder).fit(Model(**design), weights)


def difference(model, io):
    with torch.no_grad():
        out = model(io["sample"], io["timesteps"])
    out = out if torch.is_tensor(out) else out.sample
    return (out - io["output"]).abs().max().item()


def main(folders):
    worst = 0.0
    for folder in map(pathlib.Path, folders):
        io = load_file(folder / "io.safetensors")
        model = load(folder)
        largest = difference(model, io)
        parameters = sum(p.numel() for p in model.parameters())
        print(f"{folder.name}: {parameters} parameters, largest difference {largest:.2g}")
        if (folder / "dense").exists():
            plain = UNet2DModel.from_pretrained(folder, low_cpu_mem_usage=False).eval()
            other, how = difference(plain, io), "from_pretrained"
        else:
            for part in model.modules():
                if isinstance(part, Attention):
                    part.set_processor(AttnProcessor())  # The one that reads the stored scale.
            other, how = difference(model, io), "without fused attention"
        print(f"{folder.name}: {how}, largest difference {other:.2g}")
        largest = max(largest, other)
        worst = max(worst, largest)
    return 0 if worst <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
