"""Makes networks_hub.safetensors, networks_hub.json, networks_hub.keys.json and hub/: python3 networks_hub.py TIMM TRANSFORMERS

Small networks of the families that hubs publish, run by the reference implementations themselves under the names that they give their
weights, and the names and sizes of full ones. Run with PyTorch 1.13 and torchvision 0.14.1. TIMM is a checkout of
huggingface/pytorch-image-models (aa4b5850, 1.0.29.dev0), TRANSFORMERS the folder src of huggingface/transformers 4.27.1 (read from
xiaojunjun65/transformers-mlu_4.27.1, 206a0dd0, which adds an import of torch_mlu to its modeling files and is otherwise that release; it
has ConvNeXt V2 too). The modeling files of transformers are run as they are, over small stand-ins for the rest of that library.
Weights and inputs are the formula of SyntheticWeights.cs.
"""
import dataclasses
import importlib
import json
import math
import os
import sys
import types

import numpy as np
import torch
from torch import nn

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
    for tag, (name, entry) in enumerate(sorted(model.state_dict().items()), 1):
        if not entry.is_floating_point():
            continue
        u = uniform(tag, entry.numel())
        if name.endswith("running_var"):
            values = 1 + 0.5 * u
        elif name.endswith("running_mean"):
            values = 0.2 * u
        elif entry.dim() >= 2:
            values = u * math.sqrt(12 * entry.shape[0] / entry.numel())
        elif entry.dim() == 1 and name.endswith("weight"):
            values = 1 + 0.2 * u
        else:
            values = 0.2 * u
        with torch.no_grad():
            entry.copy_(tensor(values, entry.shape))
    return model.eval()


def listed(model):
    return [[name, list(entry.shape), str(entry.dtype)[6:]] for name, entry in model.state_dict().items()]


outputs, told, full = {}, {}, {}


def run(name, source, model, side, config=None, channels=3):
    tag = 3000001 + len(told)
    fill(model)
    shape = [2, channels, side, side]
    u = uniform(tag, int(np.prod(shape)))
    with torch.no_grad():
        result = model(tensor(-1 + (u + 0.5) * 2, shape))
        outputs[name] = getattr(result, "logits", result)
    told[name] = {"source": source, "config": config, "input_tag": tag, "input_shape": shape, "entries": listed(model)}


def torchvision_networks():
    from torchvision.models import convnext, resnet, vision_transformer
    source = "torchvision 0.14.1 "
    basic, bottleneck = resnet.BasicBlock, resnet.Bottleneck
    run("tv_resnet_basic", source + "ResNet", resnet.ResNet(basic, [1, 2, 1, 1], num_classes=7), 64)
    run("tv_resnet_bottleneck", source + "ResNet", resnet.ResNet(bottleneck, [1, 2, 1, 1], num_classes=7), 72)
    run("tv_resnet_wide", source + "ResNet", resnet.ResNet(bottleneck, [1, 1, 1, 1], num_classes=7, width_per_group=128), 64)
    run("tv_resnet_grouped", source + "ResNet", resnet.ResNet(bottleneck, [1, 1, 1, 1], num_classes=7, groups=32, width_per_group=4), 64)
    block = convnext.CNBlockConfig
    run("tv_convnext", source + "ConvNeXt", convnext.ConvNeXt(
        [block(8, 16, 1), block(16, 32, 2), block(32, None, 1)], num_classes=7), 36)
    run("tv_vit", source + "VisionTransformer", vision_transformer.VisionTransformer(32, 8, 2, 4, 32, 64, num_classes=7), 32)
    for name in ["resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "wide_resnet50_2", "wide_resnet101_2", "resnext50_32x4d",
                 "resnext101_32x8d", "convnext_tiny", "convnext_small", "convnext_base", "convnext_large", "vit_b_16", "vit_b_32", "vit_l_16"]:
        module = resnet if "resn" in name else convnext if "convnext" in name else vision_transformer
        keep(name, "torchvision", getattr(module, name), name in ("resnet50", "convnext_tiny", "vit_b_16"))


