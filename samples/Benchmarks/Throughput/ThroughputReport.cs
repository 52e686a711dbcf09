namespace DenoisedSmoothing.Benchmarks;

/// <summary>What a run of <c>throughput</c> prints, as one line of JSON.</summary>
internal sealed record ThroughputReport
{
    public required string Pair { get; init; }
    public required string Precision { get; init; }
    public required int Batch { get; init; }
    public required string Device { get; init; }
    public required int Threads { get; init; }

    /// <summary>All samples over all time, noise to votes.</summary>
    public required double SamplesPerSecond { get; init; }
    public required long Samples { get; init; }

    /// <summary>Lowest and highest of the rounds: how quiet the machine was.</summary>
    public required double[] SamplesPerSecondRange { get; init; }
    public required double GflopPerSample { get; init; }
    public required double DenoiserGflop { get; init; }
    public required double ClassifierGflop { get; init; }
    public required double GflopPerSecond { get; init; }

    /// <summary>The median of the measurements around the rounds, in the same precision.</summary>
    public required double MatrixGflopPerSecond { get; init; }
    public required double[] MatrixRange { get; init; }

    /// <summary>GFLOP/s over matrix GFLOP/s: the median of the rounds, each against the measurements before and after it.</summary>
    public required double ShareOfMatrixRate { get; init; }
    public required double DenoiseMsPerSample { get; init; }

    /// <summary>Normalisation, resizing and the network.</summary>
    public required double ClassifyMsPerSample { get; init; }

    /// <summary>The resizing alone, measured by itself; null where there is none.</summary>
    public required double? ResizeMsPerSample { get; init; }

    /// <summary>What is left: sampling, noise, counting.</summary>
    public required double OtherMsPerSample { get; init; }
    public required double OtherShare { get; init; }

    /// <summary>Making a batch's noise, measured by itself on all cores.</summary>
    public required double NoiseMsPerSample { get; init; }

    /// <summary>
    /// What the host needs to ask a card for one pass; where it is near the pass's own time, the card waits. Null on the CPU.
    /// </summary>
    public double? HostMsPerPass { get; init; }

    /// <summary>Highest resident memory of the process, networks included.</summary>
    public required double PeakMegabytes { get; init; }

    /// <summary>Share of votes that equal those of plain operations in float32 on the same noise; null where not asked for.</summary>
    public double? VoteAgreement { get; init; }
    public long? VotesCompared { get; init; }
    public required string Software { get; init; }

    /// <summary>Whether the library's own kernels could be taken, or why not.</summary>
    public required string Kernels { get; init; }
}
