"""Makes the data sets' golden files: what Pillow, torchvision and numpy say.

    pip install torch==2.7.1 torchvision==0.22.1 pillow==13.0.0 numpy==2.4.6
    python3 compression/src/test/python/data_golden.py

Writes compression/src/test/resources/dev/espalier/compression/data/.
"""

import gzip
import io
import pickle
import struct
import tarfile
from pathlib import Path

import numpy as np
import torchvision.transforms.functional as F
from PIL import Image
from torchvision.transforms import CenterCrop, Compose, InterpolationMode, Resize

OUT = Path(__file__).parents[1] / "resources/dev/espalier/compression/data"
IMAGES = OUT / "images"
FRAMED = OUT / "framed"


def picture(width, height, seed=0):
    """Waves, a ramp that wraps, and noise: edges and detail at every scale."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    waves = np.stack(
        [127 + 100 * np.sin(x / 9 + y / 13), 127 + 90 * np.cos(x / 7 - y / 11), (3 * x + 2 * y) % 256],
        -1,
    )
    return np.clip(waves + rng.normal(0, 6, waves.shape), 0, 255).astype(np.uint8)


def pictures():
    """Every mode that is read, and those that are refused."""
    face = Image.fromarray(picture(178, 218))
    small = Image.fromarray(picture(61, 40, 1))
    opaque = small.convert("RGBA")
    clear = opaque.copy()
    clear.putpixel((3, 4), (1, 2, 3, 254))
    return {
        "face.jpg": (face, dict(quality=80)),
        "face-progressive.jpg": (face, dict(quality=60, progressive=True)),
        "face-444.jpg": (face, dict(quality=75, subsampling=0)),
        "grey.jpg": (face.convert("L"), dict(quality=75)),
        "small.png": (small, {}),
        "small.bmp": (small, {}),
        "small.gif": (small.convert("P", palette=Image.Palette.ADAPTIVE), {}),
        "palette.png": (small.convert("P", palette=Image.Palette.ADAPTIVE), {}),
        "grey.png": (small.convert("L"), {}),
        "grey.gif": (small.convert("L"), {}),
        "bilevel.png": (small.convert("1"), {}),
        "opaque.png": (opaque, {}),
        "grey-opaque.png": (small.convert("L").convert("LA"), {}),
        "refused-transparent.png": (clear, {}),
        "refused-16-bits.png": (Image.fromarray(picture(61, 40)[..., 0].astype(np.uint16) * 257), {}),
        "refused-cmyk.jpg": (small.convert("CMYK"), dict(quality=75)),
        "refused.webp": (small, dict(lossless=True)),
        "refused.tiff": (small, {}),
    }


def framings():
    """Name of the picture, height and width wanted, how."""
    for name in sorted(n for n in pictures() if not n.startswith("refused")):
        yield name, 16, "centre"
    for size in (7, 17, 32, 39, 40):
        yield "small.png", size, "centre"
    yield "face.jpg", 64, "centre"
    for name in ("face.jpg", "face-progressive.jpg", "face-444.jpg", "grey.jpg"):
        for size in (32, 64, 128):
            if size != 128 or name == "face.jpg":
                yield name, size, "celeba"


def framed(image, size, how):
    resize = Resize(size, InterpolationMode.BILINEAR, antialias=True)
    if how == "centre":
        return Compose([resize, CenterCrop(size)])(image)
    # top, left, height, width of the DDIM authors' Crop(57, 185, 25, 153)
    return resize(F.crop(image, 57, 25, 128, 128))


def write_images():
    for folder in (IMAGES, FRAMED):
        folder.mkdir(parents=True, exist_ok=True)
    for name, (image, options) in pictures().items():
        image.save(IMAGES / name, **options)
    for name, size, how in framings():
        image = framed(Image.open(IMAGES / name).convert("RGB"), size, how)
        pixels = np.asarray(image)
        assert pixels.shape == (size, size, 3) and pixels.dtype == np.uint8
        image.save(FRAMED / f"{name.replace('.', '_')}-{how}-{size}.png", optimize=True)


def counted(n, channels, height, width):
    """[n, C, H, W] with the value (37 n + 11 c + 5 y + 3 x) mod 256."""
    i, c, y, x = np.ogrid[0:n, 0:channels, 0:height, 0:width]
    return ((37 * i + 11 * c + 5 * y + 3 * x) % 256).astype(np.uint8)


def write_numpy():
    nchw = counted(258, 3, 5, 4)
    nhwc = np.ascontiguousarray(nchw.transpose(0, 2, 3, 1))
    np.savez(OUT / "nhwc.npz", nhwc)
    np.savez_compressed(OUT / "compressed.npz", arr_0=nhwc, arr_1=np.zeros(258, np.int64))
    np.savez_compressed(OUT / "nchw.npz", images=nchw)
    np.save(OUT / "nhwc.npy", nhwc)
    np.save(OUT / "grey.npy", counted(258, 1, 5, 4)[:, 0])
    np.savez_compressed(OUT / "refused-float.npz", nhwc.astype(np.float32))
    np.save(OUT / "refused-fortran.npy", np.asfortranarray(nhwc[:2]))
    np.save(OUT / "refused-shape.npy", nhwc[:2, :, :, :2])
    np.savez(OUT / "refused-statistics.npz", mu=np.zeros(3), sigma=np.eye(3))


def python2_pickle(name, labels, data):
    """What Python 2's cPickle wrote in 2009: protocol 2, byte strings, numpy.core."""

    def string(text):
        return b"U" + bytes([len(text)]) + text

    def number(value):
        return b"K" + bytes([value]) if value < 256 else b"M" + struct.pack("<H", value)

    raw = data.tobytes()
    array = (
        b"cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08K\x00\x85" + string(b"b")
        + b"\x87Rq\t(K\x01" + number(data.shape[0]) + number(data.shape[1]) + b"\x86cnumpy\ndtype\nq\n"
        + string(b"u1") + b"K\x00K\x01\x87Rq\x0b(K\x03" + string(b"|")
        + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T" + struct.pack("<I", len(raw)) + raw + b"tb"
    )
    files = b"".join(string(b"image_%d.png" % i) for i in range(len(labels)))
    pickled = (
        b"\x80\x02}q\x01(" + string(b"batch_label") + string(name)
        + string(b"labels") + b"](" + b"".join(number(v) for v in labels) + b"e"
        + string(b"data") + array + string(b"filenames") + b"](" + files + b"eu."
    )
    read = pickle.loads(pickled, encoding="bytes")
    assert (read[b"data"] == data).all() and read[b"labels"] == list(labels)
    return pickled


