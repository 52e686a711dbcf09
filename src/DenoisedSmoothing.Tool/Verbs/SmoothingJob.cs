using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Tool;

/// <summary>What certify and predict are asked to do.</summary>
internal sealed record SmoothingJob
{
    public required CertificationLogKind Kind { get; init; }

    public required ModelChoice Models { get; init; }

    public required DataChoice Data { get; init; }

    public required StrategyChoice Strategy { get; init; }

    public required ICertifier Certifier { get; init; }

    public required double Alpha { get; init; }

    public required double Sigma { get; init; }

    public required int Batch { get; init; }

    public ulong? Seed { get; init; }

    public string? Out { get; init; }

    public bool Resume { get; init; }
}
