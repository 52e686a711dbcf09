using System.Text.RegularExpressions;
using DenoisedSmoothing.Testing;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis;

namespace DenoisedSmoothing.Tool.Tests.Documents;

/// <summary>
/// The C# in README, docs and the packages' pages compiles. A block that goes on from prose is preceded by an HTML comment that declares
/// what it needs:
/// <c>&lt;!-- given: int k = 3; --&gt;</c>, invisible on the page. Imports carry on down a page, as a reader does.
/// </summary>
public partial class DocumentedCodeTests
{
    private const string Usual = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly MetadataReference[] s_references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    public static TheoryData<string, int> Blocks
    {
        get
        {
            TheoryData<string, int> blocks = [];
            foreach (string page in Pages())
            {
                foreach (Match block in Block().Matches(File.ReadAllText(Path.Combine(SourceTree.Root, page))))
                    blocks.Add(page, block.Index);
            }

            return blocks;
        }
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Block_compiles(string page, int at)
    {
        Match[] blocks = [.. Block().Matches(File.ReadAllText(Path.Combine(SourceTree.Root, page))).Where(match => match.Index <= at)];
        IEnumerable<string> imports = blocks.SelectMany(match => match.Groups["code"].Value.Split('\n')).Where(IsImport).Distinct();
        string code = string.Join('\n', blocks[^1].Groups["code"].Value.Split('\n').Where(line => !IsImport(line)));
        string program = $"{string.Join('\n', imports)}\n{blocks[^1].Groups["given"].Value}\n{code}";

        CSharpParseOptions options = new(LanguageVersion.Preview);
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Documented",
            [CSharpSyntaxTree.ParseText(Usual, options), CSharpSyntaxTree.ParseText(program, options)],
            s_references,
            new CSharpCompilationOptions(
                program.Contains("public sealed class", StringComparison.Ordinal) && !HasStatements(program, options)
                    ? OutputKind.DynamicallyLinkedLibrary
                    : OutputKind.ConsoleApplication,
                nullableContextOptions: NullableContextOptions.Enable));

        compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(diagnostic => diagnostic.ToString()).Should().BeEmpty($"this is on {page}:\n{program}");
    }

    [Fact]
    public void Readme_has_code() => Blocks.Select(block => (string)block[0]).Should().Contain("README.md");

    // A page on a package registry has no files beside it, and only some hosts may serve its pictures.
    [Fact]
    public void Package_pages_have_no_pictures_and_no_relative_links() => Directory
        .EnumerateDirectories(Path.Combine(SourceTree.Root, "src"))
        .Select(project => File.ReadAllText(Path.Combine(project, "README.md")))
        .Should().HaveCountGreaterThan(5).And.AllSatisfy(page => page.Should().NotContain("![").And.NotMatchRegex(@"\]\((?!https://)"));

    private static bool HasStatements(string program, CSharpParseOptions options) => CSharpSyntaxTree.ParseText(program, options).GetRoot()
        .ChildNodes().Any(node => node is Microsoft.CodeAnalysis.CSharp.Syntax.GlobalStatementSyntax);

    private static bool IsImport(string line) => Import().IsMatch(line);

    private static IEnumerable<string> Pages() => Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "docs"), "*.md")
        .Order(StringComparer.Ordinal)
        .Concat(Directory.EnumerateDirectories(Path.Combine(SourceTree.Root, "src")).Select(project => Path.Combine(project, "README.md")))
        .Select(path => Path.GetRelativePath(SourceTree.Root, path)).Prepend("README.md");

    [GeneratedRegex(@"(?:<!--\s*given:\s*(?<given>(?:(?!-->).)*?)\s*-->\s*)?^```csharp\r?\n(?<code>.*?)^```",
        RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^using (static )?[\w.]+( = [^;]+)?;\s*$")]
    private static partial Regex Import();
}
