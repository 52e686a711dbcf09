using DenoisedSmoothing.Classification;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Tool;

/// <summary>A classifier network by name, with the preprocessing it was published with.</summary>
internal sealed record NamedClassifier(Func<int, nn.Module<Tensor, Tensor>> Create, string Normalization = "none", int? Resize = null, int Classes = 10, bool CohenPrefixes = false);
