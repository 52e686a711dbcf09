"""Pictures as PIL writes them, and hashes of what PIL reads from them: for comparing decoders on many more than the tests carry.

/usr/bin/python3 pictures.py FOLDER [SEED]     (python3-pil, numpy)
/usr/bin/python3 pictures.py --read FOLDER     the hashes alone, of pictures that are there, in subfolders too
dotnet run --project tests/cases -- open pictures FOLDER
"""
import hashlib
import itertools
import os
import sys

import numpy as np
from PIL import Image

lines = []


def read(folder, name):
    rgb = Image.open(os.path.join(folder, name)).convert("RGB")
    lines.append("\t".join([name, hashlib.sha256(rgb.tobytes()).hexdigest(), hashlib.sha256(rgb.convert("L").tobytes()).hexdigest()]))


def write(folder):
    with open(os.path.join(folder, "expected.tsv"), "w") as out:
        out.write("\n".join(lines) + "\n")


if sys.argv[1] == "--read":
    for place, _, names in sorted(os.walk(sys.argv[2])):
        for name in sorted(names):
            if name.endswith((".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp")):
                read(sys.argv[2], os.path.relpath(os.path.join(place, name), sys.argv[2]))
    write(sys.argv[2])
    sys.exit()

folder, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0
os.makedirs(folder, exist_ok=True)
rng = np.random.RandomState(seed)


def photo(height, width):
    y, x = np.mgrid[0:height, 0:width]
    a, b = rng.uniform(2, 40, 2)
    smooth = np.stack([128 + 110 * np.sin(x / a + c) * np.cos(y / b - c) for c in range(3)], 2)
    return Image.fromarray(np.clip(smooth + rng.randn(height, width, 3) * rng.choice([0, 5, 40]), 0, 255).astype(np.uint8))


def save(kind, image, extension, **options):
    name = "%03d_%s.%s" % (len(lines), kind, extension)
    image.save(os.path.join(folder, name), **options)
    read(folder, name)


sizes = [(1, 1), (7, 5), (8, 8), (16, 17), (33, 31), (64, 48), (101, 99), (601, 900)]
for (height, width), quality, sampling in itertools.product(sizes, [30, 75, 95], [0, 1, 2]):
    save("jpeg%d" % sampling, photo(height, width), "jpg", quality=quality, subsampling=sampling, progressive=bool(rng.randint(2)))
for (height, width), quality, mode in itertools.product(sizes, [50, 90], ["L", "CMYK"]):
    save("jpeg" + mode, photo(height, width).convert(mode), "jpg", quality=quality, progressive=bool(rng.randint(2)))
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x112] = orientation
    save("turned%d" % orientation, photo(23, 37), "jpg", exif=exif.tobytes())
for height, width in sizes:
    image = photo(height, width)
    alpha = image.copy()
    alpha.putalpha(Image.fromarray(rng.randint(0, 256, (height, width), dtype=np.uint8)))
    for mode in ["1", "L", "RGB"]:
        save("png" + mode, image.convert(mode), "png", optimize=bool(rng.randint(2)))
    save("pngLA", alpha.convert("LA"), "png")
    save("pngRGBA", alpha, "png")
    for colours in [2, 4, 16, 256]:
        save("pngP%d" % colours, image.quantize(colours), "png")
        save("pngPA%d" % colours, image.quantize(colours), "png", transparency=bytes(rng.randint(0, 256, colours, dtype=np.uint8)))
    save("pngkey", image, "png", transparency=image.getpixel((0, 0)))
    for mode in ["1", "L", "RGB", "RGBA"]:
        save("bmp" + mode, (alpha if mode == "RGBA" else image).convert(mode), "bmp")
    save("bmpP", image.quantize(16), "bmp")
    save("gif", image.quantize(int(rng.choice([2, 7, 64, 256]))), "gif")
    for quality in [10, 60, 90]:
        save("webp", image, "webp", quality=quality)
    save("webplossless", image, "webp", lossless=True)
    save("webpalpha", alpha, "webp", lossless=True, exact=True)
write(folder)
print(len(lines), "pictures")
