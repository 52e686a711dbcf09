using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Experiments;

/// <summary>The outcome for one image that a session was given: exactly one of an entry, a note that it was skipped, or an error.</summary>
/// <param name="Index">The image's index in its data set.</param>
/// <param name="Entry">The line for it in a log of the run; null where there is none.</param>
/// <param name="Skipped">That it was skipped, and why; null where it was not.</param>
/// <param name="Error">What went wrong with only this image; null where nothing did.</param>
public sealed record WorkOutcome(int Index, CertificationLogEntry? Entry, SkippedImage? Skipped, Exception? Error);
