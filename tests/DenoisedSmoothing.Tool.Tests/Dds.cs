using System.CommandLine;
using DenoisedSmoothing.Tool;

namespace DenoisedSmoothing.Tool.Tests;

/// <summary>The program inside the test's process.</summary>
internal static class Dds
{
    public static async Task<(int Exit, string Output, string Error)> RunAsync(params string[] args)
    {
        using StringWriter output = new(), error = new();
        int exit = await CommandLine.RunAsync(args, new InvocationConfiguration { Output = output, Error = error });
        return (exit, output.ToString(), error.ToString());
    }
}
