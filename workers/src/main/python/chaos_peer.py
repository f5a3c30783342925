"""The Python side of `espalier chaos peer`: a training as diffusers' unconditional example does it,
with accelerate's checkpoints, resumed from the newest one after every kill.

    chaos_peer.py CONFIG FOLDER STEPS EVERY     trains in FOLDER, from its newest checkpoint if there
                                                is one; prints "step N" after each step and at the
                                                end "sha256 HEX" of the weights

It does what a careful user of the example would: everything is seeded, two checkpoints are kept,
`--resume_from_checkpoint latest` is always given.
"""

import hashlib
import json
import pathlib
import shutil
import sys


def main(config, folder, steps, every):
    import torch
    from accelerate import Accelerator
    from accelerate.utils import ProjectConfiguration, set_seed
    from diffusers import DDPMScheduler, UNet2DModel

    torch.set_num_threads(1)
    set_seed(1)
    accelerator = Accelerator(cpu=True, project_config=ProjectConfiguration(project_dir=str(folder)))
    model = UNet2DModel.from_config(json.loads(pathlib.Path(config).read_text())).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
    size = model.config.sample_size
    images = torch.rand(256, model.config.in_channels, size, size) * 2 - 1
    loader = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(images), batch_size=8, shuffle=True
    )
    scheduler = DDPMScheduler(num_train_timesteps=1000)
    model, optimizer, loader = accelerator.prepare(model, optimizer, loader)

    done = 0
    checkpoints = sorted(folder.glob("checkpoint-*"), key=lambda p: int(p.name.split("-")[1]))
    if checkpoints:  # "latest"; without one the example begins a new training
        accelerator.load_state(str(checkpoints[-1]))
        done = int(checkpoints[-1].name.split("-")[1])
    print(f"begin {done}", flush=True)
    epoch, skip = done // len(loader), done % len(loader)
    while done < steps:
        for index, (batch,) in enumerate(loader):
            if skip > index:
                continue
            noise = torch.randn_like(batch)
            t = torch.randint(0, 1000, (batch.shape[0],))
            loss = torch.nn.functional.mse_loss(
                model(scheduler.add_noise(batch, noise, t), t).sample, noise
            )
            accelerator.backward(loss)
            optimizer.step()
            optimizer.zero_grad()
            done += 1
            print(f"step {done}", flush=True)
            if done % every == 0:
                kept = sorted(
                    folder.glob("checkpoint-*"), key=lambda p: int(p.name.split("-")[1])
                )
                for old in kept[: max(0, len(kept) - 1)]:
                    shutil.rmtree(old)
                accelerator.save_state(str(folder / f"checkpoint-{done}"))
            if done >= steps:
                break
        epoch, skip = epoch + 1, 0

    digest = hashlib.sha256()
    for name, tensor in sorted(accelerator.unwrap_model(model).state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.numpy().tobytes())
    print(f"sha256 {digest.hexdigest()}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
