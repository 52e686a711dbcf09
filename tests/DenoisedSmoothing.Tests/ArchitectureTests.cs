using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests;

/// <summary>The walls of the house (docs/design.md): imports run one way, and the numbers know no tensor.</summary>
public partial class ArchitectureTests
{
    // Lowest first: a room may import from the rooms above it in this list, from its own, and nothing else.
    private static readonly string[] s_rooms =
    [
        "src/DenoisedSmoothing.Abstractions",
        "src/DenoisedSmoothing.Certification/Binomial",
        "src/DenoisedSmoothing.Certification/Bounds",
        "src/DenoisedSmoothing.Certification/Noise",
        "src/DenoisedSmoothing.Certification/Baselines",
        "src/DenoisedSmoothing.Certification",
        "src/DenoisedSmoothing.Certification/FixedVotes",
        "src/DenoisedSmoothing.Certification/Cohen",
        "src/DenoisedSmoothing.Certification/Multiclass",
        "src/DenoisedSmoothing.Certification/Sequential",
        "src/DenoisedSmoothing.Certification/Transfer",
        "src/DenoisedSmoothing.Certification/PredictionSets",
        "src/DenoisedSmoothing.Certification/Planning",
        "src/DenoisedSmoothing.Certification/Logs",
        "src/DenoisedSmoothing.Certification/Verification",
        "src/DenoisedSmoothing.Certification/Analysis",
        "src/DenoisedSmoothing.Certification/Audit",
        "src/DenoisedSmoothing/Checkpoints",
        "src/DenoisedSmoothing/Parts",
        "src/DenoisedSmoothing/Preprocessing",
        "src/DenoisedSmoothing/Schedules",
        "src/DenoisedSmoothing/Kernels",
        "src/DenoisedSmoothing/Models",
        "src/DenoisedSmoothing/Denoising",
        "src/DenoisedSmoothing/Classification",
        "src/DenoisedSmoothing/Sampling",
        "src/DenoisedSmoothing",
        "src/DenoisedSmoothing/PredictionSets",
        "src/DenoisedSmoothing/Networks",
        "src/DenoisedSmoothing/Hub",
        "src/DenoisedSmoothing/Presets",
        "src/DenoisedSmoothing.Data",
        "src/DenoisedSmoothing.FashionMnist",
        "src/DenoisedSmoothing.Training",
        "src/DenoisedSmoothing.Training/Experiments",
        "src/DenoisedSmoothing.Cluster",
        "src/DenoisedSmoothing.OnnxRuntime",
        "src/DenoisedSmoothing.AspNetCore",
        "src/DenoisedSmoothing.Tool",
    ];

    [Fact]
    public void Imports_run_one_way()
    {
        (string Path, string Text)[] files = [.. SourceTree.CSharp("src")];
        // A namespace is as high as the lowest room that holds it: root types are the seams, which all may use.
        Dictionary<string, int> ranks = files
            .Where(file => Namespace(file.Text) is not null)
            .GroupBy(file => Namespace(file.Text)!)
            .ToDictionary(group => group.Key, group => group.Min(file => RoomOf(file.Path)));

        IEnumerable<string> wrong =
            from file in files
            from imported in Imports().Matches(file.Text).Select(match => match.Groups[1].Value).Distinct()
            where ranks.TryGetValue(imported, out int rank) && rank > RoomOf(file.Path)
            select $"{file.Path} imports {imported}";
        wrong.Should().BeEmpty("a room imports only from rooms above it in the list");
    }

    [Fact]
    public void Every_room_is_in_the_list() =>
        SourceTree.CSharp("src").Select(file => file.Path).Where(path => RoomOf(path) < 0).Should().BeEmpty();

    [Fact]
    public void Certification_can_name_no_tensor()
    {
        typeof(ClopperPearson).Assembly.GetReferencedAssemblies().Select(name => name.Name).Should().NotContain("TorchSharp");
        XElement torch = References("src/DenoisedSmoothing.Certification/DenoisedSmoothing.Certification.csproj", "PackageReference")
            .Single(reference => (string?)reference.Attribute("Include") == "TorchSharp");
        ((string?)torch.Attribute("ExcludeAssets")).Should().Be("compile");
    }

    [Theory]
    [InlineData("DenoisedSmoothing.Abstractions")]
    [InlineData("DenoisedSmoothing.Certification")]
    [InlineData("DenoisedSmoothing")]
    public void Core_knows_no_pictures_and_no_data_sets(string assembly) =>
        Assembly.Load(assembly).GetReferencedAssemblies().Select(name => name.Name)
            .Should().NotContain(["SkiaSharp", "DenoisedSmoothing.Data", "DenoisedSmoothing.FashionMnist", "DenoisedSmoothing.Training"]);

    [Fact]
    public void Projects_reference_only_what_is_below_them()
    {
        string[] order =
        [
            "DenoisedSmoothing.Abstractions", "DenoisedSmoothing.Certification", "DenoisedSmoothing", "DenoisedSmoothing.Data",
            "DenoisedSmoothing.FashionMnist", "DenoisedSmoothing.Training", "DenoisedSmoothing.Cluster", "DenoisedSmoothing.OnnxRuntime",
            "DenoisedSmoothing.AspNetCore", "DenoisedSmoothing.Tool",
        ];
        foreach (string project in order)
        {
            References($"src/{project}/{project}.csproj", "ProjectReference")
                .Select(reference =>
                    Array.IndexOf(order, Path.GetFileNameWithoutExtension(((string)reference.Attribute("Include")!).Replace('\\', '/'))))
                .Should().NotContain(index => index < 0 || index >= Array.IndexOf(order, project), project);
        }
    }

    private static IEnumerable<XElement> References(string project, string kind) => XDocument.Load(Path.Combine(SourceTree.Root, project))
        .Descendants(kind);

    // The longest room that holds the file.
    // The pickle machine and the checkpoint readers share one budget of memory, and count as one room.
    private static int RoomOf(string path) => s_rooms
        .Select((room, index) => (room, index))
        .Where(entry =>
            path.Replace("/Pickle/", "/Checkpoints/", StringComparison.Ordinal).StartsWith(entry.room + '/', StringComparison.Ordinal))
        .OrderByDescending(entry => entry.room.Length)
        .Select(entry => entry.index)
        .DefaultIfEmpty(-1)
        .First();

    private static string? Namespace(string text) => Declaration().Match(text) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^(?:global )?using (?:static )?(DenoisedSmoothing[\w.]*);", RegexOptions.Multiline)]
    private static partial Regex Imports();
}