def write_cifar():
    """60 images a batch: pixels counted through all batches, labels n mod 10."""
    pixels = counted(360, 3, 32, 32).reshape(360, 3072)
    labels = np.arange(360) % 10
    binary, python = {}, {}
    for b in range(6):
        rows, kinds = pixels[60 * b : 60 * b + 60], labels[60 * b : 60 * b + 60]
        name = f"data_batch_{b + 1}" if b < 5 else "test_batch"
        records = np.concatenate([kinds[:, None].astype(np.uint8), rows], 1)
        binary[f"cifar-10-batches-bin/{name}.bin"] = records.tobytes()
        title = b"training batch %d of 5" % (b + 1) if b < 5 else b"testing batch 1 of 1"
        python[f"cifar-10-batches-py/{name}"] = python2_pickle(title, kinds, rows)
    binary["cifar-10-batches-bin/readme.html"] = python["cifar-10-batches-py/readme.html"] = b"<html>"
    tar("cifar-10-binary.tar.gz", binary)
    tar("cifar-10-python.tar.gz", python)


def tar(name, files):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for path in sorted(files, reverse=True):
            entry = tarfile.TarInfo(path)
            entry.size = len(files[path])
            archive.addfile(entry, io.BytesIO(files[path]))
    (OUT / name).write_bytes(gzip.compress(packed.getvalue(), 9, mtime=0))


write_images()
write_numpy()
write_cifar()