def timm_networks():
    from timm.models.convnext import ConvNeXt
    from timm.models.deit import VisionTransformerDistilled
    from timm.models.resnet import Bottleneck, ResNet
    from timm.models.swin_transformer import SwinTransformer
    source = "timm 1.0.29.dev0 "
    run("timm_resnet", source + "ResNet", ResNet(Bottleneck, [1, 1, 1, 1], num_classes=7), 64)
    small = dict(num_classes=7, depths=(1, 1, 2, 1), dims=(8, 16, 24, 32))
    run("timm_convnext", source + "ConvNeXt", ConvNeXt(**small), 32)
    run("timm_convnext_v2", source + "ConvNeXt", ConvNeXt(**small, use_grn=True, ls_init_value=None), 32)
    run("timm_deit_distilled", source + "VisionTransformerDistilled", VisionTransformerDistilled(
        img_size=32, patch_size=8, embed_dim=192, depth=2, num_heads=3, mlp_ratio=2, num_classes=7), 32)
    run("timm_swin", source + "SwinTransformer", SwinTransformer(
        img_size=64, patch_size=4, num_classes=7, embed_dim=16, depths=(2, 3, 2), num_heads=(2, 4, 4), window_size=4, mlp_ratio=2.5), 64)
    run("timm_swin_small_image", source + "SwinTransformer", SwinTransformer(
        img_size=32, patch_size=4, num_classes=7, embed_dim=16, depths=(2, 2), num_heads=(2, 4), window_size=8, qkv_bias=False), 32)
    import timm
    for name in ["swin_tiny_patch4_window7_224", "swin_small_patch4_window7_224", "swin_base_patch4_window7_224",
                 "swin_base_patch4_window12_384", "swin_large_patch4_window7_224", "swin_large_patch4_window12_384",
                 "deit_tiny_patch16_224", "deit_small_patch16_224", "deit_base_patch16_224", "deit_base_patch16_384",
                 "deit_tiny_distilled_patch16_224", "deit_small_distilled_patch16_224", "deit_base_distilled_patch16_224",
                 "deit_base_distilled_patch16_384", "vit_tiny_patch16_224", "vit_small_patch16_224", "vit_small_patch32_224",
                 "vit_base_patch16_224", "vit_base_patch32_224", "vit_base_patch16_384", "vit_large_patch16_224", "vit_large_patch16_384",
                 "beit_base_patch16_224", "beit_base_patch16_384", "beit_large_patch16_224", "beit_large_patch16_384",
                 "beit_large_patch16_512", "beitv2_base_patch16_224", "beitv2_large_patch16_224", "resnet50", "convnext_tiny"]:
        keep(name, "timm", lambda: timm.create_model(name), name in (
            "swin_tiny_patch4_window7_224", "deit_tiny_distilled_patch16_224", "convnext_tiny", "beit_base_patch16_224"))


class Settings:
    def __init__(self, **given):
        self.num_labels, self.use_return_dict, self.problem_type = 2, True, None
        self.output_attentions = self.output_hidden_states = False
        self.chunk_size_feed_forward, self.encoder_stride, self.out_features = 0, 32, None
        self.__dict__.update(given)


class Pretrained(nn.Module):
    def __init__(self, config, *_, **__):
        super().__init__()
        self.config = config

    def post_init(self):
        pass

    def get_head_mask(self, mask, layers):
        return [None] * layers


