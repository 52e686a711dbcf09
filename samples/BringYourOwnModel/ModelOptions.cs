using DenoisedSmoothing;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;

namespace BringYourOwnModel;

internal sealed record ModelOptions
{
    public required string Classifier { get; init; }

    public string? ClassifierNetwork { get; init; }

    public int? Classes { get; init; }

    public Normalization? Normalization { get; init; }

    public int? Resize { get; init; }

    public string? Denoiser { get; init; }

    public string? DenoiserNetwork { get; init; }

    public required INoiseSchedule Schedule { get; init; }

    public Parametrization Predicts { get; init; }

    public double TimestepScale { get; init; }

    public string? Images { get; init; }

    public bool Grey { get; init; }

    public int First { get; init; }

    public double Sigma { get; init; }

    public int N { get; init; }

    public int Batch { get; init; }

    public ulong Seed { get; init; }

    public required string Device { get; init; }
}
