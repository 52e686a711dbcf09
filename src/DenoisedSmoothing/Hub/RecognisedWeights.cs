using System.Globalization;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Hub;

/// <summary>Weights of a classifier whose family and shape were recognised by their names and shapes.</summary>
/// <param name="Family">ViT, DeiT, BEiT, ResNet, ConvNeXt or Swin.</param>
/// <param name="Naming">Whose names they have: Hugging Face, timm, torchvision, or torchvision or timm.</param>
/// <param name="Weights">The weights, under the names of this library's network.</param>
/// <param name="Options">The network's options, as far as shapes tell them: see <see cref="ShapesOf"/>.</param>
internal sealed record RecognisedWeights(string Family, string Naming, ITensorSource Weights, object Options)
{
    public const string HuggingFace = "Hugging Face", Timm = "timm", TorchVision = "torchvision", Either = "torchvision or timm";

    // What identifies a family and whose names it uses.
    private static readonly (string Telling, string Family, string Naming)[] s_known =
    [
        ("vit.embeddings.cls_token", "ViT", HuggingFace),
        ("deit.embeddings.cls_token", "DeiT", HuggingFace),
        ("beit.embeddings.cls_token", "BEiT", HuggingFace),
        ("resnet.embedder.embedder.convolution.weight", "ResNet", HuggingFace),
        ("convnext.embeddings.patch_embeddings.weight", "ConvNeXt", HuggingFace),
        ("convnextv2.embeddings.patch_embeddings.weight", "ConvNeXt", HuggingFace),
        ("swin.embeddings.patch_embeddings.projection.weight", "Swin", HuggingFace),
        ("conv_proj.weight", "ViT", TorchVision),
        ("features.1.0.layer_scale", "ConvNeXt", TorchVision),
        ("stages.0.blocks.0.conv_dw.weight", "ConvNeXt", Timm),
        ("layers.0.blocks.0.attn.relative_position_bias_table", "Swin", Timm),
        ("blocks.0.attn.relative_position_bias_table", "BEiT", Timm),
        ("rel_pos_bias.relative_position_bias_table", "BEiT", Timm),
        ("dist_token", "DeiT", Timm),
        ("blocks.0.attn.qkv.weight", "ViT", Timm),
    ];

    /// <summary>Recognises weights.</summary>
    /// <returns>Null where they belong to none of these families.</returns>
    /// <exception cref="CheckpointException">They do, but an entry is missing or misshapen.</exception>
    public static RecognisedWeights? Of(ITensorSource source)
    {
        Dictionary<string, TensorEntry> entries = source.Entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        (_, string? family, string? naming) = Array.Find(s_known, known => entries.ContainsKey(known.Telling));
        if (family is null && IsResNet(entries))
            (family, naming) = ("ResNet", Either);
        if (family is null)
            return null;
        ITensorSource native = Native(family, source);
        WeightShapes shapes = new(native);
        object options = family switch
        {
            "ResNet" => ShapesOf.ResNet(shapes),
            "ConvNeXt" => ShapesOf.ConvNext(shapes),
            "Swin" => ShapesOf.Swin(shapes),
            "BEiT" => ShapesOf.Beit(shapes),
            _ => ShapesOf.VisionTransformer(shapes),
        };
        return new RecognisedWeights(family, naming!, native, options);
    }

    /// <summary>Weights under the names of a network of this library, whatever names they had.</summary>
    /// <param name="network">What they are to be loaded into.</param>
    /// <param name="source">The weights; left open.</param>
    public static ITensorSource Native(nn.Module network, ITensorSource source) => network switch
    {
        ResNet => ResNetNames.Native(source),
        ConvNext => ConvNextNames.Native(source),
        SwinTransformer => SwinNames.Native(source),
        Beit => BeitNames.Native(source),
        VisionTransformer => VisionTransformerNames.Native(source),
        _ => source,
    };

    /// <summary>Makes the network, with the weights, on a device.</summary>
    /// <param name="options">The network's options, complete.</param>
    /// <param name="weights">Under the network's names.</param>
    /// <param name="device">Where to compute.</param>
    /// <exception cref="CheckpointException">The weights are not exactly the network's.</exception>
    public static nn.Module<Tensor, Tensor> Load(object options, ITensorSource weights, Device device)
    {
        // A network is made before weights are compared with it, so what shapes merely claim must not cost memory.
        Int128 wanted = PhotoNetworks.ParameterCount(options), there = new WeightShapes(weights).Elements;
        if (wanted > there)
        {
            throw CheckpointException.In(weights.Name, string.Create(CultureInfo.InvariantCulture,
                $"its first layers are those of a network of {wanted} parameters, and it has {there}"));
        }

        nn.Module<Tensor, Tensor> network = PhotoNetworks.Create(options);
        try
        {
            StateDict.Load(network, weights);
            network.to(device);
            network.eval();
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static ITensorSource Native(string family, ITensorSource source) => family switch
    {
        "ResNet" => ResNetNames.Native(source),
        "ConvNeXt" => ConvNextNames.Native(source),
        "Swin" => SwinNames.Native(source),
        "BEiT" => BeitNames.Native(source),
        _ => VisionTransformerNames.Native(source),
    };

    // The 7x7 convolution and the fourth stage: the small ResNets for CIFAR have neither.
    private static bool IsResNet(Dictionary<string, TensorEntry> entries) =>
        entries.TryGetValue("conv1.weight", out TensorEntry? first) && first.Shape.Count == 4 && first.Shape[2] == 7
        && entries.ContainsKey("layer4.0.conv1.weight") && entries.ContainsKey("fc.weight");
}
