"""The U-Net of the DDIM code base, restated: module names and arithmetic are that program's.

Used to make fixtures and to check that mapped weights give equal outputs. Convolutions everywhere
(attention too), 32 groups, epsilon 1e-6, sines before cosines, one zero column and row to the
right and below before a strided convolution.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F


def norm(width):
    return nn.GroupNorm(32, width, eps=1e-6)


class Resample(nn.Module):
    def __init__(self, width, down):
        super().__init__()
        self.down = down
        self.conv = nn.Conv2d(width, width, 3, stride=2 if down else 1, padding=0 if down else 1)

    def forward(self, x):
        return self.conv(F.pad(x, (0, 1, 0, 1)) if self.down else F.interpolate(x, scale_factor=2))


class Residual(nn.Module):
    def __init__(self, width, out, embedding):
        super().__init__()
        self.norm1 = norm(width)
        self.conv1 = nn.Conv2d(width, out, 3, padding=1)
        self.temb_proj = nn.Linear(embedding, out)
        self.norm2 = norm(out)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1)
        if width != out:
            self.nin_shortcut = nn.Conv2d(width, out, 1)

    def forward(self, x, embedding):
        h = self.conv1(F.silu(self.norm1(x)))
        h = h + self.temb_proj(F.silu(embedding))[:, :, None, None]
        h = self.conv2(F.silu(self.norm2(h)))
        return (self.nin_shortcut(x) if hasattr(self, "nin_shortcut") else x) + h


class Attention(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = norm(width)
        for name in ("q", "k", "v", "proj_out"):
            setattr(self, name, nn.Conv2d(width, width, 1))

    def forward(self, x):
        h = self.norm(x)
        q, k, v = (layer(h).flatten(2) for layer in (self.q, self.k, self.v))
        weights = torch.softmax(q.transpose(1, 2) @ k / math.sqrt(q.shape[1]), dim=2)
        h = (v @ weights.transpose(1, 2)).reshape(x.shape[0], v.shape[1], *x.shape[2:])
        return x + self.proj_out(h)


class Model(nn.Module):
    """mult: width of each level in units of ch; attention: the levels that have it."""

    def __init__(self, ch, mult, blocks, attention, channels=3):
        super().__init__()
        self.ch, self.blocks = ch, blocks
        widths = [ch * m for m in mult]
        levels = len(widths)
        self.temb = nn.Module()
        self.temb.dense = nn.ModuleList([nn.Linear(ch, 4 * ch), nn.Linear(4 * ch, 4 * ch)])
        self.conv_in = nn.Conv2d(channels, ch, 3, padding=1)
        width, skips = ch, [ch]
        self.down = nn.ModuleList()
        for level, out in enumerate(widths):
            part = nn.Module()
            part.block, part.attn = nn.ModuleList(), nn.ModuleList()
            for _ in range(blocks):
                part.block.append(Residual(width, out, 4 * ch))
                width = out
                skips.append(width)
                if level in attention:
                    part.attn.append(Attention(width))
            if level < levels - 1:
                part.downsample = Resample(width, down=True)
                skips.append(width)
            self.down.append(part)
        self.mid = nn.Module()
        self.mid.block_1 = Residual(width, width, 4 * ch)
        self.mid.attn_1 = Attention(width)
        self.mid.block_2 = Residual(width, width, 4 * ch)
        up = []
        for level in reversed(range(levels)):
            part = nn.Module()
            part.block, part.attn = nn.ModuleList(), nn.ModuleList()
            for _ in range(blocks + 1):
                part.block.append(Residual(width + skips.pop(), widths[level], 4 * ch))
                width = widths[level]
                if level in attention:
                    part.attn.append(Attention(width))
            if level > 0:
                part.upsample = Resample(width, down=False)
            up.insert(0, part)
        self.up = nn.ModuleList(up)
        self.norm_out = norm(width)
        self.conv_out = nn.Conv2d(width, channels, 3, padding=1)

    def forward(self, x, t):
        half = self.ch // 2
        frequencies = torch.exp(torch.arange(half) * (-math.log(10000) / (half - 1)))
        angles = t.float()[:, None] * frequencies[None]
        embedding = self.temb.dense[0](torch.cat([angles.sin(), angles.cos()], dim=1))
        embedding = self.temb.dense[1](F.silu(embedding))
        h = self.conv_in(x)
        skips = [h]
        for part in self.down:
            for i in range(self.blocks):
                h = part.block[i](h, embedding)
                h = part.attn[i](h) if len(part.attn) else h
                skips.append(h)
            if hasattr(part, "downsample"):
                h = part.downsample(h)
                skips.append(h)
        h = self.mid.block_1(h, embedding)
        h = self.mid.block_2(self.mid.attn_1(h), embedding)
        for part in reversed(self.up):
            for i in range(self.blocks + 1):
                h = part.block[i](torch.cat([h, skips.pop()], dim=1), embedding)
                h = part.attn[i](h) if len(part.attn) else h
            if hasattr(part, "upsample"):
                h = part.upsample(h)
        return self.conv_out(F.silu(self.norm_out(h)))
