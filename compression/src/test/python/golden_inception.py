"""Golden values of InceptionTest: pytorch-fid's own Inception on weights and images by a formula.

    pip install torch==2.7.1 torchvision==0.22.1 pytorch-fid==0.3.0 numpy safetensors
    python compression/src/test/python/golden_inception.py

writes compression/src/test/resources/dev/espalier/compression/evaluate/inception.safetensors:
features [N, 2048] and class probabilities [N, 1008] of the images grey (1x28x28), small (3x32x32),
oblong (3x40x24) and large (3x320x320), two of each.
"""

import pathlib
import zlib

import numpy as np
import pytorch_fid.inception as fid
import torch
from safetensors.torch import save_file


def uniform(name, size):
    """Numbers in [0, 1): a hash of the CRC-32 of a name and the index, with 24 bits."""
    h = np.arange(size, dtype=np.uint32) * np.uint32(0x9E3779B9) + np.uint32(zlib.crc32(name.encode()))
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        h ^= h >> np.uint32(shift)
        h *= np.uint32(factor)
    h ^= h >> np.uint32(16)
    return (h >> np.uint32(8)).astype(np.float64) / 2**24


def parameter(name, shape):
    size = int(np.prod(shape))
    u = uniform(name, size)
    if name.endswith("bn.weight") or name.endswith("running_var"):
        values = 0.8 + 0.4 * u
    elif name.endswith("bn.bias") or name.endswith("running_mean") or name.endswith("fc.bias"):
        values = 0.2 * u - 0.1
    else:
        values = np.sqrt(6.0 / (size // shape[0])) * (2 * u - 1)
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


def images(name, shape):
    return torch.from_numpy((uniform(name, int(np.prod(shape))) * 256).astype(np.uint8).reshape(shape))


def weights(*args, **kwargs):
    net = fid._inception_v3(num_classes=1008, aux_logits=False, weights=None)
    return {
        key: parameter(key, tuple(value.shape))
        for key, value in net.state_dict().items()
        if not key.endswith("num_batches_tracked")
    }


if __name__ == "__main__":
    torch.set_num_threads(2)
    fid.load_state_dict_from_url = weights
    model = fid.InceptionV3([3]).eval()
    last = parameter("fc.weight", (1008, 2048))
    out = {}
    with torch.no_grad():
        for name, shape in {
            "grey": (2, 1, 28, 28),
            "small": (2, 3, 32, 32),
            "oblong": (2, 3, 40, 24),
            "large": (2, 3, 320, 320),
        }.items():
            x = images(name, shape).to(torch.float32).div(255)  # torchvision's ToTensor
            features = model(x.expand(-1, 3, -1, -1))[0].flatten(1)
            out[name + ".features"] = features.contiguous()
            out[name + ".probabilities"] = torch.softmax(features @ last.t(), dim=1).contiguous()
            print(name, features.mean().item(), features.std().item(), features.abs().max().item(),
                  (features[0]-features[1]).abs().max().item(), out[name+".probabilities"].max().item())
    here = pathlib.Path(__file__)
    target = here.parents[1] / "resources/dev/espalier/compression/evaluate/inception.safetensors"
    save_file(out, str(target))
    print(target, target.stat().st_size, "bytes")
