"""Makes networks_extra.safetensors, networks_extra.json and vit_timm_small.keys.tsv: python3 networks_extra.py

Small networks with the settings that the other goldens leave out, run by the reference implementations themselves. Needs
PyTorch, and on PYTHONPATH openai/guided-diffusion, openai/improved-diffusion, huggingface/pytorch-image-models (timm
1.0.29.dev0) and the folder code/ of microsoft/denoised-smoothing. Weights and inputs are the formula of SyntheticWeights.cs.
"""
import json
import math

import numpy as np
import torch


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
        if not entry.is_floating_point():
            continue
        u = uniform(tag, entry.numel())
        if name.endswith("running_var"):
            values = 1 + 0.5 * u
        elif entry.dim() >= 2:
            values = u * math.sqrt(12 * entry.shape[0] / entry.numel())
        elif entry.dim() == 1 and name.endswith("weight"):
            values = 1 + 0.2 * u
        else:
            values = 0.2 * u
        with torch.no_grad():
            entry.copy_(tensor(values, entry.shape))
    return model.eval()


def image(tag, shape, low):
    u = uniform(tag, int(np.prod(shape)))
    return tensor(low + (u + 0.5) * (1 - low), shape)


outputs, told = {}, {}


def run(name, source, build, config, shape, low=-1, positional=(), **more):
    tag = 2000001 + len(told)
    model = fill(build(*positional, **config))
    given = {key: torch.tensor(value) for key, value in more.items()}
    with torch.no_grad():
        outputs[name] = model(image(tag, shape, low), *given.values())
    told[name] = {"source": source, "arguments": list(positional), "config": config, "input_tag": tag, "input_shape": shape, "input_from": low, **more}
    return model


def unets():
    from guided_diffusion.unet import UNetModel as Guided
    from improved_diffusion.unet import UNetModel as Improved
    guided, improved = "openai/guided-diffusion unet.py UNetModel", "openai/improved-diffusion unet.py UNetModel"
    common = dict(in_channels=3, model_channels=32, out_channels=6, num_res_blocks=1, dropout=0.0)
    times = dict(timesteps=[3.25, 731.0])
    run("guided_new_order", guided, Guided, dict(common, image_size=16, attention_resolutions=[1, 2], channel_mult=[1, 2], num_heads=4,
        num_heads_upsample=2, resblock_updown=True, use_new_attention_order=True), [2, 3, 16, 16], **times)
    run("guided_pooled_classes", guided, Guided, dict(common, image_size=16, num_res_blocks=2, attention_resolutions=[4], channel_mult=[1, 2, 3], num_heads=2,
        num_heads_upsample=4, conv_resample=False, use_scale_shift_norm=True, num_classes=5), [2, 3, 16, 24], **times, y=[4, 0])
    run("guided_half_width", guided, Guided, dict(common, image_size=16, model_channels=64, attention_resolutions=[2], channel_mult=[0.5, 1, 1.5],
        num_head_channels=32, use_scale_shift_norm=True, resblock_updown=True, use_new_attention_order=True), [2, 3, 16, 16], **times)
    run("guided_plain_updown", guided, Guided, dict(common, image_size=16, attention_resolutions=[2], channel_mult=[1, 2], num_head_channels=64,
        resblock_updown=True), [2, 3, 16, 16], **times)
    run("improved_added_time", improved, Improved, dict(common, attention_resolutions=[1, 2], channel_mult=[1, 2], num_heads=2,
        num_heads_upsample=8, num_classes=3), [2, 3, 16, 16], **times, y=[1, 2])


def transformers():
    from timm.models.beit import Beit
    from timm.models.vision_transformer import VisionTransformer
    common = dict(img_size=32, patch_size=8, embed_dim=32, depth=2, num_heads=4, num_classes=7)
    vit = "timm 1.0.29.dev0 VisionTransformer"
    model = run("vit_timm_small", vit, VisionTransformer, dict(common, mlp_ratio=2), [2, 3, 32, 32])
    with open("vit_timm_small.keys.tsv", "w") as keys:
        for name, entry in model.state_dict().items():
            keys.write(f"{name}\t{'x'.join(map(str, entry.shape))}\t{str(entry.dtype)[6:]}\n")
    run("beit_class_token", "timm 1.0.29.dev0 Beit", Beit, dict(common, in_chans=1, global_pool="token", qkv_bias=False, use_abs_pos_emb=True,
        use_shared_rel_pos_bias=True), [2, 1, 32, 32])
    run("beit_both_biases", "timm 1.0.29.dev0 Beit", Beit, dict(common, img_size=24, num_heads=2, mlp_ratio=2.7, use_abs_pos_emb=False, use_rel_pos_bias=True,
        use_shared_rel_pos_bias=True, init_values=0.1), [2, 3, 24, 24])


def convolutions():
    from archs.dncnn import DnCNN
    from archs.memnet import MemNet
    from archs.wrn import WideResNet
    salman = "microsoft/denoised-smoothing archs/"
    run("wrn_16_1", salman + "wrn.py WideResNet", WideResNet, dict(depth=16, num_classes=7, widen_factor=1), [2, 3, 32, 32], 0)
    run("wrn_10_3", salman + "wrn.py WideResNet", WideResNet, dict(depth=10, num_classes=5, widen_factor=3), [2, 3, 32, 32], 0)
    run("dncnn_grey", salman + "dncnn.py DnCNN", DnCNN, dict(image_channels=1, depth=5, n_channels=24), [2, 1, 16, 12], 0)
    run("memnet_small", salman + "memnet.py MemNet", MemNet, {}, [2, 1, 16, 12], 0, positional=(1, 16, 3, 2))


def write(path):
    header, blob = {}, b""
    for name in sorted(outputs):
        values = outputs[name].contiguous().numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(outputs[name].shape), "data_offsets": [len(blob), len(blob) + len(values)]}
        blob += values
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + blob)


unets()
transformers()
convolutions()
write("networks_extra.safetensors")
with open("networks_extra.json", "w") as file:
    json.dump(told, file, indent=1)
    file.write("\n")
for name, output in outputs.items():
    print(name, tuple(output.shape), float(output.norm()))
