using System.CommandLine;

namespace DenoisedSmoothing.Tool.Tests;

public class CommandLineTests
{
    [Fact]
    public async Task RunAsync_withHelp_describesTheProgram()
    {
        (int exit, string output, _) = await Dds.RunAsync("--help");

        exit.Should().Be(0);
        output.Should().Contain("denoised smoothing");
    }

    [Theory]
    [InlineData("certify")]
    [InlineData("predict")]
    [InlineData("denoise")]
    [InlineData("evaluate")]
    [InlineData("attack")]
    [InlineData("aces")]
    [InlineData("transfer")]
    [InlineData("calibrate")]
    [InlineData("sets")]
    [InlineData("train-classifier")]
    [InlineData("train-denoiser")]
    [InlineData("finetune")]
    [InlineData("plan")]
    [InlineData("analyze")]
    [InlineData("audit")]
    [InlineData("merge")]
    public async Task Help_of_every_verb_has_examples_and_exit_codes(string verb)
    {
        (int exit, string output, _) = await Dds.RunAsync(verb, "--help");

        exit.Should().Be(0);
        output.Should().Contain("Examples:").And.Contain($"  dds {verb} ").And.Contain("Exit codes:").And.MatchRegex(@"\n  0 +\w")
            .And.MatchRegex(@"\n  1 +\w");
    }

