using DenoisedSmoothing.Aces;
using DenoisedSmoothing.Experiments;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Preprocessing;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Verification;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Torch.Tests.Experiments;

public sealed class AcesRedrawRunTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aces-redraw-");

    public AcesRedrawRunTests()
    {
        using AcesSession session = AcesPairs.Run(Path, seed: 3).Open();
        session.Run().Should().HaveCount(10);
    }

    private string Path => System.IO.Path.Combine(_folder.FullName, "rows.tsv");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Run_draws_honest_rows_again_without_a_difference()
    {
        RedrawnCertificate[] drawn = [.. Redraw().Run()];

        drawn.Select(row => row.Index).Should().Equal(Enumerable.Range(0, 10).Select(index => (long)index));
        drawn.Should().OnlyContain(row => row.Findings.Count == 0 && row.Votes == 2 * 210);
    }

    [Theory]
    [InlineData("selected", true)]
    [InlineData("selected", false)]
    [InlineData("certified", true)]
    [InlineData("certified", false)]
    public void Run_finds_a_vote_that_was_moved_although_the_rest_of_the_row_follows_from_it(string part, bool selection)
    {
        AcesRow row = Row(4), forged = part == "selected"
            ? Replayed(row, Moved(row.SelectedBy!, selection), row.CertifiedBy!)
            : Replayed(row, row.SelectedBy!, Moved(row.CertifiedBy!, selection));
        forged.Should().NotBe(row);
        Replace(forged);
        LogVerification.Run(Path).Findings.Should().BeEmpty();

        Found().Should().ContainSingle().Which.Should().Match<(long, VerificationFinding)>(found => found.Item1 == 4
            && found.Item2.Severity == VerificationSeverity.Overstated
            && found.Item2.Member == part + (selection ? ".selectionVotes" : ".estimationVotes"));
    }

    [Fact]
    public void Run_finds_what_the_core_model_does_not_say_and_a_label_that_is_not_the_images()
    {
        AcesRow row = Row(3);
        row.Outcome.Should().Be(AcesOutcome.Core);
        Replace(row with { CoreLabel = 1, Answer = 1 });
        LogVerification.Run(Path).Findings.Should().BeEmpty();

        Found().Should().Equal((3L, new VerificationFinding(
            VerificationSeverity.Overstated, "core", "1 is claimed, and the core model says 0")));
        Replace(row with { Label = 0 });
        Found().Should().Equal((3L, new VerificationFinding(
            VerificationSeverity.Overstated, "label", "the true label is 0 in the log, and 1 in the data set")));
    }

    [Fact]
    public void Run_finds_votes_of_another_seed_in_either_model()
    {
        Settings(settings => settings["seed"] = "4");

        Found().Select(found => found.Finding).Should().OnlyContain(finding => finding.Severity == VerificationSeverity.Overstated)
            .And.Contain(finding => finding.Member == "selected.estimationVotes")
            .And.Contain(finding => finding.Member == "certified.estimationVotes");
    }

    [Fact]
    public void Run_models_images_and_arithmetic_of_elsewhere_cannot_be_drawn_with()
    {
        AcesRedrawRun run = Redraw();

        Unknown(run with { Selector = _ => Another() }, "selected.baseClassifier");
        Unknown(run with { Certified = _ => Another() }, "certified.baseClassifier");
        Unknown(run with { Core = new AcesPairs.Dark("other") }, "core");
        Unknown(run with { Images = new AcesPairs.Pairs(10, "other pairs", mislabelled: 3) }, "data");
        Unknown(run with { Preprocess = new ImagePreprocess().Grey() }, "preprocess");
        Settings(settings => settings["precision"] = "float16");
        Unknown(run, "selected.precision", "certified.precision");
        Settings(settings => (settings["precision"], settings["device"]) = (LibTorch.ArithmeticOn("cpu", "float32"), "cuda"));
        Unknown(run, "selected.device", "certified.device");
        Named Another() => new(new LinearClassifier([1, 1], -.5), "another");
    }

    [Fact]
    public void Run_other_votes_and_labels_of_other_software_only_differ()
    {
        Settings(settings => settings["seed"] = "4");
        foreach (string? software in (string?[])["another", null])
        {
            Notes(software);

            (long, VerificationFinding Finding)[] found = [.. Found(Redraw() with { Core = new AcesPairs.Dark("core", label: 1) })];
            found.Should().OnlyContain(its => its.Finding.Severity == VerificationSeverity.Different
                && its.Finding.Message.EndsWith("near ties may fall differently"));
            found.Select(its => its.Finding.Member).Distinct().Should().Contain(["certified.estimationVotes", "core"]);
            found[0].Finding.Message.Should().Contain(software is null ? "which their settings do not name" : "under another");
        }
    }

    [Fact]
    public void Run_a_share_picks_rows_afresh_and_at_least_one()
    {
        Enumerable.Range(0, 40).Select(_ => (Redraw() with { Share = 1e-9 }).Run().Single().Index).Distinct().Count().Should()
            .BeGreaterThan(2);
        (Redraw() with { Share = .5 }).Run().Count().Should().BeInRange(1, 10);
        FluentActions.Invoking(() => Redraw() with { Share = 0 }).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Run_stops_between_rows_and_between_batches()
    {
        using CancellationTokenSource source = new();
        int rows = 0;
        FluentActions.Invoking(() =>
        {
            foreach (RedrawnCertificate _ in Redraw().Run(source.Token))
            {
                if (++rows == 2)
                    source.Cancel();
            }
        }).Should().Throw<OperationCanceledException>();
        rows.Should().Be(2);
    }

    [Fact]
    public void Run_rows_that_do_not_say_enough_are_refused_with_advice()
    {
        Settings(settings => settings.Remove("seed"));
        Refused("*do not say 'seed'*Run dds aces again*");
        Settings(settings => (settings["seed"], settings["batch"]) = ("3", "many"));
        Refused("*do not say 'batch'*");
        Settings(settings => settings["batch"] = "16");
        Settings(settings => settings.Remove("core"));
        Refused("*do not say 'core'*");
        File.Delete(CertificationLogMeta.PathFor(Path));
        Refused("*beside it, so nothing says how its votes were drawn*");
        File.WriteAllLines(Path, File.ReadAllLines(Path).Select(line => string.Join('\t', line.Split('\t')[..12])));
        Refused("*hold no votes*Run dds aces again*");
        FluentActions.Invoking(() => Redraw().Run().ToArray()).Should().Throw<InvalidDataException>();
    }

    private void Refused(string message) =>
        FluentActions.Invoking(() => Redraw().Run().ToArray()).Should().Throw<InvalidDataException>().WithMessage(message);

    private static void Unknown(AcesRedrawRun run, params string[] members)
    {
        RedrawnCertificate drawn = run.Run().First();
        drawn.Findings.Select(finding => finding.Member).Should().Equal(members);
        drawn.Findings.Should().OnlyContain(finding => finding.Severity == VerificationSeverity.Unknown);
    }

    private IEnumerable<(long Index, VerificationFinding Finding)> Found(AcesRedrawRun? run = null) =>
        (run ?? Redraw()).Run().SelectMany(row => row.Findings.Select(finding => (row.Index, finding)));

    private AcesRow Row(long index) => AcesLog.ReadAll(Path).Single(row => row.Index == index);

    private void Replace(AcesRow row) => File.WriteAllLines(Path,
        [AcesRow.Header, .. AcesLog.ReadAll(Path).ToArray().Select(its => (its.Index == row.Index ? row : its).ToString())]);

    private void Settings(Action<Dictionary<string, string>> change) => Meta(meta =>
    {
        Dictionary<string, string> settings = new(meta.Settings);
        change(settings);
        return meta with { Settings = settings };
    });

    private void Notes(string? software) => Meta(meta => meta with
    {
        Notes = software is null ? new Dictionary<string, string>() : new() { [CertificationLogMeta.SoftwareNote] = software },
    });

    private void Meta(Func<CertificationLogMeta, CertificationLogMeta> change) =>
        change(CertificationLogMeta.Find(Path)!).Write(Path);

    private static AcesEvidence Moved(AcesEvidence evidence, bool selection)
    {
        return selection
            ? evidence with { SelectionVotes = Move(evidence.SelectionVotes) }
            : evidence with { EstimationVotes = Move(evidence.EstimationVotes) };

        // Away from the label that leads, which it goes on to.
        static VoteCounts Move(VoteCounts votes)
        {
            long[] moved = votes.AsSpan().ToArray();
            (moved[votes.Top], moved[1 - votes.Top]) = (moved[votes.Top] - 1, moved[1 - votes.Top] + 1);
            return new VoteCounts(moved);
        }
    }

    /// <summary>The row that an honest certifier makes of votes.</summary>
    private static AcesRow Replayed(AcesRow row, AcesEvidence selected, AcesEvidence certified) => AcesRow.Of(row.Index, row.Label,
        AcesCertificate.Of(Certificate(selected), Certificate(certified), row.CoreLabel), row.Selection);

    private static Certificate Certificate(AcesEvidence evidence)
    {
        IVoteTest<Certificate> test = AcesPairs.Certifier.Certify(2, new GridGaussianRule(.25, 2));
        test.Observe(evidence.SelectionVotes);
        test.Observe(evidence.EstimationVotes);
        return test.Result;
    }

    private AcesRedrawRun Redraw()
    {
        AcesCertificationRun run = AcesPairs.Run(Path, seed: null);
        return new AcesRedrawRun
        {
            RowsPath = Path,
            Images = run.Certification.Images,
            Selector = sigma => At(sigma, run.Selector),
            Certified = sigma => At(sigma, run.Certification.BaseClassifier),
            Core = run.Core,
        };

        static IBaseClassifier At(double sigma, IBaseClassifier classifier)
        {
            sigma.Should().Be(.25);
            return classifier;
        }
    }
}
