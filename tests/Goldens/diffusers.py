"""Makes diffusers.safetensors, diffusers.json, diffusers_*.keys.tsv and diffusers/: python3 diffusers.py NEW OLD

Runs huggingface/diffusers itself. NEW and OLD are folders with its package diffusers: v0.27.2 (b69fd990ad8026f21893499ab396d969b62bb8cc) and
v0.13.1 (8e44aa4b9ff3b774fa4df6f998e1b3c5cebce8a2), the latter for the names that attention had before 0.15. Needs PyTorch and
setuptools; what else diffusers imports is replaced by stand-ins, which nothing here calls. Weights and inputs are the formula of
SyntheticWeights.cs, but for the folder diffusers/tiny, whose weights are torch's own and saved by torch.save.
"""
import importlib.abc
import importlib.machinery
import importlib.metadata
import json
import math
import os
import pickle
import subprocess
import sys
import types

import numpy as np
import setuptools._vendor.packaging as packaging
import setuptools._vendor.packaging.version
import torch


class StandIn(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return "/nowhere" if name.isupper() else type(name, (), {"__init__": lambda self, *a, **k: None})


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    roots = ("huggingface_hub", "filelock", "tqdm", "regex", "safetensors")

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in self.roots or name == "diffusers.dependency_versions_check":
            return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        module = StandIn(spec.name)
        module.__path__ = []
        return module

    def exec_module(self, module):
        pass


sys.meta_path.insert(0, Finder())
sys.modules["packaging"] = packaging
sys.modules["packaging.version"] = packaging.version
sys.modules["importlib_metadata"] = importlib.metadata
sys.path.insert(0, sys.argv[1])


def uniform(tag, count):
    h = np.arange(count, dtype=np.uint32) ^ np.uint32((tag * 0x9E3779B9) & 0xFFFFFFFF)
    h = (h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    h = (h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    h = h ^ (h >> np.uint32(16))
    return h.astype(np.float64) / 4294967296.0 - 0.5


def tensor(values, shape):
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


def fill(model):
    entries = {name: entry for name, entry in model.state_dict().items() if name != "time_proj.W"}  # the same memory as time_proj.weight
    for tag, (name, entry) in enumerate(sorted(entries.items()), 1):
        u = uniform(tag, entry.numel())
        if entry.dim() >= 2:
            values = u * math.sqrt(12 * entry.shape[0] / entry.numel())
        elif entry.dim() == 1 and name.endswith("weight"):
            values = 1 + 0.2 * u
        else:
            values = 0.2 * u
        with torch.no_grad():
            entry.copy_(tensor(values, entry.shape))
    return model.eval()


def image(tag, shape, low=-1):
    u = uniform(tag, int(np.prod(shape)))
    return tensor(low + (u + 0.5) * (1 - low), shape)


def keys(model, name):
    with open(name, "w") as file:
        for key, entry in model.state_dict().items():
            file.write(f"{key}\t{'x'.join(map(str, entry.shape))}\t{str(entry.dtype)[6:]}\n")


DDPM = dict(down_block_types=["DownBlock2D", "AttnDownBlock2D"], up_block_types=["AttnUpBlock2D", "UpBlock2D"],
            block_out_channels=[32, 64], layers_per_block=1, attention_head_dim=None, downsample_padding=0, flip_sin_to_cos=False,
            freq_shift=1, norm_eps=1e-6)
RESNETS = dict(down_block_types=["ResnetDownsampleBlock2D", "AttnDownBlock2D", "AttnDownBlock2D"],
               up_block_types=["AttnUpBlock2D", "AttnUpBlock2D", "ResnetUpsampleBlock2D"], block_out_channels=[32, 32, 64],
               layers_per_block=1, downsample_type="resnet", upsample_type="resnet", resnet_time_scale_shift="scale_shift",
               attention_head_dim=16)
CONFIGS = {
    "ddpm": DDPM,
    "centred": dict(down_block_types=["AttnDownBlock2D", "DownBlock2D", "AttnDownBlock2D"],
                    up_block_types=["UpBlock2D", "AttnUpBlock2D", "AttnUpBlock2D"], block_out_channels=[16, 32, 48], layers_per_block=2,
                    norm_num_groups=8, center_input_sample=True, mid_block_scale_factor=1.5),
    "fourier": dict(DDPM, time_embedding_type="fourier", downsample_padding=1, mid_block_scale_factor=math.sqrt(2)),
    "resnets": dict(RESNETS, out_channels=6),
    "resnets_with_norm": dict(RESNETS, attn_norm_num_groups=4, layers_per_block=2),
    "no_attention": dict(DDPM, in_channels=1, out_channels=1, add_attention=False, down_block_types=["DownBlock2D"] * 2,
                         up_block_types=["UpBlock2D"] * 2, layers_per_block=2),
    "no_middle": dict(DDPM, mid_block_type=None),
}
TIMES = [3.25, 731.0]


def old():
    from diffusers.models.unet_2d import UNet2DModel
    model = fill(UNet2DModel(**DDPM))
    keys(model, "diffusers_old_names.keys.tsv")
    with torch.no_grad():
        output = model(image(3000100, [2, 3, 16, 16]), torch.tensor(TIMES)).sample
    with open(sys.argv[3], "wb") as file:
        pickle.dump(output.numpy(), file)


def networks(outputs, told):
    from diffusers.models.unets.unet_2d import UNet2DModel

    class Nothing(torch.nn.Module):  # as versions since 0.33 skip a middle that is None
        def forward(self, x, emb):
            return x

    for name, config in CONFIGS.items():
        model = UNet2DModel(**{key: value for key, value in config.items() if key != "mid_block_type"})
        if "mid_block_type" in config:
            model.mid_block = Nothing()
        fill(model)
        tag, shape = 3000001 + len(told), [2, config.get("in_channels", 3), 16, 16]
        with torch.no_grad():
            outputs[name] = model(image(tag, shape), torch.tensor(TIMES)).sample
        told[name] = {"config": config, "input_tag": tag, "input_shape": shape, "timesteps": TIMES}
    return fill(UNet2DModel(**DDPM))


def denoising(model, outputs, told):
    """What schedulers make of the network's answer: x_0, given x_0 + level noise."""
    from diffusers.schedulers.scheduling_ddpm import DDPMScheduler
    from diffusers.schedulers.scheduling_edm_euler import EDMEulerScheduler
    noisy = image(3000200, [2, 3, 16, 16]) * 1.5
    for kind in ["epsilon", "sample", "v_prediction"]:
        scheduler, t = DDPMScheduler(prediction_type=kind), 321
        bar = scheduler.alphas_cumprod[t].item()
        xt = noisy * math.sqrt(bar)
        with torch.no_grad():
            x0 = scheduler.step(model(xt, t).sample, t, xt).pred_original_sample
        outputs[f"denoised_{kind}"] = x0
        told[f"denoised_{kind}"] = {"timestep": t, "alpha_bar": bar, "input_tag": 3000200, "input_times": 1.5}
    scheduler, sigma = EDMEulerScheduler(sigma_data=0.6), torch.tensor(0.7)
    with torch.no_grad():
        answer = model(scheduler.precondition_inputs(noisy, sigma), scheduler.precondition_noise(sigma)).sample
        outputs["denoised_edm"] = scheduler.precondition_outputs(noisy, answer, sigma)
    told["denoised_edm"] = {"sigma": 0.7, "sigma_data": 0.6, "input_tag": 3000200, "input_times": 1.5}


def schedules():
    import diffusers.schedulers as rooms
    names = dict(
        DDPMScheduler="ddpm", DDPMParallelScheduler="ddpm_parallel", DDIMScheduler="ddim", DDIMParallelScheduler="ddim_parallel",
        DDIMInverseScheduler="ddim_inverse", PNDMScheduler="pndm", LMSDiscreteScheduler="lms_discrete", EulerDiscreteScheduler="euler_discrete",
        EulerAncestralDiscreteScheduler="euler_ancestral_discrete", DEISMultistepScheduler="deis_multistep",
        DPMSolverMultistepScheduler="dpmsolver_multistep", DPMSolverMultistepInverseScheduler="dpmsolver_multistep_inverse",
        DPMSolverSinglestepScheduler="dpmsolver_singlestep", UniPCMultistepScheduler="unipc_multistep", SASolverScheduler="sasolver",
        RePaintScheduler="repaint", HeunDiscreteScheduler="heun_discrete", KDPM2DiscreteScheduler="k_dpm_2_discrete",
        KDPM2AncestralDiscreteScheduler="k_dpm_2_ancestral_discrete", LCMScheduler="lcm", TCDScheduler="tcd")
    cases = [(name, {}) for name in names]
    ddpm = [dict(beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012), dict(beta_schedule="squaredcos_cap_v2"),
            dict(beta_schedule="sigmoid"), dict(num_train_timesteps=50, beta_end=0.2), dict(rescale_betas_zero_snr=True),
            dict(beta_schedule="squaredcos_cap_v2", num_train_timesteps=4000),
            dict(beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012, rescale_betas_zero_snr=True),
            dict(trained_betas=[0.01, 0.03, 0.1, 0.4], num_train_timesteps=4)]
    cases += [("DDPMScheduler", config) for config in ddpm]
    cases += [("DDIMScheduler", dict(rescale_betas_zero_snr=True)), ("EulerDiscreteScheduler", dict(rescale_betas_zero_snr=True)),
              ("HeunDiscreteScheduler", dict(beta_schedule="exp"))]
    rows = []
    for name, config in cases:
        module = importlib.import_module("diffusers.schedulers.scheduling_" + names[name])
        bars = getattr(module, name)(**config).alphas_cumprod
        at = sorted({*range(min(4, len(bars))), *range(0, len(bars), max(1, len(bars) // 20)), len(bars) - 2, len(bars) - 1})
        rows.append({"class": name, "config": config, "count": len(bars), "at": at, "alpha_bar": [bars[t].item() for t in at]})
    return rows


def tiny(outputs, told):
    """A folder as a pipeline writes it, with the reference's own settings and torch.save's own file."""
    from diffusers.models.unets.unet_2d import UNet2DModel
    from diffusers.schedulers.scheduling_ddpm import DDPMScheduler
    torch.manual_seed(7)
    model = UNet2DModel(sample_size=8, block_out_channels=(8, 16), down_block_types=("DownBlock2D", "AttnDownBlock2D"),
                        up_block_types=("AttnUpBlock2D", "UpBlock2D"), layers_per_block=1, norm_num_groups=4).eval()
    scheduler = DDPMScheduler(beta_schedule="squaredcos_cap_v2")
    version = {"_diffusers_version": "0.27.2"}
    for folder, name, content in [
            ("", "model_index.json", {"_class_name": "DDPMPipeline", **version, "scheduler": ["diffusers", "DDPMScheduler"],
                                      "unet": ["diffusers", "UNet2DModel"]}),
            ("unet", "config.json", {"_class_name": "UNet2DModel", **version, **dict(model.config)}),
            ("scheduler", "scheduler_config.json", {"_class_name": "DDPMScheduler", **version, **dict(scheduler.config)})]:
        where = os.path.join("diffusers", "tiny", folder)
        os.makedirs(where, exist_ok=True)
        with open(os.path.join(where, name), "w") as file:
            json.dump({key: value for key, value in content.items() if key != "_use_default_values"}, file, indent=2, sort_keys=True)
            file.write("\n")
    torch.save(model.state_dict(), os.path.join("diffusers", "tiny", "unet", "diffusion_pytorch_model.bin"))
    x = image(3000300, [2, 3, 8, 8])
    with torch.no_grad():
        outputs["tiny"] = model(x, torch.tensor(TIMES)).sample
        t = 300
        xt = x * math.sqrt(scheduler.alphas_cumprod[t].item())
        outputs["tiny_denoised"] = scheduler.step(model(xt, t).sample, t, xt).pred_original_sample
    told["tiny"] = {"input_tag": 3000300, "input_shape": [2, 3, 8, 8], "timesteps": TIMES, "timestep": t}


def write(outputs, path):
    header, blob = {}, b""
    for name in sorted(outputs):
        values = outputs[name].contiguous().numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(outputs[name].shape), "data_offsets": [len(blob), len(blob) + len(values)]}
        blob += values
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + blob)


def main():
    from diffusers.models.unets.unet_2d import UNet2DModel
    outputs, told = {}, {}
    model = networks(outputs, told)
    denoising(model, outputs, told)
    tiny(outputs, told)
    subprocess.run([sys.executable, __file__, sys.argv[2], "old", "old.pickle"], check=True)
    with open("old.pickle", "rb") as file:
        outputs["old_names"] = torch.from_numpy(pickle.load(file))
    os.remove("old.pickle")
    whole = fill(UNet2DModel(**json.load(open("diffusers/ddpm-cifar10-32.json"))))
    keys(whole, "diffusers_ddpm_cifar10.keys.tsv")
    with torch.no_grad():
        outputs["ddpm_cifar10"] = whole(image(3000400, [1, 3, 32, 32]), torch.tensor([321.0])).sample
    write(outputs, "diffusers.safetensors")
    with open("diffusers.json", "w") as file:
        json.dump({"networks": told, "schedules": schedules()}, file, indent=1)
        file.write("\n")
    for name, output in outputs.items():
        print(name, tuple(output.shape), float(output.norm()))


old() if sys.argv[2] == "old" else main()
