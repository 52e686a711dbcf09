using TorchSharp;

namespace DenoisedSmoothing;

/// <summary>An image and its own index in its data set.</summary>
/// <param name="Index">0 to 2^32 - 1; distinct within a call, since noise is a function of seed and index.</param>
/// <param name="Image">float32 [C,H,W] or [1,C,H,W] in [0,1]; read when its turn comes, disposed by its owner.</param>
public readonly record struct IndexedImage(long Index, torch.Tensor Image);
