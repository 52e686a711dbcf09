using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Tool;

/// <summary>A diffusion network by name, with the schedule it was published with.</summary>
internal sealed record NamedDenoiser(Func<nn.Module<Tensor, Tensor, Tensor>> Create, string Schedule = "cosine", int Timesteps = 1000, double TimestepScale = 1, int? LastTimestep = null);
