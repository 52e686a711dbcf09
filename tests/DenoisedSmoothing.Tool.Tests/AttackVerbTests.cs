using System.Text.Json.Nodes;
using DenoisedSmoothing.Tool;
using DenoisedSmoothing.Training.Attacks;

namespace DenoisedSmoothing.Tool.Tests;

/// <summary>The verb attack: a run on the bundled pair, and what it makes of trials.</summary>
public sealed class AttackVerbTests : IDisposable
{
    private static readonly string[] s_small =
        ["attack", "--sigma", "0.5", "--n0", "5", "--n", "20", "--batch", "5", "--judge-votes", "60", "--attack-draws", "2",
            "--attack-steps", "1", "--seed", "1"];

    private readonly string _folder = Directory.CreateTempSubdirectory("dds-attack-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Attack_logs_draws_and_resumes()
    {
        string log = At("a.jsonl");
        string[] arguments = [.. s_small, "--attacks", "pgd,search", "--beyond", "0.1,3", "--max", "2", "--out", log, "--resume"];

        (int exit, string output, string error) = await Dds.RunAsync([.. arguments, "--plot", At("a.png")]);

        exit.Should().Be(0, error);
        output.Should().Contain("No answer changed in 4 attacks").And.MatchRegex(@"pgd +2 ").And.Contain("under pgd");
        File.ReadAllBytes(At("a.png")).AsSpan(0, 4).ToArray().Should().Equal(0x89, (byte)'P', (byte)'N', (byte)'G');
        string[] lines = File.ReadAllLines(log);
        lines.Should().HaveCount(3, "the settings and two images");
        JsonNode first = JsonNode.Parse(lines[1])!;
        first["inside"]!.AsArray().Select(trial => (string)trial!["verdict"]!).Should().OnlyContain(verdict => verdict == "held");
        double radius = (double)first["certificate"]!["radius"]!;
        first["inside"]![0]!["distance"]!.GetValue<double>().Should().BeInRange(.99 * radius, radius);
        first["beyond"]!.AsArray().Select(trial => (double)trial!["radius"]!).Should().Equal([3], "0.1 is certified");

        // Killed in the middle of the last line: the image is done again, with the same certificate and the same attack.
        File.WriteAllText(log, string.Join('\n', lines[..2]) + "\n" + lines[2][..40]);
        (exit, output, error) = await Dds.RunAsync(arguments);
        exit.Should().Be(0, error);
        string[] again = File.ReadAllLines(log);
        again[..2].Should().Equal(lines[..2]);
        JsonNode.DeepEquals(JsonNode.Parse(again[2])!["certificate"], JsonNode.Parse(lines[2])!["certificate"]).Should().BeTrue();
        (JsonNode.Parse(again[2])!["inside"]![0]!["distance"]!.GetValue<double>()).Should()
            .Be(JsonNode.Parse(lines[2])!["inside"]![0]!["distance"]!.GetValue<double>());

        (exit, _, error) = await Dds.RunAsync([.. arguments, "--judge-alpha", "1e-9"]);
        (exit, error).Should().Match<(int Exit, string Error)>(said => said.Exit == 1 && said.Error.Contains("other settings")
            && said.Error.Contains("alpha=1E-09"));
        (exit, _, error) = await Dds.RunAsync(arguments[..^1]);
        (exit, error).Should().Match<(int Exit, string Error)>(said => said.Exit == 1 && said.Error.Contains("will not be overwritten"));
    }

    [Fact]
    public async Task Attack_in_l1_attacks_certificates_of_uniform_noise()
    {
        string log = At("l1.jsonl");

        (int exit, string output, string error) = await Dds.RunAsync(
            [.. s_small, "--norm", "l1", "--attacks", "low-bits", "--max", "1", "--out", log]);

        exit.Should().Be(0, error);
        output.Should().Contain("accuracy within l1");
        JsonNode image = JsonNode.Parse(File.ReadAllLines(log)[1])!;
        ((string)image["certificate"]!["norm"]!).Should().Be("l1");
        ((string)image["inside"]![0]!["norm"]!).Should().Be("l1");
    }

    [Fact]
    public async Task Attack_interrupted_says_how_to_go_on()
    {
        string log = At("stopped.jsonl");
        using DdsProcess process = DdsProcess.Start([.. s_small, "--attacks", "search", "--max", "400", "--out", log, "--resume"]);
        while (LogFiles.Count(log) < 2 && !process.HasExited)
            await Task.Delay(5);

        process.Interrupt();

        (int exit, string output, string error) = process.Finish();
        exit.Should().Be(130, "{0} {1}", output, error);
        error.Should().MatchRegex(@"Stopped\. To continue:\s+dds attack .*--out \S*stopped\.jsonl --resume");
    }

    [Fact]
    public void Conclude_of_a_contradicted_certificate_is_loud_and_has_a_code_of_its_own()
    {
        using StringWriter output = new(), error = new();

        AttackCommand.Conclude(Report(Record(0, .5, AttackVerdict.Held), Record(1, .6, AttackVerdict.Undecided)), output, error)
            .Should().Be(0);
        AttackCommand.Conclude(Report(Record(0, .5, AttackVerdict.Held), Record(1, .6, AttackVerdict.Changed)), output, error)
            .Should().Be(3);

        output.ToString().Should().Contain("No answer changed in 2 attacks");
        error.ToString().Should().Contain("CONTRADICTED: 1 of 2 attacks").And.Contain("image 1: PGD at 0.6 of 0.6 makes 3 4");
    }

    [Fact]
    public void Run_tells_each_attack_at_once_so_that_a_stop_loses_none()
    {
        using FashionMnistPair pair = FashionMnistPair.Load();
        using CancellationTokenSource source = new();
        AttackRun run = new()
        {
            Images = FashionMnistPair.TestImages(),
            Range = new() { Max = 1 },
            Replicas = [new(new DenoisedSmoothing.Classification.DenoisedClassifier(pair.Denoiser, pair.Classifier), "cpu")],
            Noise = new DenoisedSmoothing.Noise.GridGaussianNoise(.5),
            Certifier = new CohenCertifier(10, 60),
            Attacks = new AttackChoice(["search", "low-bits"], 1, 2, null, [], 1e-6, 60),
            Batch = 20,
            Seed = 1,
        };
        List<AttackRecord> told = [];

        FluentActions.Invoking(() => run.Run(_ => { }, record =>
        {
            told.Add(record);
            source.Cancel();
        }, source.Token).ToList()).Should().Throw<OperationCanceledException>();

        told.Should().ContainSingle().Which.Inside.Should().ContainSingle("the second attack was stopped");
    }

    [Fact]
    public void AfterFindings_of_a_stopped_run_tells_contradictions_and_has_their_code()
    {
        using StringWriter error = new();
        OperationCanceledException stop = new();
        IOException full = new("The disk is full.");
        AttackReport held = Report(Record(0, .5, AttackVerdict.Held)), broken = Report(Record(1, .6, AttackVerdict.Changed));

        AttackCommand.AfterFindings(stop, held, error).Should().BeSameAs(stop);
        error.ToString().Should().BeEmpty();
        AttackCommand.AfterFindings(stop, broken, error).Should().BeOfType<StoppedWithFindingsException>().Which.ExitCode.Should().Be(3);
        error.ToString().Should().Contain("CONTRADICTED: 1 of 1").And.Contain("image 1: PGD");
        error.GetStringBuilder().Clear();
        AttackCommand.AfterFindings(full, broken, error).Should().BeSameAs(full);
        error.ToString().Should().Contain("CONTRADICTED: 1 of 1");
    }

    [Fact]
    public void Report_counts_what_is_certified_and_what_stands()
    {
        AttackReport report = Report(
            Record(0, .5, AttackVerdict.Held, (1, AttackVerdict.Held), (2, AttackVerdict.Changed)),
            Record(1, .25, AttackVerdict.Held, (1, AttackVerdict.Undecided), (2, AttackVerdict.Held)),
            Record(2, .75, AttackVerdict.Held) with { Label = 7 }, // certified, and wrong
            Record(3, 0, AttackVerdict.Held)); // an abstention without a clean answer

        IReadOnlyList<AccuracyCurve> curves = report.Curves([1, 2]);

        (curves[0].At(0), curves[0].At(.25), curves[0].At(.26), curves[0].At(.51)).Should().Be((.5, .5, .25, 0));
        (curves[1].At(0), curves[1].At(1), curves[1].At(2), curves[1].At(2.1)).Should().Be((.5, .5, .5, .25));
        (curves[1].EndsAt, report.Trials).Should().Be((2.0, 3));
        report.Curves([]).Should().ContainSingle();
    }

    private static AttackReport Report(params AttackRecord[] records) => new(records, ["pgd"], Norm.L2);

    private static AttackRecord Record(
        int index, double radius, AttackVerdict verdict, params (double Radius, AttackVerdict Verdict)[] beyond)
    {
        Certificate certificate = new()
        {
            Label = radius > 0 ? 3 : null,
            Radius = radius,
            SelectedLabel = 3,
            PALower = .9,
            PBUpper = .1,
            SelectionVotes = new VoteCounts(0, 0, 0, 1, 0),
            EstimationVotes = new VoteCounts(0, 0, 0, 10, 0),
            Alpha = .001,
            Sigma = .5,
            Method = new CertificationMethod("test"),
        };
        return new AttackRecord(index, 3, 1, certificate, radius > 0 ? [Outcome(radius, verdict)] : [],
            [.. beyond.Select(trial => Outcome(trial.Radius, trial.Verdict))]);

        AttackOutcome Outcome(double within, AttackVerdict seen) => new()
        {
            Attack = "PGD",
            ImageIndex = index,
            Label = 3,
            Norm = Norm.L2,
            Radius = within,
            Distance = within,
            Verdict = seen,
            Votes = 10,
            Answer = new Prediction
            {
                Label = seen == AttackVerdict.Changed ? 4 : 3,
                TopLabel = 3,
                RunnerUpLabel = 4,
                Votes = new VoteCounts(0, 0, 0, 10, 0),
                PValue = 1e-7,
                Alpha = 1e-6,
                Method = new CertificationMethod("test"),
            },
        };
    }

    private string At(string name) => Path.Combine(_folder, name);
}
