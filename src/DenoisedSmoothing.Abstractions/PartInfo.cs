using System.Runtime.CompilerServices;
using TorchSharp;

namespace DenoisedSmoothing;

/// <summary>What a part of a base classifier is: which function, in which arithmetic, up to how much noise, for which images.</summary>
public sealed record PartInfo
{
    /// <summary>Occurs in the names of parts that are told apart within this process only.</summary>
    internal const string ThisProcessOnly = "this process only";

    private const int HashDigits = 32;
    private static readonly ConditionalWeakTable<object, string> UnnamedParts = [];
    private static readonly string ProcessName = Guid.NewGuid().ToString("N")[..8];
    private static int _unnamedCount;

    /// <summary>A part whose name never changes.</summary>
    /// <param name="fingerprint">See <see cref="Fingerprint"/>.</param>
    public PartInfo(string fingerprint)
        : this(() => fingerprint) => ArgumentException.ThrowIfNullOrEmpty(fingerprint);

    /// <summary>A part that is named on demand, for instance by its weights.</summary>
    /// <param name="fingerprint">Makes the name from the present state: see <see cref="Fingerprint"/>. Must be safe for concurrent
    /// use.</param>
    public PartInfo(Func<string> fingerprint)
    {
        ArgumentNullException.ThrowIfNull(fingerprint);
        Name = fingerprint;
    }

    /// <summary>
    /// A short text for exactly this function: kind, settings and a hash of the weights. It is part of every certificate, which holds for
    /// the certified function only. A module of your own is named by its name and weights: two architectures that share both need names
    /// (<c>GetName()</c>) of their own. A part that does not say what it is gets a name that holds within this process only, and the text
    /// says so.
    /// </summary>
    /// <value>Made on every call, since weights may change: it may read all of them.</value>
    public string Fingerprint => Name();

    /// <summary>The arithmetic of the forward pass.</summary>
    /// <value>float32 unless set.</value>
    public string Precision { get; init; } = "float32";

    /// <summary>The largest sigma, in [0,1] pixel space, that the part can handle; a larger one is refused before any work.</summary>
    /// <value>Infinite unless set.</value>
    public double LargestSigma { get; init; } = double.PositiveInfinity;

    /// <summary>The images that the part takes; others are refused before any work.</summary>
    /// <value>Null unless set: not known.</value>
    public InputShape? InputShape { get; init; }

    private Func<string> Name { get; init; }

    /// <summary>
    /// What a part is, or several parts that work together: their names joined by +, the smallest <see cref="LargestSigma"/>, the shape
    /// that all take.
    /// </summary>
    /// <param name="parts">
    /// At least one: an <see cref="IDescribed"/>, a TorchSharp module (its name, weights and their type), an <see cref="INoiseSchedule"/>
    /// (its levels), or anything else, which is told apart from others within this process only.
    /// </param>
    /// <exception cref="ArgumentException">No part is given.</exception>
    /// <exception cref="InvalidOperationException">No image fits all parts.</exception>
    public static PartInfo Of(params ReadOnlySpan<object> parts)
    {
        if (parts.IsEmpty)
            throw new ArgumentException("There is no part to describe.", nameof(parts));
        PartInfo[] all = [.. parts.ToArray().Select(OfOne)];
        return all.Length == 1 ? all[0] : new PartInfo(() => string.Join('+', all.Select(static part => part.Fingerprint)))
        {
            Precision = string.Join('+', all.Select(static part => part.Precision).Distinct()),
            LargestSigma = all.Min(static part => part.LargestSigma),
            InputShape = all.Select(static part => part.InputShape).Aggregate(InputShape.Both),
        };
    }

    /// <summary>A part that cannot say which function it is: told apart from others within this process only.</summary>
    /// <param name="part">The part itself.</param>
    public static PartInfo Unnamed(object part)
    {
        ArgumentNullException.ThrowIfNull(part);
        return new PartInfo(UnnamedParts.GetValue(part, static unnamed =>
            $"{unnamed.GetType().Name}#{ProcessName}-{Interlocked.Increment(ref _unnamedCount)} ({ThisProcessOnly})"));
    }

    /// <summary>The same part under another name.</summary>
    /// <param name="name">Makes the name from the present one.</param>
    public PartInfo Named(Func<string, string> name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return this with { Name = () => name(Name()) };
    }

    /// <summary>The part as one that takes images of a declared shape, or of its own.</summary>
    internal PartInfo Taking(InputShape? declared) => this with { InputShape = InputShape.Both(declared, InputShape) };

    /// <summary>Whether both say the same now.</summary>
    public bool Equals(PartInfo? other) => other is not null && other.Fingerprint == Fingerprint && other.Precision == Precision
        && other.LargestSigma.Equals(LargestSigma) && Equals(other.InputShape, InputShape);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Fingerprint, Precision, LargestSigma);

    private static PartInfo OfOne(object part)
    {
        ArgumentNullException.ThrowIfNull(part);
        return part switch
        {
            IDescribed described => described.Info,
            INoiseSchedule schedule => new PartInfo(() => $"schedule T={schedule.TimestepCount}:{StateHash.Of(schedule)[..HashDigits]}"),
            torch.nn.Module module => new PartInfo(() => $"{module.GetName()}:{StateHash.Of(module)[..HashDigits]}")
            {
                Precision = PrecisionOf(module),
            },
            _ => Unnamed(part),
        };
    }

    private static string PrecisionOf(torch.nn.Module module)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        string[] types = [.. module.parameters().Where(static weight => weight.is_floating_point())
            .Select(static weight => weight.dtype.ToString().ToLowerInvariant()).Distinct().Order()];
        return types.Length == 0 ? "float32" : string.Join('+', types);
    }
}
