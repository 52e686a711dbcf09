using System.Text.RegularExpressions;

namespace DenoisedSmoothing.Testing;

/// <summary>The repository's own files, for tests that hold its rules.</summary>
internal static partial class SourceTree
{
    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = Find();

    /// <summary>Every C# file under a folder of the repository, with its path from there in forward slashes.</summary>
    public static IEnumerable<(string Path, string Text)> CSharp(string folder) =>
        from file in Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
        let path = Path.GetRelativePath(Root, file).Replace('\\', '/')
        where !BuildOutput().IsMatch(path)
        select (path, File.ReadAllText(file));

    private static string Find()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "DenoisedSmoothing.sln")))
            folder = folder.Parent;
        return folder?.FullName
            ?? throw new DirectoryNotFoundException("The tests run outside the repository: there is no DenoisedSmoothing.sln above them.");
    }

    [GeneratedRegex("/(bin|obj|build)/")]
    private static partial Regex BuildOutput();
}
