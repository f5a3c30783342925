"""Loads a network that `espalier export` wrote, pruned or not, into diffusers or any PyTorch module.

    from load_pruned import load_pruned
    model = load_pruned("FOLDER")          # a diffusers UNet2DModel in evaluation mode

The configuration describes the unpruned design; the weights say how wide each layer is now.
"""

import json
import pathlib

import torch
from safetensors.torch import load_file
from torch import nn


def fit(model, weights):
    """Makes every layer of model as wide as its weights, and loads them."""
    for name, layer in model.named_modules():
        weight = weights.get(name + ".weight")
        if weight is None or weight.shape == layer.weight.shape:
            continue
        if isinstance(layer, nn.Conv2d):
            layer.out_channels, layer.in_channels = weight.shape[:2]
        elif isinstance(layer, nn.Linear):
            layer.out_features, layer.in_features = weight.shape
        elif isinstance(layer, nn.GroupNorm):
            layer.num_channels = weight.shape[0]
        else:
            raise ValueError(f"{name}: a {type(layer).__name__} cannot be narrowed")
        layer.weight = nn.Parameter(torch.empty_like(weight))
        if layer.bias is not None:
            layer.bias = nn.Parameter(torch.empty(weight.shape[0], dtype=weight.dtype))
    model.load_state_dict(weights)
    return model.eval()


def load_pruned(folder):
    from diffusers import UNet2DModel
    from diffusers.models.attention_processor import Attention
    from diffusers.models.resnet import Downsample2D, ResnetBlock2D, Upsample2D

    folder = pathlib.Path(folder)
    model = UNet2DModel.from_config(json.loads((folder / "config.json").read_text()))
    model = fit(model, load_file(folder / "diffusion_pytorch_model.safetensors"))
    for part in model.modules():
        if isinstance(part, (Downsample2D, Upsample2D)) and part.use_conv:
            part.channels, part.out_channels = part.conv.in_channels, part.conv.out_channels
        elif isinstance(part, ResnetBlock2D):
            for resample in (part.upsample, part.downsample):
                if isinstance(resample, (Downsample2D, Upsample2D)):
                    resample.channels = part.norm1.num_channels
        elif isinstance(part, Attention):  # The softmax scale follows the width that is left.
            part.scale = (part.to_q.out_features // part.heads) ** -0.5
    return model
