using System.CommandLine;
using DenoisedSmoothing.Presets;

namespace DenoisedSmoothing.Tool;

/// <summary>The verb train-denoiser.</summary>
internal static class TrainDenoiserCommand
{
    private static readonly string[] s_diffusion = ["fashion-mnist", "fashion-mnist-small", "cifar10-small", "improved-diffusion-cifar10"];

    private static readonly string[] s_networks = [.. s_diffusion, .. PlainDenoiserCard.Networks.Keys];

    public static Verb Create()
    {
        DataOptions data = new(fallback: "fashion-mnist", split: "train");
        TrainingVerbOptions training = new("64", TrainingVerbOptions.Cosine("0.001; 0.00001 with --from"),
            "6000, the bundled denoiser's");
        Option<string> objective = new("--objective")
        {
            HelpName = "name",
            DefaultValueFactory = _ => DenoiserObjective.All[0].Name,
            Description = "What is minimised: " + string.Join("; ", DenoiserObjective.All.Select(its => $"{its.Name}, {its.Words}")),
        };
        objective.AcceptOnlyFromAmong([.. DenoiserObjective.All.Select(its => its.Name)]);
        Option<string> network = new("--network")
        {
            HelpName = "name",
            DefaultValueFactory = _ => s_networks[0],
            Description = $"What to train: {string.Join(", ", s_diffusion)}; not for noise and score: "
                + string.Join(", ", PlainDenoiserCard.Networks.Keys),
        };
        network.AcceptOnlyFromAmong(s_networks);
        Option<double[]> sigma = ListOptions.Sigmas("Train at these noise levels only, separated by commas; one for mse, "
            + "stability and classification [default: at all timesteps]");
        Option<string?> range = new Option<string?>("--sigma-range")
        {
            HelpName = "a..b",
            Description = "noise: train at the timesteps of noise levels a to b only; score: the levels to train, such as 0.01..1.0",
        }
            .Check(text => SigmaInterval.TryParse(text, out _), "--sigma-range must be a..b with 0 <= a < b, such as 0.25..1.0.");
        Option<string[]?> surrogates = new("--surrogates")
        {
            HelpName = "file,file...",
            AllowMultipleArgumentsPerToken = true,
            CustomParser = result => [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries))],
            Description = "stability, classification: the classifiers, weights that take turns, one per step [default: the bundled one]",
        };
        Option<string?> start = new("--from") { HelpName = "file", Description = "Weights to start from [default: random ones]" };
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
        ClassifierOptions classifiers = new();
        classifiers.Network.Description = "What the surrogates' weights belong to: "
            + $"{ClassifierOptions.Names} [default: what their files say]";
        Verb verb = new Verb(
            "train-denoiser",
            "Trains a diffusion model: at all timesteps, or at one noise level, several, or a range (the paper's Table 4). Or a score "
                + "network, or a denoiser of one noise level, alone or in front of classifiers. The file says what it was trained for, so "
                + "that the other verbs load it with --denoiser-file alone and refuse other noise levels.",
            ["train-denoiser --out runs/full.safetensors",
                "train-denoiser --sigma 0.25,0.5,1.0 --network fashion-mnist-small --steps 2000 --out runs/set.safetensors",
                "train-denoiser --objective score --sigma-range 0.01..1.0 --network fashion-mnist-small --out runs/score.safetensors",
                "train-denoiser --objective mse --network dncnn --sigma 0.5 --out runs/mse.safetensors",
                "train-denoiser --objective stability --network dncnn --sigma 0.5 --from runs/mse.safetensors --out runs/stab.safetensors"],
            Verb.ExitCodesOfARun)
            .With(new OptionGroup("Objective", [objective, network, sigma, range, surrogates, classifiers.Network, start, ema]))
            .With(data.Selection).With(training.All).With([device]);
        return verb.Does((parsed, cancellationToken) =>
        {
            double[] sigmas = parsed.GetValue(sigma) ?? [];
            SigmaInterval? between = SigmaInterval.TryParse(parsed.GetValue(range), out SigmaInterval ends) ? ends : null;
            DenoiserObjective chosen = DenoiserObjective.All.Single(its => its.Name == parsed.GetValue(objective));
            NoiseLevels levels = new(sigmas, between);
            chosen.Check(levels, parsed.GetValue(network)!);
            string[] files = parsed.GetValue(surrogates) ?? [];
            if (!chosen.NeedsClassifiers && (files.Length > 0 || parsed.GetValue(classifiers.Network) is not null))
                throw new ArgumentException($"--objective {chosen.Name} trains without classifiers: leave --surrogates and "
                    + "--classifier-network out.");
            foreach (string file in files)
                ModelOptions.Existing(file);
            string? from = ModelOptions.Existing(parsed.GetValue(start));
            LibTorch.DeviceNamed(parsed.GetValue(device)!);
            return new TrainDenoiserRun(
                chosen, parsed.GetValue(network)!, levels, data.Read(parsed, null),
                training.Read(parsed, 64, from is null ? 1e-3 : 1e-5), parsed.GetValue(ema), parsed.GetValue(device)!,
                parsed.InvocationConfiguration.Output)
            {
                Start = from,
                Surrogates = files,
                SurrogateNetwork = parsed.GetValue(classifiers.Network),
            }.Execute(cancellationToken);
        });
    }
}
