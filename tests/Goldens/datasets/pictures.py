"""Pictures in the formats and modes that data sets hold, and what PIL makes of them (python3-pil 9.4.0, libjpeg-turbo 2.1.5).

/usr/bin/python3 pictures.py   writes pictures/ and pictures.json: per file the size and, base64, the bytes of convert("RGB") and convert("L")
and resize.json: sizes, and SHA-256 and first bytes (base64) of Image.resize(BILINEAR) and (BICUBIC) of a picture given by a formula.
"""
import base64
import hashlib
import json
import os
import struct
import zlib

import numpy as np
from PIL import Image, ImageCms

os.makedirs("pictures", exist_ok=True)
rng = np.random.RandomState(0)
H, W = 19, 22


def photo():
    y, x = np.mgrid[0:H, 0:W]
    smooth = np.stack([128 + 100 * np.sin(x / 5 + c) * np.cos(y / 4 - c) for c in range(3)], 2)
    return Image.fromarray(np.clip(smooth + rng.randn(H, W, 3) * 8, 0, 255).astype(np.uint8))


def png16(name, values):
    h, w, c = values.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    header = struct.pack(">IIBBBBB", w, h, 16, {1: 0, 3: 2, 4: 6}[c], 0, 0, 0)
    with open("pictures/" + name, "wb") as out:
        out.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


im = photo()
alpha = im.copy()
alpha.putalpha(Image.fromarray(rng.randint(0, 256, (H, W), dtype=np.uint8)))
palette = im.quantize(16)


def save(name, image, **options):
    image.save("pictures/" + name, **options)


for sampling in (0, 1, 2):
    save("sampling%d.jpg" % sampling, im, quality=85, subsampling=sampling)
save("progressive.jpg", im, quality=80, progressive=True)
save("grey.jpg", im.convert("L"), quality=85)
save("cmyk.jpg", im.convert("CMYK"), quality=85)
exif = Image.Exif()
exif[0x112] = 6
save("rotated.jpg", im, quality=85, exif=exif.tobytes())
save("rgb.png", im)
save("grey.png", im.convert("L"))
save("black_and_white.png", im.convert("1"))
save("alpha.png", alpha)
save("grey_alpha.png", alpha.convert("LA"))
save("palette.png", palette)
save("palette_transparent.png", palette, transparency=bytes(range(0, 256, 16)))
save("colour_key.png", im, transparency=im.getpixel((3, 3)))
png16("sixteen_bit.png", rng.randint(0, 65536, (H, W, 3)))
png16("sixteen_bit_alpha.png", rng.randint(0, 65536, (H, W, 4)))
save("rgb.bmp", im)
save("lossy.webp", im, quality=80)
save("alpha.webp", alpha, lossless=True, exact=True)
save("palette.gif", palette)
save("animated.gif", palette, save_all=True, append_images=[palette.transpose(Image.FLIP_LEFT_RIGHT)])

def bmp(name, bits, pixels, masks=(), palette=(), compression=0, header=40):
    """BMP of 22x19 pixels as PIL does not write them; masks are in the header of version 4 (108 bytes) and behind it in version 3 (40)."""
    palette, masks = b"".join(bytes(entry) for entry in palette), b"".join(struct.pack("<I", mask) for mask in masks)
    info = struct.pack("<IiiHHIIiiII", header, W, H, 1, bits, compression, len(pixels), 2835, 2835, len(palette) // 4, 0) + masks
    info += b"\0" * (header - len(info))
    start = 14 + len(info) + len(palette)
    with open("pictures/" + name, "wb") as out:
        out.write(b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start) + info + palette + pixels)


def chunk_before_data(name, source, kind, data):
    png = open("pictures/" + source, "rb").read()
    at = png.index(b"IDAT") - 4
    with open("pictures/" + name, "wb") as out:
        out.write(png[:at] + struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) + png[at:])


