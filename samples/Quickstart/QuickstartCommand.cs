using System.CommandLine;
using System.CommandLine.Invocation;
using System.Globalization;
using DenoisedSmoothing.Tool;
using Spectre.Console;

namespace Quickstart;

/// <summary>The command line: options, their checks, errors in one line, Ctrl-C.</summary>
internal static class QuickstartCommand
{
    public static Task<int> RunAsync(string[] args, Action<QuickstartOptions, CancellationToken> run)
    {
        // Numbers are read and written alike whatever the system's language: 0.5 is not 5 where the comma is the decimal point.
        CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
        Option<double> sigma = new("--sigma") { Description = "Noise per pixel, for pixels in [0,1]", DefaultValueFactory = _ => 0.5 };
        Option<int> n = new("--n")
        {
            Description = "Noise samples per image behind each radius (the paper takes 100000)",
            DefaultValueFactory = _ => 1000,
        };
        Option<int> images = new("--images") { Description = "How many test images, 1 to 500", DefaultValueFactory = _ => 20 };
        Option<ulong> seed = new("--seed") { Description = "Noise key, for reproduction", DefaultValueFactory = _ => 1 };
        Option<string> output = new("--out") { Description = "The picture to write (PNG)", DefaultValueFactory = _ => "quickstart.png" };
        sigma.Check(value => value is > 0 and <= 1.5,
            "--sigma must be above 0 and at most 1.5, the most noise that the bundled denoiser was trained for.");
        n.Check(value => value >= 1, "--n must be at least 1; below 10 nothing can be certified at alpha = 0.001.");
        images.Check(value => value is >= 1 and <= 500, "--images must be 1 to 500: the library carries 500 test images.");
        output.Check(IsFileToWrite, "--out must name a file in a folder that exists.");

        RootCommand root =
            new("Certifies real Fashion-MNIST test images against every l2 attack, with the bundled denoiser and classifier.") { sigma, n,
            images, seed, output };
        root.SetAction((parsed, cancellationToken) => Task.Run(() =>
        {
            try
            {
                run(new QuickstartOptions(parsed.GetValue(sigma), parsed.GetValue(n), parsed.GetValue(images), parsed.GetValue(seed),
                    parsed.GetValue(output)!), cancellationToken);
                return 0;
            }
            catch (OperationCanceledException)
            {
                AnsiConsole.WriteLine("Cancelled: an unfinished image has no certificate.");
                return 130;
            }
            catch (Exception e)
                when (e is ArgumentException or InvalidOperationException or DllNotFoundException or IOException
                    or UnauthorizedAccessException)
            {
                Console.Error.WriteLine(e.Message);
                return 1;
            }
        }));
        ParseResult parseResult = root.WithPlainNumbers().Parse(args);
        if (parseResult.Action is ParseErrorAction error)
            error.ShowHelp = false;
        // Without a timeout Ctrl-C ends the process at once; a batch in work takes seconds at most.
        return parseResult.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
    }

    private static bool IsFileToWrite(string path) =>
        path.Length > 0 && !Directory.Exists(path) && Path.GetFileName(path).Length > 0
            && Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path)));
}
