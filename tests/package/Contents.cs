// Says what is wrong with the packages in a folder: dotnet run Contents.cs -- FOLDER VERSION. A file of its own, so that it needs the SDK
// alone.
#:property PublishAot=false
using System.IO.Compression;
using System.Xml.Linq;

(string folder, string version) = (args[0], args[1]);
List<string> wrong = [];

string[] found = [.. Directory.GetFiles(folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
string[] ids = ["DenoisedSmoothing", "DenoisedSmoothing.Abstractions", "DenoisedSmoothing.AspNetCore", "DenoisedSmoothing.Certification",
    "DenoisedSmoothing.Cluster", "DenoisedSmoothing.Data",
    "DenoisedSmoothing.FashionMnist", "DenoisedSmoothing.OnnxRuntime", "DenoisedSmoothing.Training"];
string[] expected = [.. from id in ids from kind in new[] { "nupkg", "snupkg" } select $"{id}.{version}.{kind}",
    $"DenoisedSmoothing.Tool.{version}.nupkg"];
if (!found.SequenceEqual(expected.Order(StringComparer.Ordinal)))
    wrong.Add($"The packages are {string.Join(", ", found)}; expected {string.Join(", ", expected)}.");

// SharpZipLib and SkiaSharp are TorchSharp's own dependencies, pinned newer than it asks; only Data compiles against SkiaSharp.
string[] torch = ["SharpZipLib", "SkiaSharp", "TorchSharp"];
Check("DenoisedSmoothing.Abstractions", files: [], dependencies: torch);
Check("DenoisedSmoothing.Certification", files: [], dependencies: [.. torch, "DenoisedSmoothing.Abstractions", "MathNet.Numerics"]);
Check("DenoisedSmoothing",
    files: ["buildTransitive/DenoisedSmoothing.targets", "buildTransitive/RelaxGlibcxxRequirement.cs"],
    dependencies: [.. torch, "DenoisedSmoothing.Certification", "MathNet.Numerics", "Microsoft.Extensions.Logging.Abstractions"]);
Check("DenoisedSmoothing.Data", files: [],
    dependencies: [.. torch, "DenoisedSmoothing", "MathNet.Numerics", "Microsoft.Extensions.Logging.Abstractions"]);
// The ASP.NET Core of the shared framework: no packages of its own.
Check("DenoisedSmoothing.AspNetCore", files: [], dependencies: [.. torch, "DenoisedSmoothing.Data", "MathNet.Numerics"]);
Check("DenoisedSmoothing.Training", files: [],
    dependencies: [.. torch, "DenoisedSmoothing.Data", "MathNet.Numerics", "Microsoft.Extensions.Logging.Abstractions"]);
Check("DenoisedSmoothing.Cluster", files: [],
    dependencies: [.. torch, "DenoisedSmoothing.Training", "MathNet.Numerics", "Microsoft.Data.Sqlite",
        "Microsoft.Extensions.Logging.Abstractions", "Npgsql"]);
Check("DenoisedSmoothing.FashionMnist", files: [],
    dependencies: [.. torch, "DenoisedSmoothing.Data", "MathNet.Numerics", "Microsoft.Extensions.Logging.Abstractions"]);
Check("DenoisedSmoothing.OnnxRuntime", files: [], dependencies:
    [.. torch, "DenoisedSmoothing", "MathNet.Numerics", "Microsoft.Extensions.Logging.Abstractions", "Microsoft.ML.OnnxRuntime.Managed",
        "System.Numerics.Tensors"]);

CheckTool();

foreach (string line in wrong)
    Console.Error.WriteLine(line);
return wrong.Count == 0 ? 0 : 1;

// The tool brings its libraries along, and no libtorch.
void CheckTool()
{
    using ZipArchive package = ZipFile.OpenRead(Path.Combine(folder, $"DenoisedSmoothing.Tool.{version}.nupkg"));
    string[] entries = [.. package.Entries.Select(entry => entry.FullName)];
    foreach (string wanted in new[] { "README.md", "LICENSE", "tools/net10.0/any/dds.dll", "tools/net10.0/any/DotnetToolSettings.xml" })
    {
        if (!entries.Contains(wanted))
            wrong.Add($"The tool lacks {wanted}.");
    }

    if (entries.FirstOrDefault(name => name.Contains("torch_cpu", StringComparison.Ordinal)
        || name.EndsWith("LibTorchSharp.so", StringComparison.Ordinal)) is { } native)
        wrong.Add($"The tool carries {native}.");
    if (new FileInfo(Path.Combine(folder, $"DenoisedSmoothing.Tool.{version}.nupkg")).Length is > 80_000_000 and var length)
        wrong.Add($"The tool's package has {length} bytes.");
}

void Check(string id, string[] files, string[] dependencies)
{
    using ZipArchive package = ZipFile.OpenRead(Path.Combine(folder, $"{id}.{version}.nupkg"));
    string[] entries = [.. package.Entries.Select(entry => entry.FullName).Where(name => !IsContainer(name)).Order(StringComparer.Ordinal)];
    string[] wanted = [.. files.Concat([$"{id}.nuspec", "LICENSE", "README.md", $"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml"])
        .Order(StringComparer.Ordinal)];
    if (!entries.SequenceEqual(wanted))
        wrong.Add($"{id} holds {string.Join(", ", entries)}; expected {string.Join(", ", wanted)}.");

    using Stream stream = package.GetEntry($"{id}.nuspec")!.Open();
    XElement metadata = XDocument.Load(stream).Root!.Elements().Single();
    XNamespace ns = metadata.Name.Namespace;
    foreach ((string element, string value) in new[] { ("id", id), ("version", version), ("license", "MIT"), ("readme", "README.md") })
    {
        if (metadata.Element(ns + element)?.Value != value)
            wrong.Add($"{id}: <{element}> is '{metadata.Element(ns + element)?.Value}', not '{value}'.");
    }

    foreach (string element in new[] { "authors", "description", "copyright", "tags" })
    {
        if (string.IsNullOrWhiteSpace(metadata.Element(ns + element)?.Value))
            wrong.Add($"{id}: <{element}> is empty.");
    }

    // Outside a git repository (a source archive) there is no commit to name.
    if (args.Contains("git") && metadata.Element(ns + "repository")?.Attribute("commit")?.Value is not { Length: 40 })
        wrong.Add($"{id}: <repository> names no commit.");

    XElement[] groups = [.. metadata.Element(ns + "dependencies")!.Elements()];
    string[] found = [.. groups.Single().Elements().Select(dependency => dependency.Attribute("id")!.Value).Order(StringComparer.Ordinal)];
    if (!found.SequenceEqual(dependencies.Order(StringComparer.Ordinal)))
        wrong.Add($"{id} depends on {string.Join(", ", found)}; expected {string.Join(", ", dependencies)}.");

    using ZipArchive symbols = ZipFile.OpenRead(Path.Combine(folder, $"{id}.{version}.snupkg"));
    if (symbols.GetEntry($"lib/net10.0/{id}.pdb") is null)
        wrong.Add($"{id}: no symbols.");
}

static bool IsContainer(string name) => name.StartsWith("_rels/", StringComparison.Ordinal)
    || name.StartsWith("package/", StringComparison.Ordinal) || name == "[Content_Types].xml";
