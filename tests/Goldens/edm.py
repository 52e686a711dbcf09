"""Makes edm.safetensors, edm.json and edm_*.keys.tsv: python3 edm.py EDM

Runs NVlabs/edm itself: EDM is a folder with its training/networks.py, commit 008a4e5316c8e3bfe61a62f874bddba254295afb. Needs PyTorch; its
torch_utils.persistence, which pickles the code with the weights, is replaced by a decorator that does nothing. Weights and inputs are the
formula of SyntheticWeights.cs, but for the resampling filters, which are no weights.
"""
import json
import math
import sys
import types

import numpy as np
import torch

persistence = types.ModuleType("torch_utils.persistence")
persistence.persistent_class = lambda cls: cls
torch_utils = types.ModuleType("torch_utils")
torch_utils.persistence = persistence
sys.modules.update({"torch_utils": torch_utils, "torch_utils.persistence": persistence})
sys.path.insert(0, sys.argv[1])
from training import networks  # noqa: E402


def uniform(tag, count):
    h = np.arange(count, dtype=np.uint32) ^ np.uint32((tag * 0x9E3779B9) & 0xFFFFFFFF)
    h = (h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    h = (h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    h = h ^ (h >> np.uint32(16))
    return h.astype(np.float64) / 4294967296.0 - 0.5


def tensor(values, shape):
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


def fill(model):
    for tag, (name, entry) in enumerate(sorted(model.state_dict().items()), 1):
        u = uniform(tag, entry.numel())
        if name.endswith("resample_filter"):
            continue
        if entry.dim() >= 2:
            values = u * math.sqrt(12 * entry.shape[0] / entry.numel())
        elif entry.dim() == 1 and name.endswith("weight"):
            values = 1 + 0.2 * u
        else:
            values = 0.2 * u
        with torch.no_grad():
            entry.copy_(tensor(values, entry.shape))
    return model.eval()


def image(tag, shape):
    return tensor(2 * uniform(tag, int(np.prod(shape))), shape)


def keys(model, name):
    with open(name, "w") as file:
        for key, entry in model.state_dict().items():
            file.write(f"{key}\t{'x'.join(map(str, entry.shape))}\t{str(entry.dtype)[6:]}\n")


SMALL = dict(img_resolution=16, img_channels=3, model_channels=16, num_blocks=2, attn_resolutions=[8], augment_dim=9)
DDPMPP = dict(model_type="SongUNet", embedding_type="positional", encoder_type="standard", decoder_type="standard",
              channel_mult_noise=1, resample_filter=[1, 1])
NCSNPP = dict(model_type="SongUNet", embedding_type="fourier", encoder_type="residual", decoder_type="standard",
              channel_mult_noise=2, resample_filter=[1, 3, 3, 1])
CASES = {
    "ddpmpp": ("EDMPrecond", dict(SMALL, **DDPMPP, channel_mult=[2, 2, 2])),
    "ncsnpp": ("EDMPrecond", dict(SMALL, **NCSNPP, channel_mult=[1, 2])),
    "ddpmpp_labels": ("EDMPrecond", dict(SMALL, **DDPMPP, channel_mult=[2, 1], label_dim=5)),
    "adm": ("EDMPrecond", dict(SMALL, model_type="DhariwalUNet", model_channels=64, channel_mult=[1, 2], num_blocks=1)),
    "adm_labels": ("EDMPrecond", dict(SMALL, model_type="DhariwalUNet", model_channels=32, channel_mult=[2, 4], num_blocks=1, label_dim=7,
                                      augment_dim=0)),
    "vp": ("VPPrecond", dict(SMALL, **DDPMPP, channel_mult=[2, 2])),
    "ve": ("VEPrecond", dict(SMALL, **NCSNPP, channel_mult=[2, 2])),
}
LEVELS = [0.4, 3.0]
outputs, told = {}, {}
for name, (precond, config) in CASES.items():
    model = fill(getattr(networks, precond)(**config))
    tag = 4000001 + len(told)
    # The levels a row each: every file is asked as it would be alone.
    with torch.no_grad():
        outputs[name] = torch.cat([model(image(tag + 100 * i, [1, 3, 16, 16]) * (1 + level), torch.tensor([level]))
                                   for i, level in enumerate(LEVELS)])
    told[name] = {"precond": precond, "config": config, "input_tag": tag, "levels": LEVELS}
    keys(model, f"edm_{name}.keys.tsv")
for name, arch in [("cifar10_ddpmpp", DDPMPP), ("cifar10_ncsnpp", NCSNPP)]:
    model = networks.EDMPrecond(img_resolution=32, img_channels=3, augment_dim=9, model_channels=128, channel_mult=[2, 2, 2], **arch)
    keys(model, f"edm_{name}.keys.tsv")
    with torch.no_grad():
        outputs[name] = fill(model)(image(4000900, [1, 3, 32, 32]) * 2, torch.tensor([1.0]))
    told[name] = {"parameters": sum(p.numel() for p in model.parameters())}

header, blob = {}, b""
for name in sorted(outputs):
    values = outputs[name].contiguous().numpy().tobytes()
    header[name] = {"dtype": "F32", "shape": list(outputs[name].shape), "data_offsets": [len(blob), len(blob) + len(values)]}
    blob += values
text = json.dumps(header, separators=(",", ":")).encode()
text += b" " * (-len(text) % 8)
with open("edm.safetensors", "wb") as file:
    file.write(len(text).to_bytes(8, "little") + text + blob)
with open("edm.json", "w") as file:
    json.dump(told, file, indent=1)
    file.write("\n")
for name, output in outputs.items():
    print(name, tuple(output.shape), float(output.norm()))
print({name: entry["parameters"] for name, entry in told.items() if "parameters" in entry})
