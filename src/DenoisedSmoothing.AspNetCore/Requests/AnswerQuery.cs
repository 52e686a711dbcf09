namespace DenoisedSmoothing.AspNetCore;

/// <summary>What a request asks for, besides its image; all of it is fixed before the first vote.</summary>
internal sealed record AnswerQuery
{
    /// <summary>The noise; null for the model's first level.</summary>
    public double? Sigma { get; init; }

    /// <summary>The guard: answer only if certified at least this far; null for whatever the votes show.</summary>
    public double? Radius { get; init; }

    /// <summary>The allowed probability that the answer is wrong; null for the method's.</summary>
    public double? Alpha { get; init; }

    /// <summary>The most votes; null for the model's.</summary>
    public long? Votes { get; init; }

    /// <summary>The most seconds; null for the model's.</summary>
    public double? Seconds { get; init; }

    /// <summary>The noise key; null for the model's own way.</summary>
    public ulong? Seed { get; init; }
}
