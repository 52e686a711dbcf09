using System.Globalization;
using System.Text.RegularExpressions;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Abstractions;

public partial class PlainNumberTests
{
    [Theory]
    [InlineData("0.25", 0.25)]
    [InlineData("1.", 1)]
    [InlineData(".5", .5)]
    [InlineData("-3", -3)]
    [InlineData("+2.5", 2.5)]
    [InlineData("1e-3", 1e-3)]
    [InlineData("1E+3", 1000)]
    [InlineData("1.7976931348623157e308", double.MaxValue)]
    public void TryParse_plain_number_is_read_whatever_the_language(string text, double expected)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            foreach (string language in new[] { "", "de-DE", "fr-FR", "en-US" })
            {
                CultureInfo.CurrentCulture = new CultureInfo(language);
                PlainNumber.TryParse(text, out double value).Should().BeTrue();
                value.Should().Be(expected);
                PlainNumber.Parse(text, "Sigma").Should().Be(expected);
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData("1,25")]
    [InlineData("1,000")]
    [InlineData("1.000,5")]
    [InlineData("1 000")]
    [InlineData("1_000")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1\n")]
    [InlineData("1\0")]
    [InlineData("")]
    [InlineData("-")]
    [InlineData(".")]
    [InlineData("NaN")]
    [InlineData("nan")]
    [InlineData("Infinity")]
    [InlineData("-inf")]
    [InlineData("\u221e")]
    [InlineData("1e309")]
    [InlineData("-1e999999999999")]
    [InlineData("0x10")]
    [InlineData("$1")]
    [InlineData("(1)")]
    [InlineData("1-")]
    [InlineData("1f")]
    [InlineData("50%")]
    [InlineData("1/2")]
    [InlineData("\u0661")] // an Arabic one
    [InlineData("\u22121")] // a typographic minus
    public void TryParse_anything_else_is_refused(string text)
    {
        PlainNumber.TryParse(text, out double value).Should().BeFalse();
        value.Should().Be(0);
        PlainNumber.TryParseWhole(text, out long whole).Should().BeFalse();
        whole.Should().Be(0);
        Action parse = () => PlainNumber.Parse(text, "Sigma"), parseWhole = () => PlainNumber.ParseWhole<int>(text, "The count");
        parse.Should().Throw<FormatException>().Which.Message.Should().StartWith($"Sigma is a number such as 0.25 or 1e-3, not '{text}'.");
        parseWhole.Should().Throw<FormatException>().Which.Message.Should()
            .StartWith("The count is a whole number from -2147483648 to 2147483647, not");
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("007", 7)]
    [InlineData("-9223372036854775808", long.MinValue)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void TryParseWhole_digits_are_read(string text, long expected)
    {
        PlainNumber.TryParseWhole(text, out long value).Should().BeTrue();
        value.Should().Be(expected);
    }

    [Theory]
    [InlineData("1.0")]
    [InlineData("1.")]
    [InlineData("1e3")]
    [InlineData("+1")]
    [InlineData("--1")]
    [InlineData("9223372036854775808")]
    public void TryParseWhole_other_ways_to_write_a_number_are_refused(string text) =>
        PlainNumber.TryParseWhole(text, out long _).Should().BeFalse();

    [Fact]
    public void TryParseWhole_holds_the_range_of_its_type()
    {
        PlainNumber.TryParseWhole("18446744073709551615", out ulong seed).Should().BeTrue();
        seed.Should().Be(ulong.MaxValue);
        PlainNumber.TryParseWhole("-1", out ulong _).Should().BeFalse();
        PlainNumber.TryParseWhole("2147483648", out int _).Should().BeFalse();
        PlainNumber.TryParseWhole("256", out byte _).Should().BeFalse();
    }

    [Fact]
    public void Parse_a_comma_is_explained()
    {
        Action comma = () => PlainNumber.Parse("1,25", "Sigma"), other = () => PlainNumber.Parse("much", "Sigma");
        comma.Should().Throw<FormatException>().WithMessage("*not '1,25'. Write a decimal point as '.', and no thousands separators.");
        other.Should().Throw<FormatException>().Which.Message.Should().EndWith("not 'much'.");
    }

    [Fact]
    public void Sources_parse_numbers_nowhere_else()
    {
        (string Path, string Text)[] others =
            [.. SourceTree.CSharp("src").Where(file => !file.Path.EndsWith("/PlainNumber.cs", StringComparison.Ordinal))];
        others.Length.Should().BeGreaterThan(150);
        others.SelectMany(file => file.Text.Split('\n').Where(line => NumberParsing().IsMatch(line))
            .Select(line => $"{file.Path}: {line.Trim()}"))
            .Should().BeEmpty("PlainNumber reads every number");
    }

    [Theory]
    [InlineData("double.Parse(text)")]
    [InlineData("int.TryParse(text, out _)")]
    [InlineData("BigInteger.Parse(text)")]
    [InlineData("T.TryParse(text, null, out _)")]
    [InlineData("Single.Parse(text)")]
    [InlineData("Convert.ToInt32(text)")]
    [InlineData("Convert.ChangeType(text, type)")]
    [InlineData("Utf8Parser.TryParse(bytes, out _, out _)")]
    [InlineData("NumberStyles.Any")]
    [InlineData("TimeSpan.Parse(text)")]
    [InlineData("Enum.Parse<Kind>(text)")]
    public void Sources_scan_knows_every_way_to_parse(string code) => NumberParsing().IsMatch(code).Should().BeTrue();

    [Theory]
    [InlineData("PlainNumber.TryParse(text, out double value)")]
    [InlineData("LogColumns.Parse(line)")]
    [InlineData("Convert.ToHexStringLower(hash)")]
    public void Sources_scan_leaves_other_calls_alone(string code) => NumberParsing().IsMatch(code).Should().BeFalse();

    // Enums are parsed from digits, too: Enum.Parse("7") gives a member that there is not.
    [GeneratedRegex(
        @"\b(s?byte|u?short|u?int|u?long|nu?int|float|double|decimal|Half|S?Byte|U?Int(16|32|64|128|Ptr)|Single|Double|Decimal"
        + @"|BigInteger|Complex|T|TimeSpan|Enum)\.(Try)?Parse(Exact)?\b|\bConvert\.(To(S?Byte|U?Int|Single|Double|Decimal)|ChangeType)"
        + @"|\bUtf8Parser\b|\bNumberStyles\b")]
    private static partial Regex NumberParsing();
}
