using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace DenoisedSmoothing.Cases;

/// <summary>One command on one input, and what should come out.</summary>
/// <param name="Name">The folder, and what distinguishes it there.</param>
/// <param name="Command"><c>dds ...</c>, or <c>open KIND ...</c> for the library's own readers, run in the case's folder.</param>
/// <param name="Exit">The exit code.</param>
/// <param name="Says">A regular expression for what is printed, on either stream.</param>
/// <param name="Never">One for what must not be printed.</param>
internal sealed record Case(string Name, string Command, int Exit, string Says, string? Never = null)
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(2);

    public string Folder => Name.Split(' ')[0];

    public CaseOutcome Run(string folder)
    {
        string[] words = [.. Command.Split(' ').Select(word => word.Replace('\u00a0', ' '))];
        string program = words[0] == "dds" ? Path.Combine(AppContext.BaseDirectory, "dds.dll") : typeof(Case).Assembly.Location;
        string temporary = Directory.CreateTempSubdirectory("case-").FullName;
        try
        {
            string[] arguments = [.. (words[0] == "dds" ? words[1..] : words).Select(word => word.Replace("TEMP", temporary))];
            using Process process = Process.Start(new ProcessStartInfo(
                Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [program, .. arguments])
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["GOMP_SPINCOUNT"] = "0" },
            })!;
            Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(s_longest))
            {
                process.Kill(entireProcessTree: true);
                return new CaseOutcome(false, $"has not ended after {s_longest.TotalSeconds} s");
            }

            string all = output.Result + error.Result;
            string[] lines = [.. all.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];
            string last = lines.LastOrDefault(line => Regex.IsMatch(line, Says)) ?? lines.LastOrDefault() ?? "";
            bool right = process.ExitCode == Exit && Regex.IsMatch(all, Says) && (Never is null || !Regex.IsMatch(all, Never));
            return new CaseOutcome(right, string.Create(CultureInfo.InvariantCulture, $"exit {process.ExitCode}, {last}"));
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
        }
    }
}

/// <summary>What came out of a case.</summary>
internal sealed record CaseOutcome(bool IsRight, string Summary);
