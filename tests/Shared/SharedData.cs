namespace DenoisedSmoothing.Testing;

/// <summary>Development data beside the checkout, in ../shared: real weights, goldens and logs that the project may not ship.</summary>
internal static class SharedData
{
    /// <summary>The path of a file or folder; the test is skipped, and says so, where it is absent.</summary>
    public static string PathOf(string name)
    {
        string? path = Root() is { } root ? Path.Combine(root, name) : null;
        Skip.IfNot(Path.Exists(path), $"../shared/{name} is not beside this checkout.");
        return path!;
    }

    private static string? Root()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DenoisedSmoothing.sln")))
                return folder.Parent is { } beside ? Path.Combine(beside.FullName, "shared") : null;
        }

        return null;
    }
}
