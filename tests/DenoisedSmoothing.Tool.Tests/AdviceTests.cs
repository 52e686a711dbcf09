using System.Reflection;
using System.Text.RegularExpressions;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tool.Tests;

public partial class AdviceTests
{
    [Fact]
    public void Advice_about_every_kind_of_file_names_nothing_that_cannot_be_typed()
    {
        FileKind[] kinds = [.. typeof(FileKind).GetFields(BindingFlags.Static | BindingFlags.Public)
            .Select(field => field.GetValue(null)).OfType<FileKind>()];

        kinds.Should().HaveCountGreaterThan(25);
        kinds.Select(kind => Advice.Of(new InvalidDataException(kind.InsteadOf("a log")), "classifier")).Concat(kinds.Select(kind =>
            Advice.Of(kind.InsteadOf("a log")))).Where(said => ApiName().IsMatch(said)).Should().BeEmpty();
    }

    [Fact]
    public void Errors_name_no_option_of_the_library_that_the_command_line_has_no_word_for()
    {
        string[] named = [.. SourceTree.CSharp("src").Where(file => !file.Path.Contains("DenoisedSmoothing.Tool", StringComparison.Ordinal))
            .SelectMany(file => file.Text.Split('\n')).Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal))
            .SelectMany(line => OptionInText().Matches(line)).Select(match => match.Groups[1].Value).Distinct()];

        named.Should().Contain("CheckpointOptions.Key").And.Contain("SmoothingOptions.Batch");
        named.Where(name => ApiName().IsMatch(Advice.Of(new InvalidDataException($"Set {name} to it."), "denoiser"))).Should().BeEmpty();
    }

    [Theory]
    [InlineData("Its batch is fixed: set SmoothingOptions.Batch = 8, or export it", "Its batch is fixed: set --batch 8, or export it")]
    [InlineData("Lower SmoothingOptions.Batch.", "Lower --batch.")]
    [InlineData("yours are 3x28x28. Read them as grey.", "yours are 3x28x28. Read them as grey (--grey).")]
    [InlineData("that a label has more than half. Raise Budget or alpha.", "that a label has more than half. Raise --budget or --alpha.")]
    [InlineData("Name it with OnnxOptions.Output, or", "Name it with --classifier-output, or")]
    public void Of_translates(string said, string expected) =>
        Advice.Of(new InvalidDataException(said), "classifier").Should().Be(expected);

    [Theory]
    [InlineData("model.", "model.")]
    [InlineData("--out", "--out")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("a b", "'a b'")]
    [InlineData("", "''")]
    [InlineData("$HOME", "'$HOME'")]
    public void Quoted_is_one_word_of_a_shell(string word, string expected) => Advice.Quoted(word).Should().Be(expected);

    // Names of types with a member, and of methods.
    [GeneratedRegex(@"\b(?!PyTorch)[A-Z][a-z]+[A-Z]\w*\.[A-Z]\w+|\bnew [A-Z]")]
    private static partial Regex ApiName();

    // Such a name inside of a text: a line of code has none between quotes.
    [GeneratedRegex("\"[^\"]*?\\b((?:Checkpoint|Onnx|Smoothing|TorchScript)Options\\.[A-Z]\\w+)[^\"]*\"")]
    private static partial Regex OptionInText();
}
