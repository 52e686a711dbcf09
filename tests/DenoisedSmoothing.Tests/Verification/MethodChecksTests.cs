using DenoisedSmoothing.Verification;

namespace DenoisedSmoothing.Tests.Verification;

public class MethodChecksTests
{
    private static readonly NoiseLaw Law = NoiseLaw.Of("gaussian sigma=0.5", .5)!;

    [Fact]
    public void Of_keeps_those_that_were_used_last_within_the_bound()
    {
        long each = BytesOf(Cohen(1000));
        MethodChecks checks = new(mostBytes: 3 * each);
        MethodCheck first = Of(checks, Cohen(1000)), second = Of(checks, Cohen(1001)), third = Of(checks, Cohen(1002));
        (checks.Count, checks.Bytes).Should().Be((3, 3 * each));
        Of(checks, Cohen(1000)).Should().BeSameAs(first, "it was used again, so that the second is the oldest");

        Of(checks, Cohen(1003));

        checks.Count.Should().Be(3);
        Of(checks, Cohen(1000)).Should().BeSameAs(first);
        Of(checks, Cohen(1002)).Should().BeSameAs(third);
        Of(checks, Cohen(1001)).Should().NotBeSameAs(second, "it was let go of");
        checks.Bytes.Should().Be(3 * each);
    }

    [Fact]
    public void Of_never_holds_more_than_the_bound_whatever_is_asked()
    {
        const long most = 100_000;
        MethodChecks checks = new(most);
        for (int n = 1; n <= 2000; n++)
        {
            Of(checks, Cohen(n)).Should().NotBeNull();
            checks.Bytes.Should().BeLessThanOrEqualTo(most);
        }

        checks.Count.Should().BeInRange(50, 500);
        string radii = string.Join(',', Enumerable.Range(1, 200).Select(i => FormattableString.Invariant($"{i / 200.0}")));
        Of(checks, $"sequential radii={radii} budget=10000").Should().NotBeNull();
        checks.Bytes.Should().BeLessThanOrEqualTo(most, "one that is larger than the bound is used and not kept");
    }

    [Fact]
    public void Bytes_tell_large_methods_from_small_ones()
    {
        string radii = string.Join(',', Enumerable.Range(1, 100).Select(i => FormattableString.Invariant($"{i / 100.0}")));

        BytesOf($"sequential radii={radii} budget=10000").Should().BeGreaterThan(30 * BytesOf(Cohen(1000)));
        BytesOf($"cohen n0={new string('0', 5000)}1 n=10 alpha=0.05").Should().BeGreaterThan(20 * BytesOf(Cohen(1000)), "the text is kept");
    }

    [Fact]
    public void Of_keeps_nothing_that_cannot_be_made()
    {
        MethodChecks checks = new(1 << 20);
        for (int tries = 0; tries < 2; tries++)
            checks.Invoking(its => Of(its, "cohen n0=1 n=1 alpha=7")).Should().Throw<ArgumentException>();
        (checks.Count, checks.Bytes).Should().Be((0, 0));
    }

    [Fact]
    public void Of_many_callers_at_once_share_one_check_and_the_bound()
    {
        long each = BytesOf(Cohen(1000));
        MethodChecks checks = new(mostBytes: 5 * each);
        System.Collections.Concurrent.ConcurrentBag<MethodCheck> made = [];
        Parallel.For(0, 64, new() { MaxDegreeOfParallelism = 8 }, _ => made.Add(Of(checks, "sequential radii=0 budget=2000")));
        made.Should().HaveCount(64).And.NotContainNulls();

        MethodChecks roomy = new(1 << 24);
        made.Clear();
        Parallel.For(0, 64, new() { MaxDegreeOfParallelism = 8 }, _ => made.Add(Of(roomy, "sequential radii=0 budget=2000")));
        made.Distinct().Should().HaveCount(1);
        Parallel.For(0, 2000, new() { MaxDegreeOfParallelism = 8 }, i => Of(checks, Cohen(1000 + i % 50)));
        (checks.Count, checks.Bytes).Should().Be((5, 5 * each));
    }

    private static string Cohen(int n) => FormattableString.Invariant($"cohen n0=10 n={n:D4} alpha=0.05");

    private static MethodCheck Of(MethodChecks checks, string method) => checks.Of(CertificationMethod.Parse(method), null, Law)!;

    private static long BytesOf(string method)
    {
        MethodChecks checks = new(long.MaxValue);
        Of(checks, method);
        return checks.Bytes;
    }
}
