"""The Python side of `espalier bench`: what one would otherwise run, as its users run it.

    bench_side.py versions                       prints package=version pairs
    bench_side.py NAME FOLDER THREADS            prints "ready", then "took SECONDS" for every line
                                                 of its input, then "end" and a JSON of results

FOLDER holds what both sides read (config.json, weights.safetensors, settings.json).
"""

import json
import pathlib
import sys
import time


def versions():
    import diffusers, numpy, prdc, pytorch_fid, safetensors, scipy, sklearn, torch  # noqa: E401, F401

    print(
        f"python={sys.version.split()[0]} torch={torch.__version__}"
        f" diffusers={diffusers.__version__} numpy={numpy.__version__} scipy={scipy.__version__}"
        f" scikit-learn={sklearn.__version__} safetensors={safetensors.__version__}"
        + (f" accelerate={accelerate.__version__}" if (accelerate := optional("accelerate")) else "")
    )


def optional(package):
    try:
        return __import__(package)
    except ImportError:
        return None


def settings(folder):
    return json.loads((folder / "settings.json").read_text())


def unet(folder):
    from diffusers import UNet2DModel
    from safetensors.torch import load_file

    model = UNet2DModel.from_config(json.loads((folder / "config.json").read_text()))
    model.load_state_dict(load_file(folder / "weights.safetensors"))
    return model


def training(folder):
    """diffusers' example of unconditional training, without its logging."""
    import torch
    from diffusers import DDPMScheduler
    from diffusers.training_utils import EMAModel

    s = settings(folder)
    model = unet(folder).train()
    scheduler = DDPMScheduler(num_train_timesteps=1000)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-4)
    ema = EMAModel(model.parameters(), decay=0.9999)
    size, batch = model.config.sample_size, s["batch"]
    data = torch.rand(4096, model.config.in_channels, size, size) * 2 - 1
    loader = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(data), batch_size=batch, shuffle=True, drop_last=True
    )

    def batches():
        while True:
            for (images,) in loader:
                yield images

    stream = batches()

    def step():
        images = next(stream)
        noise = torch.randn_like(images)
        t = torch.randint(0, 1000, (batch,))
        noisy = scheduler.add_noise(images, noise, t)
        loss = torch.nn.functional.mse_loss(model(noisy, t).sample, noise)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        ema.step(model.parameters())
        return loss.item()

    def work():
        for _ in range(s["steps"]):
            step()

    step()
    return work, s["steps"], dict


def sampling(folder):
    import torch
    from diffusers import DDIMPipeline, DDIMScheduler

    s = settings(folder)
    scheduler = DDIMScheduler(num_train_timesteps=1000)
    pipeline = DDIMPipeline(unet=unet(folder).eval(), scheduler=scheduler)
    pipeline.set_progress_bar_config(disable=True)
    generator = torch.Generator().manual_seed(1)

    def work():
        pipeline(
            batch_size=s["batch"],
            num_inference_steps=s["steps"],
            generator=generator,
            output_type="np",
        )

    work()
    return work, s["steps"], dict


