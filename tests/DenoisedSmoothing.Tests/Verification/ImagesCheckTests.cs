using DenoisedSmoothing.Data;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Verification;

namespace DenoisedSmoothing.Tests.Verification;

public sealed class ImagesCheckTests
{
    private const int Images = 200;

    public static TheoryData<int, int, int?, int, int> Ranges => new()
    {
        { 0, 1, null, 1, 1 }, { 0, 20, 5, 1, 1 }, { 7, 3, null, 1, 1 }, { 7, 3, 50, 2, 4 }, { 0, 20, null, 3, 3 }, { 0, 1, 1, 1, 1 },
        { 199, 9, null, 1, 1 }, { 0, 1, 3, 3, 4 },
    };

    [Theory]
    [MemberData(nameof(Ranges))]
    public void Check_takes_the_images_of_the_run_and_misses_any_that_is_left_out(int start, int skip, int? max, int shard, int shards)
    {
        int[] indices = [.. new DatasetRange { Start = start, Skip = skip, Max = max, Shard = shard, Shards = shards }.Indices(Images)];
        CertificationLogMeta meta = Meta($"start={start} skip={skip} max={max?.ToString() ?? "all"} corrupt=stop", indices.Length,
            shards > 1 ? $"{shard}/{shards}" : null);

        Found(meta, indices, ended: true).Should().BeEmpty();
        ImagesCheck.Of(meta)!.Left.Should().Be(indices.Length);
        foreach (int left in indices)
        {
            Found(meta, [.. indices.Where(index => index != left)], ended: true).Should().ContainSingle().Which.Should()
                .Match<LogFinding>(finding => finding.Index == left && finding.Finding.Severity == VerificationSeverity.Overstated);
            Found(meta, [.. indices.Where(index => index < left)], ended: false).Should().BeEmpty("it may still be in work");
        }

        foreach (int other in Enumerable.Range(0, Images).Except(indices))
        {
            Found(meta, [.. indices.Append(other).Order()], ended: true).Should().ContainSingle().Which.Should()
                .Match<LogFinding>(finding => finding.Index == other && finding.Finding.Severity == VerificationSeverity.Different);
        }
    }

    [Fact]
    public void Check_says_how_many_were_left_out_and_what_comes_twice()
    {
        CertificationLogMeta meta = Meta("start=0 skip=20 max=500 corrupt=skip", 10);

        Found(meta, [0, 80, 100, 80], ended: false).Select(static finding => finding.ToString()).Should().Equal(
            "image 20: index: the settings include it, and all 3 up to image 60 are left out",
            "image 80: index: it comes after image 100");
        Found(meta, [0, 20], ended: true).Select(static finding => finding.ToString()).Should().Equal(
            "image 40: index: the settings include it, and all 8 up to image 180 are left out");
        ImagesCheck check = ImagesCheck.Of(meta)!;
        _ = check.Check(0);
        check.Left.Should().Be(9);
    }

    /// <summary>The number of images is not part of the fingerprint, and the most of them is.</summary>
    [Fact]
    public void Of_takes_no_more_images_than_the_settings_allow() =>
        ImagesCheck.Of(Meta("start=0 skip=1 max=5 corrupt=stop", 1000))!.Left.Should().Be(5);

    [Theory]
    [InlineData("start=0 skip=0 max=all")]
    [InlineData("start=-1 skip=1 max=all")]
    [InlineData("start=0,5 skip=1 max=all")]
    [InlineData("every other one")]
    public void Of_leaves_alone_what_settings_do_not_say(string images)
    {
        ImagesCheck.Of(Meta(images, 10)).Should().BeNull();
        ImagesCheck.Of(null).Should().BeNull();
        CertificationLogMeta good = Meta("start=0 skip=1 max=all corrupt=stop", 10);
        ImagesCheck.Of(good).Should().NotBeNull();
        ImagesCheck.Of(good with { Schema = 1 }).Should().BeNull("it does not note what was passed over");
        ImagesCheck.Of(good with { Rows = null }).Should().BeNull("parts of a run leave images out");
        ImagesCheck.Of(good with { Shard = "5/4" }).Should().BeNull();
        ImagesCheck.Of(good with { Settings = new Dictionary<string, string>() }).Should().BeNull();
    }

    private static CertificationLogMeta Meta(string images, long rows, string? shard = null) => new()
    {
        Kind = CertificationLogKind.Certify,
        Settings = new Dictionary<string, string> { [CertificationLogMeta.ImagesSetting] = images },
        Rows = rows,
        Shard = shard,
    };

    private static LogFinding[] Found(CertificationLogMeta meta, int[] indices, bool ended)
    {
        ImagesCheck check = ImagesCheck.Of(meta)!;
        return [.. indices.SelectMany(index => check.Check(index)), .. ended ? check.CheckEnd() : []];
    }
}
