using System.CommandLine;

namespace DenoisedSmoothing.Tool;

/// <summary>Options that the training verbs share.</summary>
internal sealed class TrainingVerbOptions
{
    public TrainingVerbOptions(int batch, double learningRate, string steps)
    {
        Batch = new Option<int>("--batch") { HelpName = "images", DefaultValueFactory = _ => batch, Description = "Images a step" }
            .Check(count => count is >= 1 and <= 65536, "--batch must be 1 to 65536.");
        LearningRate = new Option<double>("--learning-rate")
        {
            HelpName = "rate",
            DefaultValueFactory = _ => learningRate,
            Description = "The highest, after 100 steps of warm-up; it falls to 0 along a cosine",
        }
            .Check(rate => rate > 0 && double.IsFinite(rate), "--learning-rate must be a finite number above 0.");
        Steps = new Option<int?>("--steps") { HelpName = "count", Description = $"Optimizer steps [default: {steps}]" }
            .Check(count => count >= 1, "--steps must be at least 1.");
    }

    public Option<int?> Steps { get; }

    public Option<double?> Epochs { get; } = new Option<double?>("--epochs")
    {
        HelpName = "count",
        Description = "Passes through the images, in place of --steps",
    }
        .Check(epochs => epochs > 0 && double.IsFinite(epochs.Value), "--epochs must be a finite number above 0.");

    public Option<int> Batch { get; }

    public Option<double> LearningRate { get; }

    public Option<int> Seed { get; } = new("--seed")
    {
        HelpName = "k",
        DefaultValueFactory = _ => 1,
        Description = "Seed of weights, order, augmentation and training noise",
    };

    public Option<int> CheckpointEvery { get; } = new Option<int>("--checkpoint-every")
    {
        HelpName = "steps",
        DefaultValueFactory = _ => 500,
        Description = "Steps between checkpoints, which lie in OUT.checkpoints",
    }
        .Check(steps => steps >= 1, "--checkpoint-every must be at least 1.");

    public Option<string> Out { get; } = new Option<string>("--out")
    {
        Required = true,
        HelpName = "file",
        Description = "The weights to write, .safetensors; a run that was stopped goes on under the same command",
    }
        .Check(path => path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase)
            && !Directory.Exists(path), "--out must name a .safetensors file.");

    public IEnumerable<Option> All => [Steps, Epochs, Batch, LearningRate, Seed, CheckpointEvery, Out];

    public TrainingChoice Read(ParseResult parsed)
    {
        if (parsed.GetValue(Steps) is not null && parsed.GetValue(Epochs) is not null)
            throw new ArgumentException("Either --steps or --epochs says how long to train.");
        OutputFolder.Check(parsed.GetValue(Out)!);
        return new TrainingChoice(
            parsed.GetValue(Steps), parsed.GetValue(Epochs), parsed.GetValue(Batch), parsed.GetValue(LearningRate), parsed.GetValue(Seed),
                parsed.GetValue(CheckpointEvery), parsed.GetValue(Out)!);
    }
}