def calibration(folder):
    """The loop of Diff-Pruning's prune.py: gradients of every timestep's loss, summed."""
    import torch
    from diffusers import DDPMScheduler

    s = settings(folder)
    model = unet(folder).eval()
    scheduler = DDPMScheduler(num_train_timesteps=1000)
    size, batch = model.config.sample_size, s["batch"]
    images = torch.rand(batch, 3, size, size) * 2 - 1
    noise = torch.randn_like(images)

    def work():
        model.zero_grad()
        largest = 0.0
        for k in range(0, 1000, 1000 // s["steps"]):
            t = (torch.ones(batch) * k).long()
            noisy = scheduler.add_noise(images, noise, t)
            loss = (noise - model(noisy, t).sample).square().sum(dim=(1, 2, 3)).mean()
            loss.backward()
            largest = max(largest, loss.item())

    work()
    return work, s["steps"], dict


def svs(folder):
    """The authors' pass over a DDPM's parameters."""
    import numpy
    import torch
    from safetensors.torch import load_file, save_file

    state = load_file(folder / "weights.safetensors")
    scaled = {}

    def work():
        for name, p in state.items():
            if "norm" in name:
                value = torch.ones_like(p) if name.endswith("weight") else torch.zeros_like(p)
            elif name.endswith("weight"):
                m = p.reshape(p.shape[0], -1).numpy()
                u, s, vh = numpy.linalg.svd(m, full_matrices=False)
                value = torch.from_numpy(u @ numpy.diag(numpy.sqrt(s)) @ vh).reshape(p.shape)
            else:
                value = p / torch.sqrt(torch.norm(p) + 1e-8)
            scaled[name] = value

    def results():
        """Largest error of each tensor relative to its largest element, against double."""

        def worst(found):
            errors = []
            for name, p in state.items():
                if "norm" in name or not name.endswith("weight"):
                    continue
                m = p.reshape(p.shape[0], -1).double().numpy()
                u, s, vh = numpy.linalg.svd(m, full_matrices=False)
                exact = torch.from_numpy((u * numpy.sqrt(s)) @ vh).reshape(p.shape)
                errors.append(((found[name].double() - exact).abs().max() / exact.abs().max()).item())
            return max(errors)

        figures = {"largestRelativeError": worst(scaled)}
        ours = folder / "ours.safetensors"
        if ours.exists():
            figures["largestRelativeErrorOfOurs"] = worst(load_file(ours))
        return figures

    work()
    return work, 1, results


def clouds(folder):
    from safetensors.numpy import load_file

    return (load_file(folder / f"{name}.safetensors")["features"] for name in ("real", "fake"))


def fid(folder):
    """pytorch-fid from its cached activations, which it keeps in double."""
    import numpy
    from pytorch_fid.fid_score import calculate_frechet_distance

    real, fake = (features.astype(numpy.float64) for features in clouds(folder))
    figures = {}

    def work():
        moments = [(x.mean(axis=0), numpy.cov(x, rowvar=False)) for x in (real, fake)]
        figures["distance"] = float(calculate_frechet_distance(*moments[0], *moments[1]))

    return work, 1, lambda: figures


def prdc(folder):
    import contextlib
    import io

    from prdc import compute_prdc

    real, fake = clouds(folder)
    figures = {}

    def work():
        with contextlib.redirect_stdout(io.StringIO()):
            figures.update({k: float(v) for k, v in compute_prdc(real, fake, nearest_k=5).items()})

    return work, 1, lambda: figures


def safetensors(folder):
    from safetensors.torch import load_file, save_file

    state = load_file(folder / "weights.safetensors")
    file = folder / "python.safetensors"

    def work():
        save_file(state, file)
        sum(float(t.view(-1)[0]) for t in load_file(file).values())

    work()
    return work, 1, dict


def checkpoint(folder):
    """The state of a training saved in the ways there are; the round is torch.save's.

    torch.save and accelerate hold the training up until they are done, PyTorch's distributed
    checkpoints (DCP) with async_save until they have a copy. None of them hashes or reads back.
    """
    import shutil
    import statistics
    import warnings

    import torch
    import torch.distributed.checkpoint as dcp
    from diffusers.training_utils import EMAModel

    warnings.filterwarnings("ignore")
    model = unet(folder).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-4)
    ema = EMAModel(model.parameters(), decay=0.9999)
    size = model.config.sample_size
    model(torch.rand(1, 3, size, size), torch.tensor([5])).sample.mean().backward()
    optimizer.step()
    ema.step(model.parameters())
    accelerate = optional("accelerate")
    if accelerate:
        accelerator = accelerate.Accelerator(cpu=True)
        prepared = accelerator.prepare(model, optimizer)  # noqa: F841
        accelerator.register_for_checkpointing(ema)
    seconds = {}

    def state():
        return {"model": model.state_dict(), "ema": ema.state_dict(), "adam": optimizer.state_dict()}

    def timed(name, save):
        began = time.perf_counter()
        wait = save()
        seconds.setdefault(name + "StallSeconds", []).append(time.perf_counter() - began)
        if wait:
            wait()
        seconds.setdefault(name + "Seconds", []).append(time.perf_counter() - began)

    def work():
        timed("torchSave", lambda: torch.save(state(), folder / "torch.pt"))
        if accelerate:
            timed("accelerateSaveState", lambda: accelerator.save_state(folder / "accelerate") and None)
        shutil.rmtree(folder / "dcp", ignore_errors=True)
        timed("dcpAsyncSave", lambda: dcp.async_save(state(), checkpoint_id=folder / "dcp").result)
        return seconds["torchSaveStallSeconds"][-1]

    def results():
        figures = {name: statistics.median(all) for name, all in seconds.items()}
        return {**figures, "bytes": (folder / "torch.pt").stat().st_size}

    return work, 1, results


def peak():
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def profile(work):
    """Seconds in each operator itself, and outside of them."""
    import torch

    began = time.perf_counter()
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profiler:
        work()
        whole = time.perf_counter() - began
    seconds = {event.key: event.self_cpu_time_total * 1e-6 for event in profiler.key_averages()}
    return {**seconds, "outside PyTorch": whole - sum(seconds.values())}


def main():
    if sys.argv[1] == "versions":
        versions()
        return
    name, folder, threads = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    work, units, results = globals()[name](folder)
    print("ready", flush=True)
    for asked in sys.stdin:
        if asked.strip() == "profile":
            print("operators", json.dumps(profile(work)), flush=True)
            print("took 0", flush=True)
            continue
        began = time.perf_counter()
        told = work()
        took = (time.perf_counter() - began) / units if told is None else told
        print("took", took, flush=True)
    largest = peak()
    print("end", json.dumps({**results(), "peakMiB": largest}), flush=True)


if __name__ == "__main__":
    main()
