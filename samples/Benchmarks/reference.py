#!/usr/bin/env python3
"""The CIFAR-10 pair of Carlini et al. 2022 in PyTorch, to be measured beside `throughput --pair cifar10` on the same card.

improved-diffusion's U-Net (128 channels, levels 1 2 2 2, three blocks, attention at 16x16 and 8x8, learned variance) and ViT-B/16 at
224x224, with random weights: rates do not depend on them. Prints one line of JSON for each batch size; what `throughput` has too is called as there.

  loop     the paper's own: float32 as PyTorch is set up by default, a copy of the counts to the host for each batch
  eager    the same networks in the precision asked for, counts kept on the device
  compile  eager under torch.compile
"""
import argparse
import json
import math
import time

import torch
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    def __init__(self, inner, outer, embedding=512):
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(32, inner), nn.Conv2d(inner, outer, 3, padding=1)
        self.time = nn.Linear(embedding, 2 * outer)
        self.norm2, self.conv2 = nn.GroupNorm(32, outer), nn.Conv2d(outer, outer, 3, padding=1)
        self.skip = nn.Identity() if inner == outer else nn.Conv2d(inner, outer, 1)

    def forward(self, x, time):
        h = self.conv1(F.silu(self.norm1(x)))
        scale, shift = self.time(F.silu(time))[:, :, None, None].chunk(2, 1)
        return self.skip(x) + self.conv2(F.silu(self.norm2(h) * (1 + scale) + shift))


