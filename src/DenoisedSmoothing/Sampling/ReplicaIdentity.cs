using System.Diagnostics;
using TorchSharp;

namespace DenoisedSmoothing.Sampling;

/// <summary>
/// Which function the replicas are. It is read before the first vote of a certificate and again after the last: if both agree, that is what
/// voted.
/// </summary>
/// <remarks>One reading serves everyone who asks before it begins, so that many callers cost no more than one.</remarks>
/// <param name="replicas">At least one.</param>
/// <param name="devices">Where they compute.</param>
internal sealed class ReplicaIdentity(IReadOnlyList<IBaseClassifier> replicas, IReadOnlyList<torch.Device> devices)
{
    private readonly Lock _gate = new();
    private long _begun;
    private Reading? _last;

    /// <param name="Fingerprint">The base classifier's name.</param>
    /// <param name="Precision">Its arithmetic.</param>
    public sealed record Reading(string Fingerprint, string Precision);

    /// <summary>A reading that is not older than this call.</summary>
    /// <exception cref="InvalidOperationException">The replicas are different functions, or compute differently.</exception>
    public Reading Now()
    {
        long asked = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            if (_last is { } recent && _begun > asked)
                return recent;
            _last = null; // should this one fail
            _begun = Stopwatch.GetTimestamp();
            return _last = Read();
        }
    }

    /// <summary>Checks that the replicas have not changed.</summary>
    /// <exception cref="InvalidOperationException">They have changed.</exception>
    public void Confirm(Reading before)
    {
        Reading now = Now();
        if (now == before)
            return;
        throw new InvalidOperationException(
            "The base classifier changed while its votes were drawn, so there is no single function that a certificate could be about: "
            + $"it was {before.Fingerprint} ({before.Precision}), and is {now.Fingerprint} ({now.Precision}). Do not train or convert a "
                + $"network that certifies.");
    }

    private Reading Read()
    {
        PartInfo[] infos = [.. replicas.Select(static replica => PartInfo.Of(replica))];
        string[] names = [.. infos.Select(static info => info.Fingerprint)];
        bool named = !names.Any(static name => name.Contains(PartInfo.ThisProcessOnly, StringComparison.Ordinal));
        if (named && names.Distinct().Count() > 1)
            throw new InvalidOperationException(
                $"The base classifiers are different functions; replicas must be the same one:\n{string.Join('\n', names.Distinct())}");
        string[] precisions = [.. infos.Select(static info => info.Precision).Distinct()];
        if (precisions.Length > 1)
        {
            throw new InvalidOperationException(
                $"The replicas compute in different arithmetic ({string.Join(", ", precisions)}), so they are different functions: "
                    + $"bring them to one type.");
        }

        return new Reading(names[0], DeviceArithmetic.On(precisions[0], devices));
    }
}
