using System.CommandLine;

namespace DenoisedSmoothing.Tool;

/// <summary>The verb check: is this denoiser good enough?</summary>
internal static class CheckCommand
{
    private static readonly double[] s_usualRadii = [.25, .5, 1];

    public static Verb Create()
    {
        ModelOptions models = new();
        DataOptions data = new();
        StrategyOptions strategy = new();
        Option<double[]> sigma = ListOptions.Sigmas("Noise levels to look at, separated by commas", 0.25, 0.5, 1.0);
        Option<double[]?> radius = ListOptions.Radii("--radius",
            "The radii that matter to you, rising, separated by commas [default: 0.25,0.5,1]");
        Option<int> certify = new Option<int>("--certify")
        {
            HelpName = "count",
            DefaultValueFactory = static _ => 20,
            Description = "Images of the small certification; 0 leaves it out",
        }
            .Within(new(0, 10_000));
        Option<long> n = new Option<long>("--n")
        {
            HelpName = "count",
            DefaultValueFactory = static _ => 200,
            Description = "Votes behind each bound of the small certification",
        }
            .Within(new(10, 1_000_000));
        Option<int> batch = new Option<int>("--batch")
        {
            HelpName = "rows",
            DefaultValueFactory = static _ => 100,
            Description = "Rows of a forward pass",
        }
            .Within(new(1, 65536));
        Option<ulong> seed = new("--seed") { HelpName = "k", DefaultValueFactory = static _ => 1, Description = "Key of the noise" };
        Option<string> output = new Option<string>("--out")
        {
            HelpName = "file",
            DefaultValueFactory = static _ => "check.html",
            Description = "The page to write (HTML)",
        }
            .Check(static path => path.EndsWith(".html", StringComparison.OrdinalIgnoreCase) && !Directory.Exists(path),
                "--out must name an .html file.");
        Verb verb = new Verb(
            "check",
            "Examines a pair of models with a few labelled images, before any long run: pictures, accuracy on clean, noisy and "
                + "denoised images, "
                + "which sigma certifies most, what certificates cost on this device, and warnings where something looks like a mistake: a "
                + "wrong range of pixels, normalisation, channel order, class order, schedule, timestep scale or noise level.",
            ["check --radius 0.5", "check --pair cifar10 --denoiser-file d.pt --classifier-file c.bin --data cifar10 --data-path DIR "
                + "--max 200"],
            [(CommandLine.Done, "done, with or without warnings"), (CommandLine.Failed, "an option, a file or an image was invalid"),
                (CommandLine.Cancelled, "stopped (Ctrl-C)")])
            .With(models.All).With(data.Selection).With(strategy.All).With([sigma, radius, certify, n, batch, seed, output]);
        return verb.Does((parsed, cancellationToken) =>
        {
            ModelChoice choice = models.Read(parsed);
            return new CheckRun(
                choice, data.Read(parsed, choice.Pair), strategy.Read(parsed), parsed.GetRequiredValue(sigma),
                    parsed.GetValue(radius) ?? s_usualRadii,
                parsed.GetValue(certify), parsed.GetValue(n), parsed.GetValue(batch), parsed.GetValue(seed),
                    parsed.GetRequiredValue(output),
                parsed.InvocationConfiguration.Output).Execute(cancellationToken);
        });
    }
}