def stand_ins(path):
    """The packages of transformers, empty but for what the modeling files import."""
    def module(name, **contents):
        made = types.ModuleType(name)
        made.__dict__.update(contents)
        sys.modules[name] = made
        return made

    fields = ["logits", "last_hidden_state", "pooler_output", "hidden_states", "attentions", "loss"]

    def outputs_of(*names):
        def pick(self, i):
            return [value for value in self.__dict__.values() if value is not None][i]
        return {name: dataclasses.make_dataclass(name, [(field, object, None) for field in fields], namespace={"__getitem__": pick})
                for name in names}

    def decorator(*_, **__):
        return lambda function: function

    class Logger:
        def __getattr__(self, _):
            return lambda *_, **__: None

    module("torch_mlu")
    module("transformers").__path__ = [path + "/transformers"]
    module("transformers.models").__path__ = [path + "/transformers/models"]
    module("transformers.activations", ACT2FN={"gelu": nn.functional.gelu, "relu": nn.ReLU()})
    module("transformers.modeling_outputs", **outputs_of(
        "BaseModelOutput", "BaseModelOutputWithPooling", "BaseModelOutputWithNoAttention", "BaseModelOutputWithPoolingAndNoAttention",
        "BackboneOutput", "ImageClassifierOutput", "ImageClassifierOutputWithNoAttention", "MaskedLMOutput", "MaskedImageModelingOutput",
        "SemanticSegmenterOutput"))
    module("transformers.modeling_utils", PreTrainedModel=Pretrained, BackboneMixin=object)
    module("transformers.pytorch_utils", find_pruneable_heads_and_indices=None, prune_linear_layer=None,
           meshgrid=lambda tensors, indexing=None: torch.meshgrid(*tensors, indexing=indexing))
    module("transformers.configuration_utils", PretrainedConfig=Settings)
    logging = module("transformers.utils.logging", get_logger=lambda *_: Logger())
    from collections import OrderedDict

    class ModelOutput(OrderedDict):
        def __getitem__(self, i):
            return self.to_tuple()[i] if isinstance(i, int) else super().__getitem__(i)

        def __post_init__(self):
            pass

        def to_tuple(self):
            return tuple(value for value in self.__dict__.values() if value is not None)

    module("transformers.utils", logging=logging, ModelOutput=ModelOutput, add_code_sample_docstrings=decorator,
           add_start_docstrings=decorator, add_start_docstrings_to_model_forward=decorator, replace_return_docstrings=decorator)


def transformers_networks():
    stand_ins(sys.argv[2])

    def hugging_face(kind, classes):
        package = types.ModuleType(f"transformers.models.{kind}")
        package.__path__ = [f"{sys.argv[2]}/transformers/models/{kind}"]
        sys.modules[package.__name__] = package
        names = [name for name in classes]
        configuration = types.ModuleType(f"transformers.models.{kind}.configuration_{kind}")
        configuration.__getattr__ = lambda _: Settings
        sys.modules[configuration.__name__] = configuration
        loaded = importlib.import_module(f"transformers.models.{kind}.modeling_{kind}")
        return [getattr(loaded, name) for name in names]

    source = "transformers 4.27.1 "
    dropouts = dict(hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, drop_path_rate=0.0, initializer_range=0.02)
    vit = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48, hidden_act="gelu", layer_norm_eps=1e-3,
               image_size=32, patch_size=8, num_channels=3, qkv_bias=True)

    def go(name, cls, kind, side, config):
        model = cls(Settings(**config, **dropouts, num_labels=5))
        run(name, source + cls.__name__, model, side, dict(config, model_type=kind, architectures=[cls.__name__],
            id2label={str(i): f"class {i}" for i in range(5)}), channels=config.get("num_channels", 3))
        return model

    [ViT] = hugging_face("vit", ["ViTForImageClassification"])
    go("hf_vit", ViT, "vit", 32, vit)
    go("hf_vit_grey", ViT, "vit", 32, dict(vit, num_channels=1, qkv_bias=False))
    [Deit, Teacher] = hugging_face("deit", ["DeiTForImageClassification", "DeiTForImageClassificationWithTeacher"])
    go("hf_deit", Deit, "deit", 32, vit)
    go("hf_deit_teacher", Teacher, "deit", 32, vit)
    [Beit] = hugging_face("beit", ["BeitForImageClassification"])
    beit = {key: value for key, value in vit.items() if key != "qkv_bias"}
    go("hf_beit", Beit, "beit", 32, dict(
        beit, use_mask_token=True, use_absolute_position_embeddings=False, use_relative_position_bias=True,
        use_shared_relative_position_bias=False, layer_scale_init_value=0.1, use_mean_pooling=True))
    go("hf_beit_other", Beit, "beit", 32, dict(
        beit, use_mask_token=False, use_absolute_position_embeddings=True, use_relative_position_bias=False,
        use_shared_relative_position_bias=True, layer_scale_init_value=0, use_mean_pooling=False))
    [ResNet] = hugging_face("resnet", ["ResNetForImageClassification"])
    resnet = dict(num_channels=3, embedding_size=8, hidden_sizes=[16, 32, 48, 64], depths=[1, 2, 1, 1], layer_type="bottleneck",
                  hidden_act="relu", downsample_in_first_stage=False)
    go("hf_resnet", ResNet, "resnet", 64, resnet)
    go("hf_resnet_basic", ResNet, "resnet", 64, dict(resnet, layer_type="basic", downsample_in_first_stage=True))
    # downsample_in_bottleneck came later: it moves the stride from the second convolution to the first.
    early = ResNet(Settings(**resnet, num_labels=5))
    for stage in early.resnet.encoder.stages[1:]:
        first, second = [layer.convolution for layer in stage.layers[0].layer[:2]]
        first.stride, second.stride = second.stride, first.stride
    run("hf_resnet_early", source + "ResNetForImageClassification, strides moved", early, 64, dict(
        resnet, downsample_in_bottleneck=True, model_type="resnet", architectures=["ResNetForImageClassification"], num_labels=5))
    convnext = dict(num_channels=3, patch_size=4, num_stages=3, hidden_sizes=[8, 16, 24], depths=[1, 2, 1], hidden_act="gelu",
                    layer_norm_eps=1e-3, layer_scale_init_value=1e-6, image_size=32)
    [ConvNext] = hugging_face("convnext", ["ConvNextForImageClassification"])
    save(go("hf_convnext", ConvNext, "convnext", 32, convnext).state_dict())
    [ConvNextV2] = hugging_face("convnextv2", ["ConvNextV2ForImageClassification"])
    go("hf_convnextv2", ConvNextV2, "convnextv2", 32, {k: v for k, v in convnext.items() if k != "layer_scale_init_value"})
    [Swin] = hugging_face("swin", ["SwinForImageClassification"])
    # 14 tokens a side in windows of 4: padding, shifts, and an odd side to halve.
    swin = dict(image_size=56, patch_size=4, num_channels=3, embed_dim=16, depths=[2, 2, 2], num_heads=[2, 4, 4], window_size=4, mlp_ratio=2.5,
                qkv_bias=True, hidden_act="gelu", use_absolute_embeddings=False, layer_norm_eps=1e-3)
    go("hf_swin", Swin, "swin", 56, swin)
    tiny = dict(swin, image_size=224, embed_dim=96, depths=[2, 2, 6, 2], num_heads=[3, 6, 12, 24], window_size=7, mlp_ratio=4.0)
    keep("swin_tiny", "transformers", lambda: Swin(Settings(**tiny, **dropouts, num_labels=1000)), True)