more = np.random.RandomState(1)
words = more.randint(0, 65536, (H, W)).astype("<u2")
words[0] = np.arange(W) * (1 + 32 + 1024)
words[1] = np.arange(W) * (1 + 64 + 2048)
colours = [(int(r), int(g), int(b), 0) for r, g, b in more.randint(0, 256, (256, 3))]
bmp("555.bmp", 16, words.tobytes())
bmp("555_fields.bmp", 16, words.tobytes(), masks=(0x7c00, 0x3e0, 0x1f), compression=3)
bmp("565.bmp", 16, words.tobytes(), masks=(0xf800, 0x7e0, 0x1f), compression=3)
bmp("565_version4.bmp", 16, words.tobytes(), masks=(0xf800, 0x7e0, 0x1f, 0), compression=3, header=108)
bmp("alpha_version4.bmp", 32, more.randint(0, 256, (H, W * 4)).astype(np.uint8).tobytes(), masks=(0xff0000, 0xff00, 0xff, 0xff000000), compression=3, header=108)
bmp("unused_fourth_byte.bmp", 32, more.randint(0, 256, (H, W * 4)).astype(np.uint8).tobytes())
bmp("palette8.bmp", 8, more.randint(0, 256, (H, 24)).astype(np.uint8).tobytes(), palette=colours)
bmp("palette4.bmp", 4, more.randint(0, 256, (H, 12)).astype(np.uint8).tobytes(), palette=colours[:16])
bmp("palette1.bmp", 1, more.randint(0, 256, (H, 4)).astype(np.uint8).tobytes(), palette=colours[:2])
bmp("runs8.bmp", 8, b"".join(bytes([11, more.randint(256), 11, more.randint(256), 0, 0]) for _ in range(H)) + b"\0\1", palette=colours, compression=1)
bmp("runs4.bmp", 4, b"".join(bytes([10, more.randint(256), 12, more.randint(256), 0, 0]) for _ in range(H)) + b"\0\1", palette=colours[:16], compression=2)
chunk_before_data("gamma.png", "rgb.png", b"gAMA", struct.pack(">I", 100000))
chunk_before_data("chromaticities.png", "rgb.png", b"cHRM", struct.pack(">8I", 31270, 32900, 70800, 29200, 17000, 79700, 13100, 4600))
profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
for tag in range(struct.unpack(">I", profile[128:132])[0]):
    name, offset, _ = struct.unpack(">4sII", profile[132 + 12 * tag:144 + 12 * tag])
    if name == b"rXYZ":
        profile[offset + 8:offset + 20] = struct.pack(">iii", 52280, 18874, 0)
save("profile.png", im, icc_profile=bytes(profile))
save("profile.jpg", im, quality=85, icc_profile=bytes(profile))
save("profile.webp", im, lossless=True, icc_profile=bytes(profile))
jpeg = bytearray(open("pictures/cmyk.jpg", "rb").read())
jpeg[jpeg.index(b"Adobe") + 11] = 2
open("pictures/ycck.jpg", "wb").write(bytes(jpeg))

expected = {}
for name in sorted(os.listdir("pictures")):
    picture = Image.open("pictures/" + name)
    rgb = picture.convert("RGB")
    expected[name] = {"height": rgb.height, "width": rgb.width, "rgb": base64.b64encode(rgb.tobytes()).decode(), "grey": base64.b64encode(rgb.convert("L").tobytes()).decode()}
json.dump(expected, open("pictures.json", "w"), indent=1)

cases = []
for (h, w), (oh, ow) in [((375, 500), (256, 341)), ((500, 333), (384, 256)), ((40, 53), (256, 339)), ((1, 1), (5, 3)), ((7, 9), (7, 4)), ((7, 9), (3, 9)), ((31, 17), (32, 16)),
                         ((300, 301), (256, 256)), ((2, 700), (1, 350)), ((64, 64), (1, 1)), ((257, 259), (256, 257)), ((97, 3), (11, 200)), ((1200, 800), (384, 256))]:
    y, x, c = np.mgrid[0:h, 0:w, 0:3]
    source = ((x * x + 3 * y * y + 5 * x * y + 77 * c + 13 * x + (x // 9 + y // 7) % 2 * 120) % 256).astype(np.uint8)
    result = np.asarray(Image.fromarray(source).resize((ow, oh), Image.BILINEAR)).transpose(2, 0, 1).tobytes()
    cubic = np.asarray(Image.fromarray(source).resize((ow, oh), Image.BICUBIC)).transpose(2, 0, 1).tobytes()
    cases.append({"from": [h, w], "to": [oh, ow], "sha256": hashlib.sha256(result).hexdigest(), "first": base64.b64encode(result[:48]).decode(),
                  "cubic_sha256": hashlib.sha256(cubic).hexdigest(), "cubic_first": base64.b64encode(cubic[:48]).decode()})

# torchvision's Resize(256) and CenterCrop(224), on PIL: sizes and margins as its functional.py computes them.
crops = []
for h, w in [(375, 500), (500, 333), (256, 300), (90, 90), (224, 1000), (301, 300)]:
    y, x, c = np.mgrid[0:h, 0:w, 0:3]
    source = Image.fromarray(((x * x + 3 * y * y + 5 * x * y + 77 * c + 13 * x + (x // 9 + y // 7) % 2 * 120) % 256).astype(np.uint8))
    short, long = min(h, w), max(h, w)
    new_long = int(256 * long / short)
    nw, nh = (256, new_long) if w <= h else (new_long, 256)
    resized = source if (w, h) == (nw, nh) else source.resize((nw, nh), Image.BILINEAR)
    top, left = int(round((nh - 224) / 2.0)), int(round((nw - 224) / 2.0))
    result = np.asarray(resized.crop((left, top, left + 224, top + 224))).transpose(2, 0, 1).tobytes()
    crops.append({"from": [h, w], "sha256": hashlib.sha256(result).hexdigest(), "first": base64.b64encode(result[:48]).decode()})
json.dump({"resize": cases, "resize_and_crop": crops}, open("resize.json", "w"), indent=1)