    [Theory]
    [InlineData("--n takes a whole number", "certify", "--sigma", "0.5", "--n", "1e3")]
    [InlineData("--max takes a whole number", "certify", "--sigma", "0.5", "--max", "99999999999")]
    [InlineData("--n must be from 1 to 2^36, not 9007199254740993", "certify", "--sigma", "0.5", "--n", "9007199254740993")]
    [InlineData("--sigma takes a number such as 0.25 or 1e-3, not 'a'", "audit", "x", "--sigma", "a", "--n", "1", "--alpha", "0.1")]
    [InlineData("--predicts takes Epsilon, X0 or V, not 'y'.", "certify", "--sigma", "0.5", "--predicts", "y")]
    [InlineData("--predicts takes Epsilon, X0 or V, not '1'.", "certify", "--sigma", "0.5", "--predicts", "1")]
    [InlineData("--attack takes Pgd, ", "train-classifier", "--objective", "smoothadv", "--sigma", "0.5", "--attack", "1", "--out",
        "x.safetensors")]
    [InlineData("--steps belongs to --denoiser multi-step, heun, map, langevin, vote, and one-shot would not use it", "certify", "--sigma",
        "0.5", "--steps", "5")]
    [InlineData("--votes belongs to --denoiser vote, local, and heun would not use it", "predict", "--sigma", "0.5", "--denoiser", "heun",
        "--votes", "3")]
    [InlineData("--local-sigma belongs to --denoiser local, and one-shot, vote would not", "evaluate", "--denoiser", "one-shot,vote",
        "--local-sigma", "0.25")]
    [InlineData("--level-pace belongs to --denoiser map, langevin, and one-shot would not", "denoise", "--level-pace", "0.5")]
    [InlineData("--start-below belongs to", "check", "--start-below")]
    [InlineData("--denoiser-steps belongs to", "finetune", "--sigma", "0.5", "--data", "bundled", "--split", "test", "--denoiser-steps",
        "3", "--out", "x.safetensors")]
    [InlineData("--sigma must be at least 2^-20 (9.5e-7) and below 16, not 0", "predict", "--sigma", "0")]
    [InlineData("beyond the denoiser's noisiest timestep", "certify", "--sigma", "9", "--max", "1")]
    [InlineData("for pixels of 0 to 255 divide by 255, which makes 0.502", "certify", "--sigma", "128")]
    [InlineData("for confidence 0.95 pass 0.05", "certify", "--sigma", "0.5", "--alpha", "0.95")]
    [InlineData("--alpha must be from 1E-100 to 0.5, not 1E-320", "predict", "--sigma", "0.5", "--alpha", "1e-320")]
    [InlineData("--sigma takes a number such as 0.25 or 1e-3, not '1,25'. Write a decimal point as '.'", "certify", "--sigma", "1,25")]
    [InlineData("'gpu' is not a device", "certify", "--sigma", "0.5", "--device", "gpu")]
    [InlineData("i from 1 to N", "certify", "--sigma", "0.5", "--seed", "1", "--shard", "5/4")]
    [InlineData("--shard needs --seed", "certify", "--sigma", "0.5", "--shard", "1/4")]
    [InlineData("name it with --out", "certify", "--sigma", "0.5", "--resume")]
    [InlineData("There is no file 'none.pt'", "certify", "--sigma", "0.5", "--classifier-file", "none.pt")]
    [InlineData("Either --steps or --epochs", "finetune", "--sigma", "0.5", "--data", "bundled", "--split", "test", "--steps", "1",
        "--epochs", "1", "--out", "x.safetensors")]
    [InlineData("Either --sigma or --sigma-range", "train-denoiser", "--data", "bundled", "--split", "test", "--sigma", "0.5",
        "--sigma-range", "0.1..0.2", "--out", "x.safetensors")]
    [InlineData("beyond any certificate", "plan", "--sigma", "0.5", "--radius", "9")]
    [InlineData("must name a .png", "denoise", "--out", "grid.txt")]
    [InlineData("rising", "plan", "--sigma", "0.5", "--radius", "1,0.5")]
    [InlineData("certify has no option --bogus. dds certify --help lists them.", "certify", "--sigma", "0.5", "--bogus", "7")]
    [InlineData("certify has no option --sgma. Is --sigma meant?", "certify", "--sgma", "0.5")]
    [InlineData("certify does not know what to do with '0.5': options begin with --.", "certify", "--sigma", "0.5", "0.5")]
    [InlineData("dds has no verb 'certfy'. Is certify meant?", "certfy", "--sigma", "0.5")]
    [InlineData("dds takes a verb before --sigma", "--sigma", "0.5")]
    [InlineData("--sigma is an option of certify: it comes after the verb.", "--sigma", "0.5", "certify")]
    [InlineData("--sigma is missing: it is required.", "certify")]
    [InlineData("--certifier takes cohen, multiclass, sequential, staged, bernstein, pixeldp, pixeldp-scores, lecuyer or li, not 'foo'.",
        "certify", "--sigma", "0.5",
        "--certifier", "foo")]
    [InlineData("analyze takes at least one LOG: dds analyze --help has examples.", "analyze")]
    [InlineData("--sigma takes a value, and there is none.", "certify", "--sigma")]
    public async Task RunAsync_of_wrong_options_says_what_is_wrong(string message, params string[] args)
    {
        (int exit, _, string error) = await Dds.RunAsync(args);

        exit.Should().Be(1);
        error.Should().Contain(message).And.NotContain("System.").And.NotContain("   at ").And.NotContain("Unrecognized");
    }

    [Fact]
    public void Options_of_a_strategy_each_mean_something_to_one()
    {
        Option[] options = [.. new StrategyOptions().Details];

        options.Should().NotBeEmpty();
        foreach (Option option in options)
            Strategies.Taking(option.Name).Should().NotBeEmpty(option.Name).And.BeSubsetOf(Strategies.Names, option.Name);
    }

    [Fact]
    public async Task RunAsync_of_nothing_shows_the_help()
    {
        (int exit, string output, string error) = await Dds.RunAsync();

        exit.Should().Be(0);
        output.Should().Contain("certify").And.Contain("analyze");
        error.Should().BeEmpty();
    }