def save(weights):
    """The files that transformers wrote before safetensors: whole, and in two shards with an index."""
    os.makedirs("hub", exist_ok=True)
    torch.save(weights, "hub/pytorch_model.bin")
    names, shards = list(weights), {}
    for i, part in enumerate([names[:7], names[7:]], 1):
        shard = f"pytorch_model-{i:05}-of-00002.bin"
        torch.save({name: weights[name].clone() for name in part}, f"hub/{shard}")
        shards.update({name: shard for name in part})
    with open("hub/pytorch_model.bin.index.json", "w") as file:
        json.dump({"metadata": {"total_size": 4 * sum(entry.numel() for entry in weights.values())}, "weight_map": shards}, file)
        file.write("\n")


def bare(build):
    """A network whose weights are left as memory has them: of full ones, only names and sizes are kept."""
    places = [(nn.init, name) for name in dir(nn.init) if name.endswith("_") and not name.startswith("_")]
    places += [(torch.Tensor, name) for name in ("normal_", "uniform_", "erfinv_", "clamp_")]
    kept = [(place, name, getattr(place, name)) for place, name in places]
    for place, name in places:
        setattr(place, name, lambda entry, *_, **__: entry)
    try:
        return build()
    finally:
        for place, name, function in kept:
            setattr(place, name, function)


def keep(name, library, build, keys):
    model = bare(build)
    full[f"{library}/{name}"] = {"parameters": sum(p.numel() for p in model.parameters()), "entries": listed(model) if keys else None}
    print(library, name, full[f"{library}/{name}"]["parameters"])


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


def lines(values):
    return "{\n" + ",\n".join(f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}" for key, value in values.items()) + "\n}\n"


torchvision_networks()
transformers_networks()
timm_networks()
write("networks_hub.safetensors")
for path, values in [("networks_hub.json", told), ("networks_hub.keys.json", full)]:
    with open(path, "w") as file:
        file.write(lines(values))
for name, output in outputs.items():
    print(name, tuple(output.shape), float(output.norm()))
