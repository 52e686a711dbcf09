namespace DenoisedSmoothing.Tool;

/// <summary>Something that looks like a mistake, and what to do about it.</summary>
/// <param name="Kind">A short name, distinct for each kind of mistake.</param>
/// <param name="Found">What was seen, in a sentence or two.</param>
/// <param name="Advice">What to do.</param>
internal sealed record CheckWarning(string Kind, string Found, string Advice);
