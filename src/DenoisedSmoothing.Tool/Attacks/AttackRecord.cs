using System.Text.Json.Serialization;
using DenoisedSmoothing.Training.Attacks;

namespace DenoisedSmoothing.Tool;

/// <summary>One image under attack: a line of an <see cref="AttackLog"/>.</summary>
/// <param name="Index">The image's index in its data set.</param>
/// <param name="Label">Its true label.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Certificate">Its certificate, which may be an abstention.</param>
/// <param name="Inside">Attacks within the certified radius: none may change the answer.</param>
/// <param name="Beyond">Attacks within larger radii, up to the first that changed the answer.</param>
/// <param name="Clean">The judge's answer for the unchanged image, where the certificate abstains; null otherwise.</param>
internal sealed record AttackRecord(
    int Index, int Label, double Seconds, Certificate Certificate, IReadOnlyList<AttackOutcome> Inside, IReadOnlyList<AttackOutcome> Beyond,
    Prediction? Clean = null)
{
    /// <summary>The attacked label; null where there is no answer to change.</summary>
    [JsonIgnore]
    public int? Answer => Certificate.Label ?? Clean?.Label;

    /// <summary>Attacks that contradict the certificate.</summary>
    [JsonIgnore]
    public IEnumerable<AttackOutcome> Contradictions => Inside.Where(outcome => outcome.Verdict == AttackVerdict.Changed);

    /// <summary>The distance at which an attack first changed the answer; null where none did.</summary>
    [JsonIgnore]
    public double? ChangedAt => Inside.Concat(Beyond).Where(outcome => outcome.Verdict == AttackVerdict.Changed)
        .Min(outcome => (double?)outcome.Distance);

    /// <summary>Whether the correct answer is certified within a radius.</summary>
    public bool IsCertifiedAt(double radius) => Certificate.Label == Label && Certificate.Radius >= radius;

    /// <summary>Whether the answer is correct and no attack within less than a radius changed it.</summary>
    public bool StandsAt(double radius) => Answer == Label && !(ChangedAt < radius);
}
