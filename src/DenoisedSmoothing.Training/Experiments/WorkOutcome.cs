using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Experiments;

/// <summary>What came of one image that a session was given: exactly one of an entry, a note that it is passed over, or an error.</summary>
/// <param name="Index">The image's index in its data set.</param>
/// <param name="Entry">The line that a log of the run has for it; null where there is none.</param>
/// <param name="Skipped">That it is passed over, and why; null where it is not.</param>
/// <param name="Error">What went wrong with this image alone; null where nothing did.</param>
public sealed record WorkOutcome(int Index, CertificationLogEntry? Entry, SkippedImage? Skipped, Exception? Error);
