using System.CommandLine;

namespace DenoisedSmoothing.Tool;

/// <summary>The verb train-denoiser.</summary>
internal static class TrainDenoiserCommand
{
    private static readonly string[] s_networks = ["fashion-mnist", "fashion-mnist-small", "cifar10-small", "improved-diffusion-cifar10"];

    public static Verb Create()
    {
        DataOptions data = new(fallback: "fashion-mnist", split: "train");
        TrainingVerbOptions training = new("64", TrainingVerbOptions.Cosine("0.001"), "6000, the bundled denoiser's");
        Option<string> network = new("--network")
        {
            HelpName = "name",
            DefaultValueFactory = _ => s_networks[0],
            Description = $"What to train: {string.Join(", ", s_networks)}",
        };
        network.AcceptOnlyFromAmong(s_networks);
        Option<double[]> sigma = ListOptions.Sigmas("Train at these noise levels only, separated by commas [default: at all timesteps]");
        Option<string?> range = new Option<string?>("--sigma-range")
        {
            HelpName = "a..b",
            Description = "Train at the timesteps of noise levels a to b only",
        }
            .Check(text => NoiseLevels.TryParseRange(text!, out _), "--sigma-range must be a..b with 0 <= a < b, such as 0.25..1.0.");
        Option<double> ema = new Option<double>("--ema")
        {
            HelpName = "decay",
            DefaultValueFactory = _ => 0.999,
            Description = "Decay of the weights' moving average, which is what is written",
        }
            .Within(new(0, 1) { Below = true });
        Option<string> device = new("--device")
        {
            HelpName = "name",
            DefaultValueFactory = _ => "cpu",
            Description = "Where to train: cpu, cuda, cuda:1 ...",
        };
        Verb verb = new Verb(
            "train-denoiser",
            "Trains a diffusion model: at all timesteps, or at one noise level, several, or a range (the paper's Table 4). The file "
                + "says what it was trained for, so that the other verbs load it with --denoiser-file alone and refuse other noise levels.",
            ["train-denoiser --out runs/full.safetensors",
                "train-denoiser --sigma 0.25,0.5,1.0 --network fashion-mnist-small --steps 2000 --out runs/set.safetensors",
                "train-denoiser --sigma-range 0.25..1.0 --out runs/range.safetensors"],
            Verb.ExitCodesOfARun)
            .With([network, sigma, range, ema]).With(data.Selection).With(training.All).With([device]);
        return verb.Does((parsed, cancellationToken) =>
        {
            double[] sigmas = parsed.GetValue(sigma) ?? [];
            (double, double)? between = parsed.GetValue(range) is { } text && NoiseLevels.TryParseRange(text, out (double, double) ends)
                ? ends
                : null;
            if (sigmas.Length > 0 && between is not null)
                throw new ArgumentException("Either --sigma or --sigma-range restricts the noise levels.");
            LibTorch.DeviceNamed(parsed.GetValue(device)!);
            return new TrainDenoiserRun(
                parsed.GetValue(network)!, new NoiseLevels(sigmas, between), data.Read(parsed, null), training.Read(parsed, 64, 1e-3),
                parsed.GetValue(ema), parsed.GetValue(device)!, parsed.InvocationConfiguration.Output).Execute(cancellationToken);
        });
    }
}
