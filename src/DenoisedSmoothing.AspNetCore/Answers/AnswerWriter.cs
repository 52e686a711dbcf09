namespace DenoisedSmoothing.AspNetCore;

/// <summary>Turns certificates and predictions into answers.</summary>
/// <param name="model">The model that answers.</param>
/// <param name="classNames">Names of the classes; null where there are none.</param>
internal sealed class AnswerWriter(string model, IReadOnlyList<string>? classNames)
{
    public AnswerDocument Of(Prediction prediction, string noise) => new(
        model, prediction.Label, NameOf(prediction.Label), prediction.Abstained,
        prediction.Abstained ? Reason(prediction.Stopped, "undecided") : null, null, null, null, noise, null, prediction);

    /// <param name="certificate">From a test whose target was the guard, if there is one.</param>
    /// <param name="guard">The radius below which there is no answer; null for none.</param>
    /// <param name="noise">Where the noise came from.</param>
    public AnswerDocument Of(Certificate certificate, double? guard, string noise)
    {
        bool answered = certificate.Label is not null && !(certificate.Radius < guard);
        int? label = answered ? certificate.Label : null;
        return new AnswerDocument(
            model, label, NameOf(label), !answered,
            answered ? null : Reason(certificate.Stopped, guard is null ? "undecided" : "radius"), guard,
            answered ? new GuaranteeDocument(certificate.Radius, certificate.Norm, certificate.Alpha) : null,
            answered && guard is { } asked ? UnchangedOrAbstaining(certificate, asked) : null, noise, certificate, null);
    }

    /// <summary>
    /// An answer at y under the guard r is certified within r. Where |x - y| is less than R + r, some z is within R of x and within r of y,
    /// and the smoothed classifier has one answer at z: so y's answer is x's, or one of the two certificates is wrong. Hence twice alpha. A
    /// multi-class bound gives a label that is uniquely on top, so the argument is the same.
    /// </summary>
    private static GuaranteeDocument UnchangedOrAbstaining(Certificate certificate, double guard) => new(
        Math.BitDecrement(certificate.Radius + guard), certificate.Norm, Math.Min(1, 2 * certificate.Alpha));

    private static string Reason(StopReason? stopped, string otherwise) => stopped?.ToString().ToLowerInvariant() ?? otherwise;

    private string? NameOf(int? label) => label is { } known && classNames is not null && known < classNames.Count
        ? classNames[known]
        : null;
}
