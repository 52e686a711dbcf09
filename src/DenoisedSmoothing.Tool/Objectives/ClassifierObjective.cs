using System.CommandLine;
using DenoisedSmoothing.Training;

namespace DenoisedSmoothing.Tool;

/// <summary>An objective of train-classifier: its name, the options it takes, and how it is made from them.</summary>
/// <param name="Name">As typed.</param>
/// <param name="Words">Its description, for the help.</param>
/// <param name="Takes">The options of objectives that it takes; others are refused.</param>
/// <param name="Create">Makes it.</param>
internal sealed record ClassifierObjective(
    string Name, string Words, IReadOnlyList<Option> Takes, Func<ObjectiveSetting, ObjectiveParts, ITrainingObjective> Create)
{
    /// <summary>Images per step: the recipe's rows, divided by the copies of an image.</summary>
    public Func<ObjectiveSetting, int> Batch { get; init; } = setting => setting.Recipe.Batch;

    /// <summary>The number of classifiers trained together.</summary>
    public Func<ObjectiveSetting, int> Members { get; init; } = _ => 1;

    /// <summary>Whether it continues from a trained classifier, behind a denoiser, and with which recipe where none is typed.</summary>
    public PaperRecipe? Finetunes { get; init; }
}
