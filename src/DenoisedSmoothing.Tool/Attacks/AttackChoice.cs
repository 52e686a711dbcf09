namespace DenoisedSmoothing.Tool;

/// <summary>Which attacks to run and how hard, as typed.</summary>
/// <param name="Names">Attacks out of <see cref="AttackCatalog.Names"/>; the first is the one that goes beyond certified radii.</param>
/// <param name="Steps">Steps of each attack.</param>
/// <param name="Draws">Noisy copies of a step.</param>
/// <param name="Votes">Noisy images that one attack may look at; null for no limit.</param>
/// <param name="Beyond">Radii to attack within where they are above the certified one, rising.</param>
/// <param name="JudgeAlpha">The probability that an answer is called changed although it is not.</param>
/// <param name="JudgeVotes">The most votes of one judgement.</param>
internal sealed record AttackChoice(
    IReadOnlyList<string> Names, int Steps, int Draws, long? Votes, IReadOnlyList<double> Beyond, double JudgeAlpha, long JudgeVotes);
