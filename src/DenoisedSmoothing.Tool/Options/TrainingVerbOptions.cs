using System.CommandLine;

namespace DenoisedSmoothing.Tool;

/// <summary>Options that the training verbs share.</summary>
internal sealed class TrainingVerbOptions
{
    /// <param name="batch">Images per step where nothing is typed, in words.</param>
    /// <param name="learningRate">What the rate does, including its default, in words.</param>
    /// <param name="steps">Steps where nothing is typed, in words.</param>
    public TrainingVerbOptions(string batch, string learningRate, string steps)
    {
        Batch = new Option<int?>("--batch") { HelpName = "images", Description = $"Images per step [default: {batch}]" }
            .Within(new NumberRange<int>(1, 65536));
        LearningRate = new Option<double?>("--learning-rate") { HelpName = "rate", Description = learningRate }
            .Positive();
        Steps = new Option<int?>("--steps") { HelpName = "count", Description = $"Optimizer steps [default: {steps}]" }
            .AtLeast(1);
    }

    /// <summary>What is said about AdamW's learning rate along a cosine.</summary>
    public static string Cosine(string rate) => $"The highest, after 100 steps of warm-up; it falls to 0 along a cosine [default: {rate}]";

    public Option<int?> Steps { get; }

    public Option<double?> Epochs { get; } = new Option<double?>("--epochs")
    {
        HelpName = "count",
        Description = "Passes through the images, in place of --steps",
    }
        .Positive();

    public Option<int?> Batch { get; }

    public Option<double?> LearningRate { get; }

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
        Description = "Steps between checkpoints, which are kept in OUT.checkpoints",
    }
        .AtLeast(1);

    public Option<string> Out { get; } = new Option<string>("--out")
    {
        Required = true,
        HelpName = "file",
        Description = "The weights to write, .safetensors; the same command continues a run that was stopped",
    }
        .Check(path => path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase)
            && !Directory.Exists(path), "--out must name a .safetensors file.");

    public OptionGroup All => new("Training", [Out, Steps, Epochs, Batch, LearningRate, Seed, CheckpointEvery]);

    /// <summary>Reads what was typed.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="batch">Images per step where nothing is typed.</param>
    /// <param name="learningRate">The learning rate where nothing is typed.</param>
    /// <exception cref="ArgumentException">Both steps and epochs are typed, or the output cannot be written.</exception>
    public TrainingChoice Read(ParseResult parsed, int batch, double learningRate)
    {
        if (parsed.GetValue(Steps) is not null && parsed.GetValue(Epochs) is not null)
            throw new ArgumentException("Either --steps or --epochs says how long to train.");
        OutputFolder.Check(parsed.GetValue(Out)!);
        return new TrainingChoice(
            parsed.GetValue(Steps), parsed.GetValue(Epochs), parsed.GetValue(Batch) ?? batch,
            parsed.GetValue(LearningRate) ?? learningRate, parsed.GetValue(Seed), parsed.GetValue(CheckpointEvery), parsed.GetValue(Out)!);
    }
}
