using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Testing;

/// <summary>Certifiers that overstate, which every check has to find out.</summary>
internal static class Doctored
{
    /// <summary>Works at ten times the alpha that it claims.</summary>
    public static SimulatedMethod AtTenTimesAlpha(SimulatedMethod method) => method with
    {
        Create = alpha => method.Create(Math.Min(10 * alpha, .9)),
    };

    /// <summary>Claims 1.3 times the radius.</summary>
    public static SimulatedMethod WithLongerRadius(SimulatedMethod method, double factor) =>
        method with { Create = alpha => new Changed(method.Create(alpha), (test, _) => new Longer(test, factor)) };

    /// <summary>Counts the votes that picked the label for it, too.</summary>
    public static SimulatedMethod ReusingSelection(SimulatedMethod method) =>
        method with { Create = alpha => new Changed(method.Create(alpha), (test, classes) => new Reused(test, classes)) };

    private sealed class Changed(ICertifier inner, Func<IVoteTest<Certificate>, int, IVoteTest<Certificate>> change) : ICertifier
    {
        public CertificationMethod Method => inner.Method;

        public VoteRange PredictionVotes => inner.PredictionVotes;

        public VoteRange CertificationVotes => inner.CertificationVotes;

        public IReadOnlyList<string> Warnings(int classCount) => inner.Warnings(classCount);

        public IVoteTest<Prediction> Predict(int classCount) => inner.Predict(classCount);

        public IVoteTest<Certificate> Certify(int classCount, IRadiusRule rule) => change(inner.Certify(classCount, rule), classCount);
    }

    private sealed class Longer(IVoteTest<Certificate> inner, double factor) : IVoteTest<Certificate>
    {
        public VoteRequest? Next => inner.Next;

        public Certificate Result => inner.Result with { Radius = factor * inner.Result.Radius };

        public void Observe(VoteCounts votes) => inner.Observe(votes);

        public void Stop() => inner.Stop();
    }

    /// <summary>Hands the selection votes out again, as the first of the estimation votes.</summary>
    private sealed class Reused(IVoteTest<Certificate> inner, int classCount) : IVoteTest<Certificate>
    {
        private long[] _kept = new long[classCount];

        public VoteRequest? Next => inner.Next is { Phase: VotePhase.Estimation } want ? want with
        {
            Count = want.Count - Math.Min(want.Count, _kept.Sum()),
        } : inner.Next;

        public Certificate Result => inner.Result;

        public void Stop() => inner.Stop();

        public void Observe(VoteCounts votes)
        {
            if (inner.Next is { Phase: VotePhase.Selection })
            {
                inner.Observe(votes);
                _kept = votes.AsSpan().ToArray();
            }
            else
            {
                long wanted = inner.Next!.Value.Count - votes.Total;
                long[] again = new long[classCount];
                for (int label = 0; label < classCount && wanted > 0; label++)
                {
                    again[label] = Math.Min(wanted, _kept[label]);
                    _kept[label] -= again[label];
                    wanted -= again[label];
                }

                inner.Observe(votes.Add(new VoteCounts(again)));
            }
        }
    }
}
