using System.CommandLine;
using Spectre.Console;

namespace Quickstart;

/// <summary>The command line: options, their checks, errors in one line, Ctrl-C.</summary>
internal static class QuickstartCommand
{
    public static Task<int> RunAsync(string[] args, Action<QuickstartOptions, CancellationToken> run)
    {
        Option<double> sigma = new("--sigma") { Description = "Noise a pixel, for pixels in [0,1]", DefaultValueFactory = _ => 0.5 };
        Option<int> n = new("--n") { Description = "Noise samples an image behind each radius (the paper takes 100000)", DefaultValueFactory = _ => 1000 };
        Option<int> images = new("--images") { Description = "How many test images, 1 to 500", DefaultValueFactory = _ => 20 };
        Option<ulong> seed = new("--seed") { Description = "Noise key, for reproduction", DefaultValueFactory = _ => 1 };
        Option<string> output = new("--out") { Description = "The picture to write (PNG)", DefaultValueFactory = _ => "quickstart.png" };
        sigma.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (> 0 and <= 1.5))
                result.AddError("--sigma must be above 0 and at most 1.5, the most noise that the bundled denoiser was trained for.");
        });
        n.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
                result.AddError("--n must be at least 1; below 10 nothing can be certified at alpha = 0.001.");
        });
        images.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 500)
                result.AddError("--images must be 1 to 500: the library carries 500 test images.");
        });
        output.Validators.Add(result =>
        {
            string path = result.GetValueOrDefault<string>()!;
            if (Directory.Exists(path) || !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
                result.AddError($"--out '{path}' must name a file in a folder that exists.");
        });

        RootCommand root = new("Certifies real Fashion-MNIST test images against every l2 attack, with the bundled denoiser and classifier.") { sigma, n, images, seed, output };
        root.SetAction((parsed, cancellationToken) => Task.Run(() =>
        {
            try
            {
                run(new QuickstartOptions(parsed.GetValue(sigma), parsed.GetValue(n), parsed.GetValue(images), parsed.GetValue(seed), parsed.GetValue(output)!), cancellationToken);
                return 0;
            }
            catch (OperationCanceledException)
            {
                AnsiConsole.WriteLine("Cancelled: an unfinished image has no certificate.");
                return 130;
            }
            catch (Exception e) when (e is ArgumentException or InvalidOperationException or DllNotFoundException or IOException)
            {
                Console.Error.WriteLine(e.Message);
                return 1;
            }
        }));
        return root.Parse(args).InvokeAsync();
    }
}
