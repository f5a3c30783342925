"""Makes spectra.json: weights and what numpy 2.4.6 says of their singular values.

    python make_spectra.py > spectra.json
"""

import json

import numpy as np


def report(name, weight):
    matrix = weight.reshape(weight.shape[0], -1).astype(np.float64)
    sigma = np.linalg.svd(matrix, compute_uv=False)
    rank = int((sigma > sigma[0] * 2.0**-22).sum())
    share = sigma / sigma.sum()
    share = share[share > 0]
    edges = 10.0 ** (np.arange(-100, 41) / 10)
    counts, _ = np.histogram(sigma[:rank], edges)
    return {
        "key": name,
        "shape": list(weight.shape),
        "weight": [float(x) for x in weight.ravel()],
        "sigma": [float(x) for x in sigma],
        "rank": rank,
        "condition": float(sigma[0] / sigma[rank - 1]),
        "stableRank": float((sigma**2).sum() / sigma[0] ** 2),
        "effectiveRank": float(np.exp(-(share * np.log(share)).sum())),
        "histogram": {str(i - 100): int(c) for i, c in enumerate(counts) if c},
    }


def main():
    rng = np.random.default_rng(20261121)
    conv = rng.standard_normal((6, 4, 3, 3)).astype(np.float32)
    skewed = rng.standard_normal((9, 7)) @ np.diag(10.0 ** -np.arange(7)) @ rng.standard_normal((7, 7))
    deficient = np.outer(rng.standard_normal(5), rng.standard_normal(8)) + np.outer(
        rng.standard_normal(5), rng.standard_normal(8)
    )
    weights = {
        "conv.weight": conv,
        "skewed.weight": skewed.astype(np.float32),
        "deficient.weight": deficient.astype(np.float32),
    }
    print(json.dumps([report(k, w) for k, w in weights.items()], indent=1))


main()
