using DenoisedSmoothing.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Hub;

/// <summary>What the options of the networks for photos have in common.</summary>
internal static class PhotoNetworks
{
    /// <summary>Makes the network with random weights.</summary>
    public static nn.Module<Tensor, Tensor> Create(object options) => options switch
    {
        ResNetOptions its => new ResNet(its),
        ConvNextOptions its => new ConvNext(its),
        SwinOptions its => new SwinTransformer(its),
        BeitOptions its => new Beit(its),
        _ => new VisionTransformer((VisionTransformerOptions)options),
    };

    /// <summary>The same network for another number of classes.</summary>
    public static object WithClasses(object options, int classes) => options switch
    {
        ResNetOptions its => its with { ClassCount = classes },
        ConvNextOptions its => its with { ClassCount = classes },
        SwinOptions its => its with { ClassCount = classes },
        BeitOptions its => its with { ClassCount = classes },
        _ => (VisionTransformerOptions)options with { ClassCount = classes },
    };

    /// <summary>Classes, K.</summary>
    public static int ClassCount(object options) => options switch
    {
        ResNetOptions its => its.ClassCount,
        ConvNextOptions its => its.ClassCount,
        SwinOptions its => its.ClassCount,
        BeitOptions its => its.ClassCount,
        _ => ((VisionTransformerOptions)options).ClassCount,
    };

    /// <summary>Channels of the image, C.</summary>
    public static int Channels(object options) => options switch
    {
        ResNetOptions its => its.InChannels,
        ConvNextOptions its => its.InChannels,
        SwinOptions its => its.InChannels,
        BeitOptions its => its.InChannels,
        _ => ((VisionTransformerOptions)options).Channels,
    };

    /// <summary>The only height and width that the network takes; null where it takes others too.</summary>
    public static int? ImageSize(object options) => options switch
    {
        SwinOptions its => its.ImageSize,
        BeitOptions its => its.ImageSize,
        VisionTransformerOptions its => its.ImageSize,
        _ => null,
    };

    /// <summary>How many parameters the network has, without making it.</summary>
    public static Int128 ParameterCount(object options) => options switch
    {
        ResNetOptions its => its.ParameterCount,
        ConvNextOptions its => its.ParameterCount,
        SwinOptions its => its.ParameterCount,
        BeitOptions its => its.ParameterCount,
        _ => ((VisionTransformerOptions)options).ParameterCount,
    };
}
