"""Authors metrics.pt, the TorchScript resource of dev.espalier.compression.evaluate.MetricScript.

Every method is functional: weights and features come in as arguments, nothing is kept.

    pip install torch==2.7.1
    python compression/src/main/python/author_metrics.py

writes compression/src/main/resources/dev/espalier/compression/evaluate/metrics.pt. The resource
carries the SHA-256 of this file, and a test fails when the two differ.
"""

import hashlib
import pathlib
from typing import List, Tuple

import torch
import torch.nn as nn
import torch.nn.functional as F

T = torch.Tensor


class Metrics(nn.Module):
    source_sha256: str

    def __init__(self, source_sha256: str):
        super().__init__()
        self.source_sha256 = source_sha256

    def forward(self, x: T) -> T:
        return x

    @torch.jit.export
    def source(self) -> str:
        return self.source_sha256

    # --- what extractors are made of

    @torch.jit.export
    def prepare(self, images: T, size: int, mode: str, antialias: bool, mean: T, std: T) -> T:
        """uint8 [N, 1 or 3, H, W] to float32 [N, 3, size, size] (0: as large as they are), by
        x / 255, resizing, (x - mean) / std; a grey image becomes three equal channels."""
        x = images.to(torch.float32) / 255
        if x.shape[1] == 1:
            x = x.expand(x.shape[0], 3, x.shape[2], x.shape[3])
        if size > 0:
            x = F.interpolate(
                x, size=[size, size], mode=mode, align_corners=False, antialias=antialias
            )
        return (x - mean.view(1, 3, 1, 1)) / std.view(1, 3, 1, 1)

    @torch.jit.export
    def three_channels(self, images: T) -> T:
        if images.shape[1] == 1:
            return images.repeat(1, 3, 1, 1)
        return images

    @torch.jit.export
    def conv_relu(self, x: T, w: T, b: T, stride: int, padding: List[int]) -> T:
        return F.relu(torch.conv2d(x, w, b, [stride, stride], padding))

    @torch.jit.export
    def max_pool(self, x: T, stride: int, padding: int) -> T:
        return F.max_pool2d(x, 3, stride, padding)

    @torch.jit.export
    def average_pool(self, x: T) -> T:
        """3x3 means whose divisor leaves the padding out, as TensorFlow's does."""
        return F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)

    @torch.jit.export
    def concat(self, xs: List[T]) -> T:
        return torch.cat(xs, dim=1)

    @torch.jit.export
    def positions_mean(self, x: T) -> T:
        return F.adaptive_avg_pool2d(x, [1, 1]).flatten(1)

    @torch.jit.export
    def linear_softmax(self, x: T, w: T) -> T:
        """Class probabilities from logits without their bias (Salimans et al. 2016's code)."""
        return torch.softmax(F.linear(x, w), dim=1)

    @torch.jit.export
    def softmax(self, x: T) -> T:
        return torch.softmax(x, dim=1)

    # --- mean and scatter of features, block by block

    @torch.jit.export
    def mean_rows(self, x: T) -> T:
        return x.mean(0, dtype=torch.float64)

    @torch.jit.export
    def scatter(self, x: T, counts: T, shift: T, rows: T, products: T, into: T, sums: T) -> None:
        """Adds y = x - shift, each row counts[row] times (no counts: once), to sums [D] and the
        outer products to the upper triangle of into [D, D], both float64. Computed in the type of
        shift, of rows [at least N, D] to work in, and of products [D, D]; into itself may serve."""
        if counts.numel() > 0:
            kept = counts.nonzero().squeeze(1)
            x = x.index_select(0, kept)
            counts = counts.index_select(0, kept)
        y = rows[: x.shape[0]]
        torch.sub(x, shift, out=y)
        if counts.numel() > 0:
            c = counts.to(y.dtype).unsqueeze(1)
            sums.add_((y * c).sum(0))
            y.mul_(c.sqrt())
        else:
            sums.add_(y.sum(0))
        block = 256
        direct = products.dtype == into.dtype
        for i in range(0, y.shape[1], block):
            out = into if direct else products
            out[i : i + block, i:].addmm_(
                y[:, i : i + block].t(), y[:, i:], beta=1.0 if direct else 0.0
            )
        if not direct:
            # The diagonal's rounding would add up in the trace; a plain sum is kept more exactly.
            products.diagonal().copy_(y.square_().sum(0))
            into.add_(products)

    @torch.jit.export
    def centered(self, into: T, sums: T, shift: T, n: float) -> Tuple[T, T]:
        """Mean [D] and whole scatter [D, D] around it, of what scatter() gathered from n rows."""
        offset = sums / n
        upper = torch.addr(into.triu(), offset, offset, alpha=-n)
        return shift.to(torch.float64) + offset, upper.triu() + upper.triu(1).t()

    # --- the Frechet distance, in float64

    @torch.jit.export
    def cholesky(self, a: T) -> T:
        """Lower L with L L^T = a; empty if a is not positive definite."""
        factor, info = torch.linalg.cholesky_ex(a)
        return factor if int(info.item()) == 0 else torch.empty([0], dtype=a.dtype)

    @torch.jit.export
    def smallest_pivot(self, factor: T, a: T) -> T:
        """The smallest share of a feature's variance that the features before it leave open."""
        return (factor.diagonal().square() / a.diagonal()).min()

    @torch.jit.export
    def half(self, a: T) -> T:
        """H with H H^T = a, for a positive semidefinite; rounding below zero counts as zero."""
        values, vectors = torch.linalg.eigh(a)
        return vectors * values.clamp(min=0.0).sqrt()

    @torch.jit.export
    def root_trace(self, h: T, b: T, triangular: bool) -> T:
        """tr (h h^T b)^(1/2), the roots of the eigenvalues of h^T b h; of a lower triangular h the
        zeros are left out of the products."""
        if triangular:
            d = b.shape[0]
            block = 256
            right = torch.empty_like(b)
            for i in range(0, d, block):
                j = min(i + block, d)
                right[:, i:j] = torch.mm(b[:, i:], h[i:, i:j])
            product = torch.zeros_like(b)
            for i in range(0, d, block):
                j = min(i + block, d)
                product[i:j, i:] = torch.mm(h[i:, i:j].t(), right[i:, i:])
        else:
            product = torch.mm(h.t(), torch.mm(b, h))
        return torch.linalg.eigvalsh(product, UPLO="U").clamp(min=0.0).sqrt().sum()

    @torch.jit.export
    def few(self, x: T, shift: T, h: T) -> Tuple[T, T, T]:
        """Of vectors x [N, D], all float64: y = x - shift [N, D], their products y h h^T y^T
        [N, N], and their squared norms [N]."""
        y = x.to(torch.float64) - shift
        z = torch.mm(y, h)
        return y, torch.mm(z, z.t()), y.square().sum(1)

    @torch.jit.export
    def root_trace_of_few(
        self, y: T, products: T, norms: T, counts: T, divisor: float
    ) -> Tuple[T, T, T]:
        """Of the vectors of few(), each counts[row] times (float64 [N]): their mean y [D], the
        trace of their covariance S, and tr (h h^T S)^(1/2). The eigenvalues of h^T S h are, but
        for zeros, those of the products of the centred vectors, which are y's less their means."""
        weights = counts / counts.sum()
        mean = torch.mv(y.t(), weights)
        kept = counts.nonzero().squeeze(1)
        means = torch.mv(products, weights)
        whole = float(torch.dot(means, weights))
        means = means.index_select(0, kept)
        centred = products.index_select(0, kept).index_select(1, kept)
        centred = centred - means.unsqueeze(1) - means.unsqueeze(0) + whole
        roots = counts.index_select(0, kept).sqrt()
        centred = centred * roots.unsqueeze(1) * roots.unsqueeze(0) / divisor
        root = torch.linalg.eigvalsh(centred).clamp(min=0.0).sqrt().sum()
        spread = torch.dot(norms, counts) - counts.sum() * mean.square().sum()
        return mean, spread / divisor, root

    # --- distances of features

    @torch.jit.export
    def minus(self, x: T, shift: T) -> T:
        return x - shift

    @torch.jit.export
    def products(self, a: T, b: T, into: T) -> T:
        """a b^T [rows of a, rows of b], float32, written into the front of the flat into."""
        out = into[: a.shape[0] * b.shape[0]].view(a.shape[0], b.shape[0])
        torch.mm(a, b.t(), out=out)
        return out

    @torch.jit.export
    def squared_norms(self, x: T) -> T:
        return x.square().sum(1)

    @torch.jit.export
    def project(self, x: T, directions: T) -> T:
        """x [N, D] on directions [L, D], in float64: [N, L]."""
        return torch.mm(x.to(torch.float64), directions.t())

    @torch.jit.export
    def sort_columns(self, parts: List[T]) -> Tuple[T, T]:
        """The columns of parts [n, L] below each other, each sorted: [L, N], and row numbers."""
        values, order = torch.cat(parts).t().contiguous().sort(dim=1)
        return values, order.to(torch.int32)


if __name__ == "__main__":
    here = pathlib.Path(__file__)
    digest = hashlib.sha256(here.read_bytes()).hexdigest()
    target = here.parents[1] / "resources/dev/espalier/compression/evaluate/metrics.pt"
    target.parent.mkdir(parents=True, exist_ok=True)
    torch.jit.script(Metrics(digest).eval()).save(str(target))
    print(target, target.stat().st_size, "bytes, source", digest)
