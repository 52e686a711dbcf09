using System.CommandLine;

namespace DenoisedSmoothing.Tool;

/// <summary>The input for an objective: what was typed, and the recipe for the rest.</summary>
/// <param name="Parsed">The command line.</param>
/// <param name="Recipe">The recipe.</param>
/// <param name="Sigma">The noise level; 0 for an objective without noise.</param>
internal sealed record ObjectiveSetting(ParseResult Parsed, PaperRecipe Recipe, double Sigma)
{
    /// <summary>What was typed for an option, otherwise the recipe's value.</summary>
    public T Or<T>(Option<T?> option, (T, T, T) mnist, (T, T, T) cifar10, T quick) where T : struct =>
        Parsed.GetValue(option) ?? Recipe.Of(Sigma, mnist, cifar10, quick);

    /// <summary>What was typed for an option, otherwise a number that all recipes share.</summary>
    public T Or<T>(Option<T?> option, T otherwise) where T : struct => Parsed.GetValue(option) ?? otherwise;
}
