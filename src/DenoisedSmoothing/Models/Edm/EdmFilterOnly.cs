using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models.Edm;

/// <summary>A convolution of no kernel: its filter alone.</summary>
internal sealed class EdmFilterOnly() : Module(nameof(EdmFilterOnly));
