using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Tool;

/// <summary>The verb predict.</summary>
internal static class PredictCommand
{
    public static Verb Create() => new SmoothingVerb(CertificationLogKind.Predict).Of(new Verb(
        "predict",
        "Predicts images with the smoothed classifier, or abstains. Unless --seed is given the noise comes from a fresh seed that "
            + "no one learns, so that no attacker can aim at it; a resumed log then continues with another.",
        ["predict --sigma 0.5 --max 20", "predict --sigma 0.25 --data fashion-mnist --n 1000 --out runs/predict.tsv --resume"],
        Verb.ExitCodesOfARun));
}
