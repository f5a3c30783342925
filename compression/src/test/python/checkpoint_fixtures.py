"""Makes the small files that the tests of dev.espalier.compression.checkpoint read.

    pip install torch==2.7.1 diffusers==0.35.2 huggingface_hub==0.35.3 safetensors numpy
    python compression/src/test/python/checkpoint_fixtures.py

writes compression/src/test/resources/dev/espalier/compression/checkpoint/. Seeds are fixed; another
processor may give other last bits of the outputs, which the tests compare to 1e-5.
"""

import collections
import json
import pathlib
import pickle
import struct
import sys

import numpy as np
import torch
from diffusers import UNet2DModel
from safetensors.torch import save_file
from torch import nn

HERE = pathlib.Path(__file__).resolve()
OUT = HERE.parents[1] / "resources/dev/espalier/compression/checkpoint"
sys.path.insert(0, str(HERE.parents[2] / "main/resources/dev/espalier/compression/checkpoint"))

from ddim_model import Model  # noqa: E402
from load_pruned import fit  # noqa: E402


def plain():
    """What json can say, and what it cannot, in every protocol."""
    value = collections.OrderedDict(
        none=None,
        truth=[True, False],
        whole=[0, 1, -1, 255, 256, 65535, 65536, -(2**31), 2**31, 2**63 - 1, -(2**63), 2**80],
        real=[0.0, -1.5, 1e300, float("inf")],
        text=["", "plain", "Grüße", "\\u0041 stays", "two\nlines", "x" * 300, "\U0001f600"],
        raw=[b"", b"\x00\xff\n", bytes(300)],
        nested={"list": [1, [2, [3]]], "tuple": (), "one": (1,), "four": (1, 2, 3, 4), 7: "seven"},
        collection={3},
        again=None,
    )
    value["again"] = value["nested"]
    arrays = {
        "f8": np.arange(6, dtype=np.float64).reshape(2, 3) / 4,
        "f4": np.arange(6, dtype=np.float32).reshape(3, 2) / 4,
        "f2": np.arange(4, dtype=np.float16),
        "i8": np.arange(-3, 3, dtype=np.int64),
        "i4": np.arange(-3, 3, dtype=np.int32),
        "i2": np.arange(-3, 3, dtype=np.int16),
        "i1": np.arange(-3, 3, dtype=np.int8),
        "u1": np.arange(250, 256, dtype=np.uint8),
        "b1": np.array([True, False]),
        "columns": np.asfortranarray(np.arange(24, dtype=np.int32).reshape(2, 3, 4)),
        "zero": np.array(2.5),
        "empty": np.zeros((0, 3), np.float32),
        "scalar": np.float64(2.5),
        "count": np.int64(7),
    }
    for protocol in range(6):
        content = {"plain": value, "arrays": arrays}
        (OUT / f"protocol-{protocol}.pkl").write_bytes(pickle.dumps(content, protocol))


def cifar_of_python2():
    """A batch of CIFAR-10's Python archive, as cPickle of Python 2 wrote it: raw bytes are text."""
    data = np.arange(2 * 3072, dtype=np.uint32).astype(np.uint8)

    def text(raw):
        if len(raw) < 256:
            return b"U" + bytes([len(raw)]) + raw
        return b"T" + struct.pack("<i", len(raw)) + raw

    array = b"cnumpy.core.multiarray\n_reconstruct\nq\x02cnumpy\nndarray\nq\x03K\x00\x85"
    array += text(b"b") + b"\x87Rq\x04(K\x01M\x02\x00M\x00\x0c\x86cnumpy\ndtype\nq\x05"
    array += text(b"u1") + b"K\x00K\x01\x87Rq\x06(K\x03" + text(b"|") + b"NNNJ\xff\xff\xff\xff"
    array += b"J\xff\xff\xff\xffK\x00tb\x89" + text(data.tobytes()) + b"tb"
    names = b"]q\x07(" + text(b"leptodactylus_s_000001.png") + text(b"camion_s_000148.png") + b"e"
    body = text(b"data") + array + text(b"labels") + b"]q\x08(K\x06K\x09e"
    body += text(b"batch_label") + text(b"training batch 1 of 5") + text(b"filenames") + names
    (OUT / "cifar-python2.pkl").write_bytes(b"\x80\x02}q\x01(" + body + b"u.")


