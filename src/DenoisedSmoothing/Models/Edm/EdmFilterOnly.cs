using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models.Edm;

/// <summary>A convolution without a kernel: only its filter.</summary>
internal sealed class EdmFilterOnly() : Module(nameof(EdmFilterOnly));
