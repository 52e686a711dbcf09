using System.CommandLine;

namespace DenoisedSmoothing.Tool;

/// <summary>The verb denoise.</summary>
internal static class DenoiseCommand
{
    public static Verb Create()
    {
        ModelOptions models = new();
        DataOptions data = new();
        StrategyOptions strategy = new();
        Option<double[]> sigma = ListOptions.Sigmas("Noise levels, separated by commas: one block of columns each", 0.5);
        Option<int[]> chosen = ListOptions.Indices("--images",
            "Indices of the images, separated by commas [default: the first 8 of --start, --skip and --max]");
        Option<string[]> denoisers = ListOptions.Names("--denoiser",
            $"Strategies, separated by commas: {string.Join(", ", Strategies.Denoisers)}", Strategies.Denoisers, Strategies.OneShot);
        Option<ulong> seed = new("--seed") { HelpName = "k", DefaultValueFactory = _ => 1, Description = "Key of the noise" };
        Option<int?> scale = new Option<int?>("--scale")
        {
            HelpName = "factor",
            Description = "Screen pixels per image pixel [default: what makes an image about 96 pixels high]",
        }
            .Within(new NumberRange<int>(1, 32));
        Option<string> output = new Option<string>("--out")
        {
            HelpName = "file",
            DefaultValueFactory = _ => "denoised.png",
            Description = "The picture to write (PNG)",
        }
            .Check(path => path.EndsWith(".png", StringComparison.OrdinalIgnoreCase)
                && !Directory.Exists(path), "--out must name a .png file.");
        Verb verb = new Verb(
            "denoise",
            "Draws images, their noisy copies and what each strategy makes of them (the paper's Figures 3 to 5): one row per image, framed "
                + "green where the classifier is right and red where it is wrong.",
            ["denoise --sigma 0.5 --images 0,1,2,3", "denoise --denoiser one-shot,multi-step,heun --sigma 0.25,1.0 --out runs/figure3.png"],
            Verb.ExitCodesOfARun)
            .With(models.All).With(data.Selection).With([chosen, denoisers]).With(strategy.Details).With([sigma, seed, scale, output]);
        return verb.Does((parsed, cancellationToken) =>
        {
            ModelChoice choice = models.Read(parsed);
            return new DenoiseRun(
                choice, data.Read(parsed, choice.Pair), parsed.GetValue(chosen)
                    ?? [], strategy.Read(parsed, parsed.GetValue(denoisers)!),
                parsed.GetValue(sigma)!, parsed.GetValue(seed), parsed.GetValue(scale), parsed.GetValue(output)!,
                parsed.InvocationConfiguration.Output).Execute(cancellationToken);
        });
    }
}