def tensors():
    """Every element type and every way a tensor can lie in its storage, in both formats."""
    torch.manual_seed(1)
    base = torch.arange(24, dtype=torch.float32)
    kinds = "float64 float32 float16 bfloat16 int64 int32 int16 int8 uint8 bool".split()
    content = collections.OrderedDict()
    for kind in kinds:
        content[kind] = torch.tensor([0, 1, 2, 100]).to(getattr(torch, kind))
    content["whole"] = base.reshape(2, 3, 4)
    content["transposed"] = base.reshape(4, 6).t()
    content["offset"] = base[5:9]
    content["every_third"] = base[::3]
    content["scalar"] = torch.tensor(2.5)
    content["empty"] = torch.zeros(0, 3)
    content["parameter"] = nn.Parameter(torch.tensor([1.0, 2.0]))
    content["size"] = torch.Size([2, 3])
    torch.save(content, OUT / "tensors.pth")
    torch.save(content, OUT / "tensors-legacy.pth", _use_new_zipfile_serialization=False)
    layer = nn.Linear(2, 2)
    torch.save(layer, OUT / "whole-module.pth")
    torch.save(layer.state_dict(), OUT / "linear.pth")


def inputs(size, channels):
    generator = torch.Generator().manual_seed(3)
    sample = torch.randn(2, channels, size, size, generator=generator)
    return sample, torch.tensor([17, 801])


def expect(name, model, size, channels=3):
    sample, timesteps = inputs(size, channels)
    with torch.no_grad():
        out = model(sample, timesteps)
    out = out if torch.is_tensor(out) else out.sample
    save_file({"sample": sample, "timesteps": timesteps, "output": out}, OUT / name)


def diffusers():
    """A pipeline folder as early diffusers wrote it: .bin, and the old names of attention."""
    torch.manual_seed(5)
    model = UNet2DModel(
        sample_size=8,
        block_out_channels=(8, 16),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "AttnDownBlock2D"),
        up_block_types=("AttnUpBlock2D", "UpBlock2D"),
        norm_num_groups=4,
        attention_head_dim=None,
        downsample_padding=0,
        flip_sin_to_cos=False,
        freq_shift=1,
        norm_eps=1e-6,
    ).eval()
    model.load_state_dict({k: v.half().float() for k, v in model.state_dict().items()})
    old = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
    weights = {}
    for key, weight in model.state_dict().items():
        for new, name in old.items():
            key = key.replace(f".{new}.", f".{name}.")
        weights[key] = weight.half()
    folder = OUT / "pipeline/unet"
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(weights, folder / "diffusion_pytorch_model.bin")
    model.save_config(folder)
    (OUT / "pipeline/model_index.json").write_text(json.dumps({"_class_name": "DDPMPipeline"}))
    expect("pipeline-expected.safetensors", model, 8)


def ddim():
    """A checkpoint of the DDIM code base, [model, optimizer, epoch, step, ema], of a pruned network.

    Designed as 64 channels, levels of 1 and 2 times that, one block, attention in the second level;
    pruned as Diff-Pruning would at 0.75. The model's weights are views of one small storage, since
    only the averaged ones are compared.
    """
    torch.manual_seed(7)
    dense = Model(64, (1, 2), 1, {1})
    weights = {}
    for key, weight in dense.state_dict().items():
        shape = [32 if n >= 64 else n for n in weight.shape]
        if "attn" in key and "norm" not in key:
            if weight.dim() == 4:
                shape[:2] = [32, 8] if "proj_out" in key else [8, 32]
            elif "proj_out" not in key:
                shape = [8]
        elif key.startswith("temb."):
            shape = [12, 64] if key == "temb.dense.0.weight" else [12] * weight.dim()
        elif "temb_proj" in key:
            shape = [32, 12][: weight.dim()]
        elif key.startswith("up.") and "norm1" in key:
            shape = [64]  # Two streams of 32, one behind the other.
        elif key.startswith("up.") and ("conv1.weight" in key or "nin_shortcut.weight" in key):
            shape[1] = 64
        weights[key] = shape
    storage = torch.zeros(max(int(np.prod(s)) for s in weights.values())).half()
    state = collections.OrderedDict()
    average = {}
    for key, shape in weights.items():
        fan = float(np.prod(shape[1:])) if len(shape) > 1 else 4.0
        value = torch.randn(shape) / fan**0.5
        value = (1 + value / 4 if "norm" in key and key.endswith("weight") else value).half()
        state["module." + key] = storage[: value.numel()].reshape(shape)
        average[key] = value
    fitted = fit(Model(64, (1, 2), 1, {1}), {k: v.float() for k, v in average.items()})
    optimizer = {"state": {0: {"step": 3, "exp_avg": torch.zeros(2)}}, "param_groups": [{"lr": 1e-4}]}
    file = OUT / "ddim-pruned.ckpt"
    content = [state, optimizer, 1, 2000, average]
    torch.save(content, file, _use_new_zipfile_serialization=False)
    expect("ddim-pruned-expected.safetensors", fitted, 16)


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    plain()
    cifar_of_python2()
    tensors()
    diffusers()
    ddim()
    for file in sorted(OUT.rglob("*")):
        if file.is_file():
            print(f"{file.stat().st_size:8d} {file.relative_to(OUT)}")