    [Theory]
    [InlineData(80)]
    [InlineData(100)]
    public void Help_of_the_program_has_every_verb_once_in_one_line(int width)
    {
        using StringWriter help = new();
        RootHelp.Write(CommandLine.Root().Description!, help, width);

        string[] lines = help.ToString().ReplaceLineEndings("\n").Split('\n');
        lines.Should().OnlyContain(line => line.Length <= width).And.HaveCountLessThan(56);
        foreach (Command verb in CommandLine.Root().Subcommands)
            lines.Count(line => line.StartsWith($"  {verb.Name} ", StringComparison.Ordinal)).Should().Be(1, verb.Name);
        RootHelp.Groups.SelectMany(group => group.Verbs).Select(its => its.Verb).Should()
            .BeEquivalentTo(CommandLine.Root().Subcommands.Select(verb => verb.Name));
    }

    [Fact]
    public void Fold_breaks_long_lines_between_words_and_keeps_short_ones()
    {
        string text = "a.pt does not fit:\n  116 missing: 'bn1.bias' [16], 'bn1.weight' [16] and 111 more\nshort";

        Screen.Fold(text, 40).ReplaceLineEndings("\n").Should().Be(
            "a.pt does not fit:\n  116 missing: 'bn1.bias' [16],\n    'bn1.weight' [16] and 111 more\nshort");
        Screen.Fold(text, int.MaxValue).ReplaceLineEndings("\n").Should().Be(text);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(100)]
    public void Help_has_required_options_first_groups_and_every_option_once_within_the_width(int width)
    {
        foreach (Verb verb in CommandLine.Root().Subcommands.Cast<Verb>())
        {
            using StringWriter help = new();
            VerbHelp.Write(verb, help, width);

            string[] lines = help.ToString().ReplaceLineEndings("\n").Split('\n');
            lines.TakeWhile(line => line != "Examples:").Should().OnlyContain(line => line.Length <= width, verb.Name);
            foreach (Option option in verb.Options)
                lines.Count(line => line.StartsWith($"  {option.Name} ", StringComparison.Ordinal) || line == $"  {option.Name}").Should()
                    .Be(1, "{0} {1}", verb.Name, option.Name);
            int optional = Array.FindIndex(lines, line => line.EndsWith(':')
                && line is not ("Usage:" or "Arguments:" or "Required options:"));
            foreach (Option option in verb.Options.Where(option => option.Required))
                Array.FindIndex(lines, line => line.StartsWith($"  {option.Name} ", StringComparison.Ordinal)).Should()
                    .BeLessThan(optional);
        }
    }

    [Theory]
    [InlineData("Stopped. To continue:\n  dds certify --sigma 0.5 --out 'my log.tsv' --resume", "certify", "--sigma", "0.5", "--out",
        "my log.tsv")]
    [InlineData("Stopped. To continue:\n  dds predict --sigma 0.5 --resume --out a", "predict", "--sigma", "0.5", "--resume", "--out", "a")]
    [InlineData("Stopped; nothing is kept. With --out LOG a run can be stopped and continued.", "certify", "--sigma", "0.5")]
    [InlineData("Stopped. To continue:\n  dds train-denoiser --out x.safetensors", "train-denoiser", "--out", "x.safetensors")]
    [InlineData("Stopped.", "evaluate")]
    public void Stopped_says_the_command_that_goes_on(string expected, params string[] args) =>
        Stopped.Says(CommandLine.Root().Parse(args), args).ReplaceLineEndings("\n").Should().Be(expected);

    [SkippableTheory]
    [InlineData("certify")]
    [InlineData("denoise")]
    [InlineData("evaluate")]
    public async Task RunAsync_says_at_once_that_a_file_cannot_be_written(string verb)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "/proc is Linux's.");

        (int exit, string output, string error) = await Dds.RunAsync(verb, "--sigma", "0.5", "--out", "/proc/dds/file.png");

        exit.Should().Be(1);
        error.Should().Contain("/proc/dds").And.Contain("cannot be made");
        output.Should().BeEmpty();
    }
}
