"""Authors ops.pt, the TorchScript resource of dev.espalier.compression.tensor.Script.

Every method is functional: weights come in as arguments, nothing is kept. The Java side owns the
weights and walks the network; widths are read off the weights' shapes, so pruned networks need no
code of their own.

    pip install torch==2.7.1
    python compression/src/main/python/author_ops.py

writes compression/src/main/resources/dev/espalier/compression/tensor/ops.pt. The resource carries
the SHA-256 of this file, and a test fails when the two differ.
"""

import hashlib
import math
import pathlib
from typing import Dict, List, Optional, Tuple

import torch
import torch.nn as nn
import torch.nn.functional as F

T = torch.Tensor


def norm_act(x: T, w: T, b: T, groups: int, eps: float) -> T:
    return F.silu(F.group_norm(x, groups, w, b, eps))


def sdpa(q: T, k: T, v: T, heads: int) -> T:
    """Query, key, value [N, positions, C]; the softmax scale is 1/sqrt(current head width)."""
    n, positions, c = q.shape
    if heads == 1:
        o = F.scaled_dot_product_attention(q.unsqueeze(1), k.unsqueeze(1), v.unsqueeze(1))
        return o.squeeze(1)
    if c % heads != 0:
        raise RuntimeError("attention: " + str(c) + " channels do not split into " + str(heads) + " heads")
    qh = q.view(n, positions, heads, c // heads).transpose(1, 2)
    kh = k.view(n, k.shape[1], heads, c // heads).transpose(1, 2)
    vh = v.view(n, v.shape[1], heads, v.shape[2] // heads).transpose(1, 2)
    o = F.scaled_dot_product_attention(qh, kh, vh)
    return o.transpose(1, 2).reshape(n, positions, v.shape[2])


class Ops(nn.Module):
    source_sha256: str

    def __init__(self, source_sha256: str):
        super().__init__()
        self.source_sha256 = source_sha256

    def forward(self, x: T) -> T:
        return x

    @torch.jit.export
    def source(self) -> str:
        return self.source_sha256

    # --- primitives

    @torch.jit.export
    def conv2d(self, x: T, w: T, b: T, stride: int, padding: int) -> T:
        return torch.conv2d(x, w, b, stride, padding)

    @torch.jit.export
    def linear(self, x: T, w: T, b: T) -> T:
        return F.linear(x, w, b)

    @torch.jit.export
    def linear_no_bias(self, x: T, w: T) -> T:
        return F.linear(x, w)

    @torch.jit.export
    def group_norm(self, x: T, w: T, b: T, groups: int, eps: float) -> T:
        return F.group_norm(x, groups, w, b, eps)

    @torch.jit.export
    def embedding(self, index: T, w: T) -> T:
        return F.embedding(index, w)

    @torch.jit.export
    def silu(self, x: T) -> T:
        return F.silu(x)

    @torch.jit.export
    def gelu(self, x: T) -> T:
        return F.gelu(x)

    @torch.jit.export
    def leaky_relu(self, x: T) -> T:
        return F.leaky_relu(x, 0.2)

    @torch.jit.export
    def affine(self, x: T, scale: float, shift: float) -> T:
        return x * scale + shift

    @torch.jit.export
    def add(self, a: T, b: T) -> T:
        """A [N, C] operand broadcasts over the positions of a [N, C, H, W] one."""
        if a.dim() == 4 and b.dim() == 2:
            return a + b.unsqueeze(-1).unsqueeze(-1)
        if a.dim() == 2 and b.dim() == 4:
            return a.unsqueeze(-1).unsqueeze(-1) + b
        return a + b

    @torch.jit.export
    def multiply(self, a: T, b: T) -> T:
        if a.dim() == 4 and b.dim() == 2:
            return a * b.unsqueeze(-1).unsqueeze(-1)
        if a.dim() == 2 and b.dim() == 4:
            return a.unsqueeze(-1).unsqueeze(-1) * b
        return a * b

    @torch.jit.export
    def concat(self, a: T, b: T) -> T:
        return torch.cat([a, b], dim=1)

    @torch.jit.export
    def chunk(self, x: T, parts: int) -> List[T]:
        dim = 1 if x.dim() == 4 else -1
        return list(torch.chunk(x, parts, dim))

    @torch.jit.export
    def attention(self, q: T, k: T, v: T, heads: int) -> T:
        return sdpa(q, k, v, heads)

    @torch.jit.export
    def timestep_embedding(self, t: T, width: int, cosine_first: bool, shift: float) -> T:
        """Sinusoids of t [N], [N, width] (Ho et al. 2020; diffusers get_timestep_embedding)."""
        half = width // 2
        e = torch.exp(
            -math.log(10000.0)
            * torch.arange(0, half, dtype=torch.float32, device=t.device)
            / (half - shift)
        )
        e = t.to(torch.float32).unsqueeze(1) * e.unsqueeze(0)
        first = torch.cos(e) if cosine_first else torch.sin(e)
        second = torch.sin(e) if cosine_first else torch.cos(e)
        out = torch.cat([first, second], dim=-1)
        return F.pad(out, [0, 1]) if width % 2 == 1 else out

    @torch.jit.export
    def upsample(self, x: T) -> T:
        return F.interpolate(x, scale_factor=2.0, mode="nearest")

    @torch.jit.export
    def average_pool(self, x: T) -> T:
        return F.avg_pool2d(x, 2)

    @torch.jit.export
    def pad(self, x: T, right: int, bottom: int) -> T:
        return F.pad(x, [0, right, 0, bottom])

    @torch.jit.export
    def tokens(self, x: T) -> T:
        return x.flatten(2).transpose(1, 2)

    @torch.jit.export
    def image(self, tokens: T, like: T) -> T:
        n, positions, c = tokens.shape
        return tokens.transpose(1, 2).reshape(n, c, like.shape[2], like.shape[3])

    @torch.jit.export
    def dropout(self, x: T, p: float, seed: int) -> T:
        """Inverted dropout whose mask is a function of the seed alone."""
        g = torch.Generator(device=torch.device("cpu"), seed=seed)
        keep = (torch.rand(x.shape, generator=g) >= p).to(x.device, x.dtype)
        return x * keep / (1.0 - p)

    @torch.jit.export
    def to_bfloat16(self, xs: List[T]) -> List[T]:
        """Gradients flow back to the originals in their own precision."""
        return [x.to(torch.bfloat16) for x in xs]

    @torch.jit.export
    def to_float(self, x: T) -> T:
        return x.float()

    @torch.jit.export
    def mean_positions(self, x: T) -> T:
        return x.mean([2, 3])

    # --- coarse blocks: the same arithmetic as their compositions, one call each

    @torch.jit.export
    def resnet(self, x: T, temb: T, w: List[T], groups: int, eps: float) -> T:
        """norm1, conv1, time_emb_proj, norm2, conv2 and, where the skip is a 1x1 conv, conv_shortcut."""
        h = torch.conv2d(norm_act(x, w[0], w[1], groups, eps), w[2], w[3], 1, 1)
        h = h + F.linear(F.silu(temb), w[4], w[5]).unsqueeze(-1).unsqueeze(-1)
        h = torch.conv2d(norm_act(h, w[6], w[7], groups, eps), w[8], w[9], 1, 1)
        skip = torch.conv2d(x, w[10], w[11]) if len(w) == 12 else x
        return skip + h

    @torch.jit.export
    def resnet_sampling(self, x: T, temb: T, w: List[T], groups: int, eps: float) -> T:
        """As resnet, without autograd: in place where nobody looks any more, and a time embedding
        that all samples share joins the bias of conv1."""
        t = F.linear(F.silu(temb), w[4], w[5])
        h = F.silu(F.group_norm(x, groups, w[0], w[1], eps), inplace=True)
        if t.shape[0] == 1:
            h = torch.conv2d(h, w[2], w[3] + t[0], 1, 1)
        else:
            h = torch.conv2d(h, w[2], w[3], 1, 1).add_(t.unsqueeze(-1).unsqueeze(-1))
        h = F.silu(F.group_norm(h, groups, w[6], w[7], eps), inplace=True)
        h = torch.conv2d(h, w[8], w[9], 1, 1)
        return h.add_(torch.conv2d(x, w[10], w[11]) if len(w) == 12 else x)

    @torch.jit.export
    def attention_block(self, x: T, w: List[T], groups: int, eps: float, heads: int) -> T:
        """group_norm, to_q, to_k, to_v, to_out.0. The CPU's fused attention is slower in bfloat16
        than the three products it is made of."""
        n, c, height, width = x.shape
        y = F.group_norm(x, groups, w[0], w[1], eps).view(n, c, height * width)
        if x.dtype == torch.bfloat16 and heads == 1 and not x.is_cuda:
            projected = torch.matmul(torch.cat([w[2], w[4], w[6]]), y)
            projected = projected + torch.cat([w[3], w[5], w[7]]).unsqueeze(-1)
            c_qk = w[2].shape[0]
            q, k, v = projected.split_with_sizes([c_qk, c_qk, w[6].shape[0]], 1)
            scores = torch.bmm(q.transpose(1, 2) * (1.0 / math.sqrt(c_qk)), k)
            o = torch.bmm(v, torch.softmax(scores, -1).transpose(1, 2))
            o = torch.matmul(w[8], o) + w[9].unsqueeze(-1)
            return x + o.view(n, c, height, width)
        y = y.transpose(1, 2).contiguous()
        o = sdpa(F.linear(y, w[2], w[3]), F.linear(y, w[4], w[5]), F.linear(y, w[6], w[7]), heads)
        o = F.linear(o, w[8], w[9])
        return x + o.transpose(1, 2).reshape(n, c, height, width)

    @torch.jit.export
    def downsample(self, x: T, w: T, b: T, padding: int) -> T:
        if padding == 0:
            x = F.pad(x, [0, 1, 0, 1])
        return torch.conv2d(x, w, b, 2, padding)

    @torch.jit.export
    def upsample_conv(self, x: T, w: T, b: T) -> T:
        """Doubling by nearest neighbour and a 3x3 convolution: one transposed convolution of stride
        2, whose 4x4 kernel holds the sums of the taps that meet the same pixel; 4/9 of the work."""
        k = torch.stack([w[:, :, 2], w[:, :, 1] + w[:, :, 2], w[:, :, 0] + w[:, :, 1], w[:, :, 0]], 2)
        k = torch.stack([k[..., 2], k[..., 1] + k[..., 2], k[..., 0] + k[..., 1], k[..., 0]], 3)
        return torch.conv_transpose2d(x, k.transpose(0, 1), b, 2, 1)

    # --- losses, gradients, optimizer

    @torch.jit.export
    def squared_error(self, a: T, b: T, sum_over_pixels: bool) -> T:
        """Mean over the batch of the squared error summed (or averaged) over C, H, W."""
        e = (a.float() - b.float()).square()
        return e.sum([1, 2, 3]).mean() if sum_over_pixels else e.mean()

    @torch.jit.export
    def squared_error_each(self, a: T, b: T) -> T:
        """[N]: the squared error averaged over C, H, W."""
        return (a.float() - b.float()).square().mean([1, 2, 3])

    @torch.jit.export
    def cross_entropy(self, logits: T, labels: T) -> T:
        return F.cross_entropy(logits, labels)

    @torch.jit.export
    def grad(self, y: T, xs: List[T]) -> List[T]:
        out: List[T] = []
        for g in torch.autograd.grad([y], xs, None, None, False, False):
            assert g is not None
            out.append(g)
        return out

    @torch.jit.export
    def accumulate(self, into: List[T], xs: List[T]) -> None:
        torch._foreach_add_(into, xs)

    @torch.jit.export
    def adam_ema(
        self,
        p: List[T],
        g: List[T],
        m: List[T],
        v: List[T],
        e: List[T],
        steps: List[T],
        lr: float,
        b1: float,
        b2: float,
        eps: float,
        wd: float,
        max_norm: float,
        decay: float,
        decoupled: bool,
    ) -> T:
        """Clips the gradients g to max_norm (0: not at all), steps Adam (with decoupled weight decay:
        AdamW) in place, moves the average e towards p by 1 - decay; returns the gradient norm before
        clipping.

        The fused kernel walks all tensors in memory order, whatever their strides are; gradients of
        convolutions behind an attention block come out channels-last, so they are laid out first."""
        with torch.no_grad():
            g = [x.contiguous() for x in g]
            total = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(g, 2)), 2)
            if max_norm > 0:
                torch._foreach_mul_(g, torch.clamp(max_norm / (total + 1e-6), max=1.0))
            torch._foreach_add_(steps, 1.0)
            nothing: List[T] = []
            if decoupled:
                torch._fused_adamw_(
                    p, g, m, v, nothing, steps, lr=lr, beta1=b1, beta2=b2, weight_decay=wd, eps=eps,
                    amsgrad=False, maximize=False,
                )
            else:
                torch._fused_adam_(
                    p, g, m, v, nothing, steps, lr=lr, beta1=b1, beta2=b2, weight_decay=wd, eps=eps,
                    amsgrad=False, maximize=False,
                )
            torch._foreach_lerp_(e, p, 1.0 - decay)
            return total

    # --- sampling

    @torch.jit.export
    def ddim_step(self, x: T, eps: T, alpha: float, alpha_next: float, clip: bool) -> T:
        """Song et al. 2021, equation 12 with eta = 0; alpha is the cumulative product."""
        x0 = (x - math.sqrt(1.0 - alpha) * eps) / math.sqrt(alpha)
        if clip:
            x0 = x0.clamp(-1.0, 1.0)
            eps = (x - math.sqrt(alpha) * x0) / math.sqrt(1.0 - alpha)
        return math.sqrt(alpha_next) * x0 + math.sqrt(1.0 - alpha_next) * eps

    @torch.jit.export
    def add_noise(self, x0: T, noise: T, signal: T, sigma: T) -> T:
        """signal and sigma [N]: sqrt of the cumulative product and of its complement."""
        shape = [-1, 1, 1, 1]
        return x0 * signal.view(shape) + noise * sigma.view(shape)

    @torch.jit.export
    def to_uint8(self, x: T) -> T:
        """[-1, 1] to 0..255, rounded half up as an 8-bit PNG is written."""
        return ((x + 1.0) / 2.0 * 255.0 + 0.5).clamp(0.0, 255.0).floor().to(torch.uint8)

    # --- randomness: a function of the seed alone, the same on every device

    @torch.jit.export
    def randn(self, shape: List[int], seed: int) -> T:
        g = torch.Generator(device=torch.device("cpu"), seed=seed)
        return torch.randn(shape, generator=g)

    # --- linear algebra, in double precision

    @torch.jit.export
    def spectral_power(self, a: T, power: float) -> Tuple[T, T]:
        """U diag(s^power) Vh in single precision, and s in double, descending, of a matrix
        U diag(s) Vh; all arithmetic is double.

        Up to a condition number of 1e4, U and s^2 are the eigenvectors and -values of the small
        side's Gram matrix (squaring costs the smallest value no more than 1e-8 of itself), and the
        result is U diag(s^(power-1)) Uh a. Beyond, a singular value decomposition, where values
        that are zero to double precision stay zero."""
        wide = a.double() if a.shape[0] <= a.shape[1] else a.double().t()
        squares, u = torch.linalg.eigh(torch.matmul(wide, wide.t()))
        if float(squares[0]) > 1e-8 * float(squares[-1]):
            s = squares.sqrt()
            scaled = torch.matmul(torch.matmul(u * s.pow(power - 1.0), u.t()), wide).float()
            return scaled if a.shape[0] <= a.shape[1] else scaled.t().contiguous(), s.flip(0)
        u, s, vh = torch.linalg.svd(a.double(), full_matrices=False)
        zero = s[0] * max(a.shape[0], a.shape[1]) * 2.220446049250313e-16
        powers = torch.where(s > zero, s.pow(power), torch.zeros_like(s))
        return torch.matmul(u * powers, vh).float(), s

    @torch.jit.export
    def singular_values(self, a: T) -> T:
        """In double precision, descending; computed as in spectral_power."""
        wide = a.double() if a.shape[0] <= a.shape[1] else a.double().t()
        squares = torch.linalg.eigvalsh(torch.matmul(wide, wide.t()))
        if float(squares[0]) > 1e-8 * float(squares[-1]):
            return squares.sqrt().flip(0)
        return torch.linalg.svdvals(wide)

    @torch.jit.export
    def eigh(self, a: T) -> Tuple[T, T]:
        values, vectors = torch.linalg.eigh(a)
        return values, vectors

    @torch.jit.export
    def eigvalsh(self, a: T) -> T:
        return torch.linalg.eigvalsh(a)

    @torch.jit.export
    def matmul(self, a: T, b: T) -> T:
        return torch.matmul(a, b)

    @torch.jit.export
    def gaussian_filter(self, x: T, taps: T) -> T:
        """Separable, valid, per channel; an axis shorter than the taps is left as it is."""
        c = x.shape[1]
        n = taps.shape[0]
        if x.shape[2] >= n:
            x = torch.conv2d(x, taps.view(1, 1, n, 1).expand(c, 1, n, 1), None, 1, 0, 1, c)
        if x.shape[3] >= n:
            x = torch.conv2d(x, taps.view(1, 1, 1, n).expand(c, 1, 1, n), None, 1, 0, 1, c)
        return x


if __name__ == "__main__":
    here = pathlib.Path(__file__)
    digest = hashlib.sha256(here.read_bytes()).hexdigest()
    target = here.parents[1] / "resources/dev/espalier/compression/tensor/ops.pt"
    torch.jit.script(Ops(digest).eval()).save(str(target))
    print(target, target.stat().st_size, "bytes, source", digest)
