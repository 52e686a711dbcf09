namespace DenoisedSmoothing.Tool;

/// <summary>Which attacks to run and how hard, as typed.</summary>
/// <param name="Names">Attacks from <see cref="AttackCatalog.Names"/>; the first also goes beyond certified radii.</param>
/// <param name="Steps">Steps of each attack.</param>
/// <param name="Draws">Noisy copies per step.</param>
/// <param name="Votes">Noisy images that one attack may look at; null for no limit.</param>
/// <param name="Beyond">Radii within which to attack where they are above the certified one, in increasing order.</param>
/// <param name="JudgeAlpha">The probability that an answer is reported as changed although it is not.</param>
/// <param name="JudgeVotes">The most votes for one judgement.</param>
internal sealed record AttackChoice(
    IReadOnlyList<string> Names, int Steps, int Draws, long? Votes, IReadOnlyList<double> Beyond, double JudgeAlpha, long JudgeVotes);