class PixelAttention(nn.Module):
    def __init__(self, channels, heads=4):
        super().__init__()
        self.heads, self.norm = heads, nn.GroupNorm(32, channels)
        self.qkv, self.out = nn.Conv1d(channels, 3 * channels, 1), nn.Conv1d(channels, channels, 1)

    def forward(self, x, time):
        n, c, height, width = x.shape
        flat = x.reshape(n, c, -1)
        q, k, v = self.qkv(self.norm(flat)).reshape(n * self.heads, 3 * c // self.heads, -1).chunk(3, 1)
        scale = (c // self.heads) ** -0.25
        weights = torch.softmax(torch.einsum("bct,bcs->bts", q * scale, k * scale).float(), -1).to(x.dtype)
        return x + self.out(torch.einsum("bts,bcs->bct", weights, v).reshape(n, c, -1)).reshape(x.shape)


class Down(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=2, padding=1)

    def forward(self, x, time):
        return self.conv(x)


class Up(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x, time):
        return self.conv(F.interpolate(x, scale_factor=2, mode="nearest"))


class UNet(nn.Module):
    def __init__(self, width=128, levels=(1, 2, 2, 2), blocks=3, attended=(2, 4)):
        super().__init__()
        self.width = width
        self.time = nn.Sequential(nn.Linear(width, 4 * width), nn.SiLU(), nn.Linear(4 * width, 4 * width))
        self.first = nn.Conv2d(3, width, 3, padding=1)
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        channels, skips, factor = width, [width], 1
        for level, multiple in enumerate(levels):
            for _ in range(blocks):
                layers = [Block(channels, multiple * width)]
                channels = multiple * width
                if factor in attended:
                    layers.append(PixelAttention(channels))
                self.down.append(nn.ModuleList(layers))
                skips.append(channels)
            if level < len(levels) - 1:
                self.down.append(nn.ModuleList([Down(channels)]))
                skips.append(channels)
                factor *= 2
        self.middle = nn.ModuleList([Block(channels, channels), PixelAttention(channels), Block(channels, channels)])
        for level, multiple in reversed(list(enumerate(levels))):
            for block in range(blocks + 1):
                layers = [Block(channels + skips.pop(), multiple * width)]
                channels = multiple * width
                if factor in attended:
                    layers.append(PixelAttention(channels))
                if level and block == blocks:
                    layers.append(Up(channels))
                    factor //= 2
                self.up.append(nn.ModuleList(layers))
        self.norm, self.last = nn.GroupNorm(32, channels), nn.Conv2d(channels, 6, 3, padding=1)

    def forward(self, x, timesteps):
        half = self.width // 2
        angles = timesteps.float()[:, None] * torch.exp(-math.log(10000) * torch.arange(half, device=x.device) / half)
        time = self.time(torch.cat([angles.cos(), angles.sin()], 1).to(x.dtype))
        h = self.first(x)
        skips = [h]
        for layers in self.down:
            for layer in layers:
                h = layer(h, time)
            skips.append(h)
        for layer in self.middle:
            h = layer(h, time)
        for layers in self.up:
            h = torch.cat([h, skips.pop()], 1)
            for layer in layers:
                h = layer(h, time)
        return self.last(F.silu(self.norm(h)))


class ViTLayer(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width, 1e-12), nn.LayerNorm(width, 1e-12)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.fc1, self.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        n, tokens, width = x.shape
        q, k, v = self.qkv(self.norm1(x)).reshape(n, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        if hasattr(F, "scaled_dot_product_attention"):
            attended = F.scaled_dot_product_attention(q, k, v)
        else:
            attended = torch.softmax(q @ k.transpose(2, 3) / q.shape[-1] ** 0.5, -1) @ v
        x = x + self.out(attended.transpose(1, 2).reshape(n, tokens, width))
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))


class ViT(nn.Module):
    def __init__(self, width=768, depth=12, heads=12, classes=10, side=224, patch=16):
        super().__init__()
        self.patches = nn.Conv2d(3, width, patch, stride=patch)
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.positions = nn.Parameter(0.02 * torch.randn(1, (side // patch) ** 2 + 1, width))
        self.layers = nn.Sequential(*[ViTLayer(width, heads) for _ in range(depth)])
        self.norm, self.head = nn.LayerNorm(width, 1e-12), nn.Linear(width, classes)

    def forward(self, x):
        tokens = self.patches(x).flatten(2).transpose(1, 2)
        h = torch.cat([self.token.expand(len(x), -1, -1), tokens], 1) + self.positions
        return self.head(self.norm(self.layers(h))[:, 0])


class Pair(nn.Module):
    """Noisy images in [-1,1], scaled by the root of alpha-bar, to logits."""

    def __init__(self, timestep, alpha_bar):
        super().__init__()
        self.unet, self.vit = UNet(), ViT()
        self.timestep, self.root, self.spread = timestep, alpha_bar ** 0.5, (1 / alpha_bar - 1) ** 0.5

    def forward(self, x):
        noise = self.unet(x, torch.full((len(x),), self.timestep, device=x.device))[:, :3]
        image = (x / self.root - self.spread * noise).clamp(-1, 1)
        return self.vit(F.interpolate(image.float(), (224, 224), mode="bicubic", antialias=True).to(x.dtype))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", choices=["loop", "eager", "compile"])
    parser.add_argument("--precision", choices=["float32", "bfloat16", "float16"], default="float32")
    parser.add_argument("--batch", type=int, nargs="+", default=[256])
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--no-tf32", action="store_true", help="forbid TF32 in convolutions, which cuDNN's default allows")
    parser.add_argument("--channels-last", action="store_true")
    options = parser.parse_args()
    if options.mode == "loop" and options.precision != "float32":
        parser.error("the paper's loop is float32")
    if options.no_tf32:
        torch.backends.cudnn.allow_tf32 = False
    device, precision, sigma = torch.device(options.device), getattr(torch, options.precision), 0.5
    pair = Pair(timestep=250.0, alpha_bar=1 / (1 + (2 * sigma) ** 2)).to(device, precision).eval()
    if options.channels_last:
        pair.to(memory_format=torch.channels_last)
    network = torch.compile(pair) if options.mode == "compile" else pair
    image = torch.rand(3, 32, 32, device=device)

    def wait():
        if device.type == "cuda":
            torch.cuda.synchronize()

    def run(batch):
        rows = image.expand(batch, -1, -1, -1)
        noisy = (rows + sigma * torch.randn_like(rows)) * 2 - 1
        logits = network((noisy * pair.root).to(precision))
        counts = torch.bincount(logits.argmax(1), minlength=10)
        return counts.cpu().numpy() if options.mode == "loop" else counts

    with torch.inference_mode():
        for batch in options.batch:
            begun = time.perf_counter()
            for _ in range(3):
                run(batch)
            wait()
            warm_up = time.perf_counter() - begun
            rates = []
            for _ in range(5):
                begun, passes = time.perf_counter(), 0
                while passes == 0 or time.perf_counter() - begun < options.seconds / 5:
                    run(batch)
                    passes += 1
                    if passes % 4 == 0:
                        wait()  # or the host runs far ahead, and a round has no end
                wait()
                rates.append(passes * batch / (time.perf_counter() - begun))
            print(json.dumps({
                "pair": "cifar10", "mode": options.mode, "precision": options.precision, "batch": batch, "device": options.device,
                "samples_per_second": len(rates) / sum(1 / rate for rate in rates),
                "samples_per_second_range": [min(rates), max(rates)],
                "tf32_convolutions": torch.backends.cudnn.allow_tf32, "channels_last": options.channels_last,
                "warm_up_seconds": warm_up, "software": f"PyTorch {torch.__version__}",
                "card": torch.cuda.get_device_name() if device.type == "cuda" else None,
            }), flush=True)


if __name__ == "__main__":
    main()
