"""Authors the two small TorchScript extractors of ExtractorFileTest.

    pip install torch==2.7.1
    python compression/src/test/python/author_extractors.py

writes means.pt (called as any TorchScript file: forward(images) -> mean and mean square of each
channel) and nvidia.pt (called as NVIDIA's Inception: uint8 images in, features or probabilities
out) to compression/src/test/resources/dev/espalier/compression/evaluate/.
"""

import pathlib

import torch
import torch.nn as nn

T = torch.Tensor


class Means(nn.Module):
    def forward(self, images: T) -> T:
        assert images.dtype == torch.float32
        return torch.cat([images.mean([2, 3]), images.square().mean([2, 3])], dim=1)


class Nvidia(nn.Module):
    def forward(
        self,
        img: T,
        return_features: bool = False,
        use_fp16: bool = False,
        no_output_bias: bool = False,
    ) -> T:
        assert img.dtype == torch.uint8
        assert img.shape[1] == 3
        features = img.to(torch.float32).mean([2, 3])
        if return_features:
            return features
        logits = features / 255
        if not no_output_bias:
            logits = logits + torch.tensor([5.0, 0.0, 0.0])
        return torch.softmax(logits, dim=1)


if __name__ == "__main__":
    here = pathlib.Path(__file__)
    folder = here.parents[1] / "resources/dev/espalier/compression/evaluate"
    torch.jit.script(Means().eval()).save(str(folder / "means.pt"))
    torch.jit.script(Nvidia().eval()).save(str(folder / "nvidia.pt"))
