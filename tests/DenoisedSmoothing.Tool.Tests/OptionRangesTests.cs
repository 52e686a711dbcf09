using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using DenoisedSmoothing.Noise;

namespace DenoisedSmoothing.Tool.Tests;

/// <summary>The range in an option's sentence is the range that is enforced.</summary>
public partial class OptionRangesTests
{
    public static IEnumerable<object[]> Numbers { get; } =
    [
        .. from verb in CommandLine.Root().Subcommands
        from option in verb.Options
        where HasRange(option)
        select new object[] { verb.Name, option.Name },
    ];

    [Fact]
    public void Options_of_numbers_are_found() => Numbers.Should().HaveCountGreaterThan(80);

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Option_takes_the_ends_of_its_range_and_nothing_beyond(string verb, string name)
    {
        Option option = CommandLine.Root().Subcommands.Single(command => command.Name == verb).Options.Single(its => its.Name == name);
        string range = OptionChecks.RangeOf(option)?.ToString() ?? throw new InvalidOperationException($"{verb} {name} has no range.");
        double[] ends = [.. End().Matches(range).Select(match => Value(match.Value))];
        bool[] taken = [.. End().Matches(range).Select(match => !OutOf().IsMatch(range[..match.Index]))];
        ends.Should().NotBeEmpty();
        bool whole = (Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType) != typeof(double);
        for (int end = 0; end < ends.Length; end++)
        {
            double inwards = end == 0 ? 1 : -1, at = ends[end];
            if (taken[end])
                ErrorOf(verb, name, at, whole).Should().BeNull();
            else
                ErrorOf(verb, name, at, whole).Should().Contain($"{name} must be {range}");
            ErrorOf(verb, name, Next(at, -inwards, whole), whole, -inwards).Should().NotBeNull($"{range} ends at {at}");
            ErrorOf(verb, name, Next(at, inwards, whole), whole, inwards).Should().BeNull($"{range} begins at {at}");
        }
    }

    [Theory]
    [InlineData("certify", "--n0", "1", "--n", "1")]
    [InlineData("certify", "--n0", "1000000000", "--n", "68719476736", "--alpha", "0.5")]
    [InlineData("certify", "--alpha", "1e-100")]
    [InlineData("certify", "--certifier", "multiclass", "--alpha", "1e-90", "--n", "68719476736")]
    [InlineData("certify", "--certifier", "pixeldp", "--alpha", "1e-90", "--n", "68719476736")]
    [InlineData("certify", "--certifier", "lecuyer", "--alpha", "1e-100")]
    [InlineData("certify", "--certifier", "li", "--alpha", "0.5", "--n", "1")]
    [InlineData("certify", "--certifier", "sequential", "--alpha", "0.5", "--budget", "1000000000", "--n0", "1")]
    [InlineData("certify", "--certifier", "sequential", "--alpha", "1e-100", "--budget", "1", "--n0", "1000000000")]
    [InlineData("certify", "--certifier", "staged", "--target", "0", "--alpha", "1e-90", "--n0", "1000000000",
        "--stages", "1,9,1000000000")]
    [InlineData("certify", "--certifier", "staged", "--target", "9", "--alpha", "0.5", "--give-up", "1e-90")]
    [InlineData("predict", "--n", "68719476736")]
    [InlineData("predict", "--certifier", "sequential", "--budget", "1000000000", "--n0", "1000000000")]
    public void Certifiers_take_what_the_options_take(string verb, params string[] args)
    {
        CertifierOptions options = new(predicts: verb == "predict");
        ParseResult parsed = new Verb("try", "", [], []).With(options.All).Parse(args);

        parsed.Errors.Should().BeEmpty();
        options.Read(parsed).Method.Name.Should().NotBeEmpty();
    }

    [Fact]
    public void Noise_and_samples_end_where_the_options_end()
    {
        NumberRange<double> sigma = SamplingOptions.SigmaRange;

        new GridGaussianNoise(sigma.Least).Level.Asked.Should().Be(sigma.Least);
        Action below = () => _ = new GridGaussianNoise(Math.BitDecrement(sigma.Least));
        below.Should().Throw<ArgumentOutOfRangeException>();
        NoiseCoordinate.MaxSamples.Should().Be(1L << 36);
    }

    private static string? ErrorOf(string verb, string name, double value, bool whole, double step = 0)
    {
        // 2^53 + 1 is no double.
        string text = !whole ? value.ToString("R", CultureInfo.InvariantCulture)
            : ((long)value + (long)step).ToString(CultureInfo.InvariantCulture);
        return CommandLine.Root().Parse([verb, name, text]).Errors.Select(error => error.Message)
            .FirstOrDefault(message => message.StartsWith(name + " ", StringComparison.Ordinal)
                || message.Contains($"'{name}'", StringComparison.Ordinal) && !message.Contains("required", StringComparison.Ordinal));
    }

    private static double Next(double at, double direction, bool whole) => whole ? at
        : direction > 0 ? Math.BitIncrement(at) : Math.BitDecrement(at);

    private static double Value(string text) => text.StartsWith("2^", StringComparison.Ordinal)
        ? Math.ScaleB(1, int.Parse(text[2..], CultureInfo.InvariantCulture))
        : double.Parse(text, CultureInfo.InvariantCulture);

    // Every number that fits is a seed.
    private static bool HasRange(Option option) => option.Name != "--seed"
        && (Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType) is var type
        && (type == typeof(double) || type == typeof(int) || type == typeof(long) || type == typeof(ulong));

    [GeneratedRegex(@"(?<!\()(?:2\^-?[0-9]+|[0-9.]+(?:E[+-]?[0-9]+)?)(?![0-9.e]*-?[0-9]*\))")]
    private static partial Regex End();

    [GeneratedRegex(@"(above|below) $")]
    private static partial Regex OutOf();
}
