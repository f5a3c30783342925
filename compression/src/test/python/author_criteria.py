"""Authors criteria_model_P.safetensors, the golden scores of CriteriaGoldenTest.

For every pruning group of the stored network reference/pruning/model_P, on the intact network: the
score of each criterion, computed with diffusers' own UNet2DModel, torch autograd and forward hooks
in double precision. The keys are <criterion>/<group>; "obs-diff" stands for taylor with OBS-Diff's
timestep weights.

    pip install torch==2.7.1 diffusers==0.42.1 torch-pruning==1.6.1 safetensors
    python compression/src/test/python/author_criteria.py

Timesteps 0, 125, 250, ..., 875 of the stored images and noise; the random signs of the curvature
are those of seed 0.
"""

import json
import math
import pathlib

import torch
import torch_pruning as tp
from diffusers import DDPMScheduler, UNet2DModel
from safetensors.torch import load_file, save_file

RESOURCES = pathlib.Path(__file__).parents[1] / "resources"
PRUNING = RESOURCES / "reference/pruning"
TARGET = RESOURCES / "dev/espalier/compression/prune/criteria_model_P.safetensors"
MASK = (1 << 64) - 1


def counter_seed(seed, purpose, counter):
    """The seed of dev.espalier.compression.CounterRandom."""

    def mix(z):
        z = (z + 0x9E3779B97F4A7C15) & MASK
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    h = 0xCBF29CE484222325
    for c in purpose:
        h = ((h ^ ord(c)) * 0x100000001B3) & MASK
    return mix((mix(mix(seed) ^ h) + counter) & MASK) >> 1


def statistics(model, images, noise, weight):
    """Sums over timesteps of g, g^2, the Gauss-Newton diagonal and mean |activation|."""
    names, parameters = zip(*model.named_parameters())
    alphas = DDPMScheduler(1000, 1e-4, 0.02, "linear").alphas_cumprod
    gradient = [torch.zeros_like(p) for p in parameters]
    square = [torch.zeros_like(p) for p in parameters]
    curvature = [torch.zeros_like(p) for p in parameters]
    activation, total = {}, 0.0

    def hook(name, factor):
        def see(module, inputs, output):
            others = [0, 2, 3] if output.dim() == 4 else list(range(output.dim() - 1))
            mean = output.detach().abs().mean(others)
            activation[name] = activation.get(name, 0) + factor * mean

        return see

    for t in range(0, 1000, 125):
        a = weight(t)
        total += a
        hooks = [
            m.register_forward_hook(hook(n, a))
            for n, m in model.named_modules()
            if isinstance(m, (torch.nn.Conv2d, torch.nn.Linear))
        ]
        signal = alphas[t].double()
        noisy = images * signal.sqrt() + noise * (1 - signal).sqrt()
        out = model(noisy, torch.full((len(images),), t)).sample
        for h in hooks:
            h.remove()
        loss = (noise - out).square().sum([1, 2, 3]).mean()
        g = torch.autograd.grad(loss, parameters, retain_graph=True)
        generator = torch.Generator().manual_seed(counter_seed(0, "curvature probe", t))
        signs = torch.randn(out.shape, generator=generator).sign().double()
        j = torch.autograd.grad((out * signs).sum(), parameters)
        for i in range(len(parameters)):
            gradient[i] += a * g[i]
            square[i] += a * g[i].square()
            curvature[i] += a * 2 / len(images) * j[i].square()
    return (
        dict(zip(names, gradient)),
        dict(zip(names, square)),
        dict(zip(names, curvature)),
        {k: v / total for k, v in activation.items()},
    )


def sides(group, tensors):
    """Per member of the group, its part of the tensors as [channels, rest]; and what it is."""
    for m in group["members"]:
        if m["n"] != group["channels"]:
            continue
        rows = slice(m["start"], m["start"] + m["n"])
        x = tensors[m["layer"] + ".weight"]
        x = x if m["dim"] == "out" else x.transpose(0, 1)
        yield m, x[rows].reshape(m["n"], -1)


def weights_of(group, tensors):
    return [x for m, x in sides(group, tensors) if m["type"] != "GroupNorm"]


def relative(x):
    return x / x.mean()


def lamp(x):
    order = x.argsort(descending=True)
    score = torch.empty_like(x)
    score[order] = x[order] / x[order].cumsum(0)
    torch.testing.assert_close(
        score, tp.importance.MagnitudeImportance()._lamp(x.float()).double(), rtol=1e-4, atol=0
    )
    return score


def score(group, w, g, f, h, a):
    """All criteria on one group; w, g, f, h by parameter name, a by layer."""
    product = {k: w[k] * g[k] for k in w}
    quadratic = {k: w[k].square() * h[k] / 2 for k in w}
    parts = [x for _, x in sides(group, product)]
    norm = [m["type"] == "GroupNorm" for m, _ in sides(group, product)]
    squares = sum(x.square().sum(1) for x in weights_of(group, w))
    written = [
        (m, x) for m, x in sides(group, w) if m["type"] != "GroupNorm" and m["dim"] == "out"
    ]
    return {
        "magnitude": relative(squares),
        "magnitude-l1": relative(sum(x.abs().sum(1) for x in weights_of(group, w))),
        "lamp": lamp(squares),
        "fpgm": relative(sum(torch.cdist(x, x).sum(1) for _, x in written)),
        "taylor": sum(x.sum(1) for x in parts).abs(),
        "taylor-elementwise": sum(x.abs().sum(1) for x in parts),
        "taylor-squared": sum(
            (x.abs() if n else x.square()).sum(1) for x, n in zip(parts, norm)
        ),
        "taylor-second-order": (
            sum(x.sum(1) for _, x in sides(group, quadratic)) - sum(x.sum(1) for x in parts)
        ).abs(),
        "fisher": sum(x.sum(1) for _, x in sides(group, f)),
        "obd": sum(x.sum(1) for _, x in sides(group, quadratic)),
        "activation": sum(a[m["layer"]][m["start"] : m["start"] + m["n"]] for m, _ in written)
        / len(written),
    }


def main():
    config = json.loads((PRUNING / "model_P/config.json").read_text())
    model = UNet2DModel(**{k: v for k, v in config.items() if not k.startswith("_")}).eval()
    state = load_file(PRUNING / "model_P/model.safetensors")
    model.load_state_dict({k: v.float() for k, v in state.items()})
    model.double()
    data = load_file(PRUNING / "model_P/data.safetensors")
    images, noise = data["clean_images"].double(), data["noise"].double()
    groups = json.loads((PRUNING / "P/vendored/groups.json").read_text())
    w = {k: p.detach() for k, p in model.named_parameters()}

    golden = {}
    g, f, h, a = statistics(model, images, noise, lambda t: 1.0)
    for group in groups:
        for criterion, x in score(group, w, g, f, h, a).items():
            golden[criterion + "/" + group["root"]] = x.float().contiguous()
    g = statistics(model, images, noise, lambda t: 0.8 + 0.4 * math.log(t + 1) / math.log(1000))[0]
    for group in groups:
        x = sum(x.sum(1) for _, x in sides(group, {k: w[k] * g[k] for k in w})).abs()
        golden["obs-diff/" + group["root"]] = x.float().contiguous()
    save_file(golden, TARGET)
    print(TARGET, TARGET.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
