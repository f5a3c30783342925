"""Exports an LSUN database to a folder of images, for the data sets lsun-church, lsun-bedroom, folder:PATH.

    pip install lmdb==3.0.0
    python3 datasets/export_lsun.py church_outdoor_train_lmdb FOLDER [--limit N]

A stored JPEG or PNG is written as it is, anything else (WebP) as PNG through Pillow. Files are named
by their key and spread over 256 folders. An export that was cut short goes on where it stopped.
"""

import argparse
import io
import os
from pathlib import Path

import lmdb


def export(database, folder, limit):
    environment = lmdb.open(str(database), readonly=True, lock=False, readahead=False)
    written = there = 0
    with environment.begin() as transaction:
        for number, (key, value) in enumerate(transaction.cursor()):
            if limit is not None and number >= limit:
                break
            name = key.decode("ascii")
            ending = ".jpg" if value[:2] == b"\xff\xd8" else ".png"
            file = folder / name[:2] / (name + ending)
            if file.exists():
                there += 1
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            part = file.with_suffix(".part")
            part.write_bytes(value if value[:2] == b"\xff\xd8" or value[:4] == b"\x89PNG" else png(value))
            os.replace(part, file)
            written += 1
            if written % 10000 == 0:
                print(f"{written:,} images", flush=True)
    print(f"{written:,} images written to {folder}, {there:,} were there")


def png(value):
    from PIL import Image

    out = io.BytesIO()
    Image.open(io.BytesIO(value)).convert("RGB").save(out, "PNG")
    return out.getvalue()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("database", type=Path, help="folder that holds data.mdb")
    parser.add_argument("folder", type=Path, help="where the images go; made if need be")
    parser.add_argument("--limit", type=int, help="only the first so many")
    arguments = parser.parse_args()
    export(arguments.database, arguments.folder, arguments.limit)
