using System.CommandLine;
using DenoisedSmoothing.Training;

namespace DenoisedSmoothing.Tool;

/// <summary>The verb finetune.</summary>
internal static class FinetuneCommand
{
    public static Verb Create()
    {
        ModelOptions models = new();
        DataOptions data = new(fallback: "fashion-mnist", split: "train");
        StrategyOptions strategy = new();
        strategy.Denoiser.Validators.Clear();
        strategy.Denoiser.AcceptOnlyFromAmong([.. Strategies.Denoisers]);
        strategy.Denoiser.Description =
            $"The denoising before the classifier: {string.Join(", ", Strategies.Denoisers)} (none: Gaussian augmentation, as Cohen "
            + $"et al.) [default: one-shot]";
        TrainingVerbOptions training = new("128", TrainingVerbOptions.Cosine("0.001"), "two epochs");
        Option<int?> samplerSteps = new Option<int?>("--denoiser-steps")
        {
            HelpName = "count",
            Description = "Steps of multi-step and heun, noise levels of map and langevin",
        }
            .AtLeast(1);
        Option<double> sigma = new SamplingOptions().Sigma;
        Option<bool> fromScratch = new("--from-scratch") { Description = "Start from random weights, not from the classifier's own" };
        Option<int> shift = new Option<int>("--shift")
        {
            HelpName = "pixels",
            DefaultValueFactory = _ => 2,
            Description = "Images are moved by up to this many pixels each way",
        }
            .AtLeast(0);
        Option<bool> noMirror = new("--no-mirror") { Description = "Mirror no images (mirroring does not suit digits)" };
        Option<double> weightDecay = new Option<double>("--weight-decay")
        {
            HelpName = "rate",
            DefaultValueFactory = _ => 0.01,
            Description = "Decoupled weight decay",
        }
            .Within(new(0, double.MaxValue));
        SelectorOptions selector = new();
        Verb verb = new Verb(
            "finetune",
            "Trains a pretrained classifier on images noised and denoised afresh whenever they are seen (the paper's Tables 3 and 6), "
                + "for one noise level. The other verbs load the result with --classifier-file.",
            ["finetune --sigma 0.5 --epochs 2 --out runs/finetuned-050.safetensors",
                "finetune --sigma 0.5 --denoiser none --from-scratch --epochs 14 --out runs/gaussian-050.safetensors"],
            Verb.ExitCodesOfARun)
            .With(models.All).With(data.Selection).With([sigma, strategy.Denoiser, samplerSteps, fromScratch, shift, noMirror, weightDecay])
                .With(training.All).With(selector.All);
        return verb.Does((parsed, cancellationToken) =>
        {
            ModelChoice choice = models.Read(parsed);
            if (choice.Precision != "float32")
                throw new ArgumentException("Training is in float32: leave --precision out.");
            StrategyOptions.RequireTaken(parsed, samplerSteps, [parsed.GetValue(strategy.Denoiser)]);
            Augmentation augmentation = new() { Shift = parsed.GetValue(shift), Mirror = !parsed.GetValue(noMirror) };
            return new FinetuneRun(
                choice, data.Read(parsed, choice.Pair),
                new StrategyChoice(parsed.GetValue(strategy.Denoiser), parsed.GetValue(samplerSteps), null, 0.25, false),
                parsed.GetValue(sigma), training.Read(parsed, 128, 1e-3), parsed.GetValue(fromScratch), augmentation,
                parsed.GetValue(weightDecay), parsed.InvocationConfiguration.Output) { Selector = selector.Read(parsed) }
                .Execute(cancellationToken);
        });
    }
}
