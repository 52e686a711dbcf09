namespace DenoisedSmoothing.Testing;

/// <summary>Development data beside the checkout, in ../shared: real weights, goldens and logs that the project may not ship.</summary>
internal static class SharedData
{
    /// <summary>The path of a file or folder; the test is skipped, and says so, where it is absent.</summary>
    public static string PathOf(string name)
    {
        string path = Path.Combine(SourceTree.Root, "..", "shared", name);
        Skip.IfNot(Path.Exists(path), $"../shared/{name} is not beside this checkout.");
        return Path.GetFullPath(path);
    }
}
