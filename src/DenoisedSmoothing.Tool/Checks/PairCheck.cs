namespace DenoisedSmoothing.Tool;

/// <summary>
/// Checks a pair with a few labelled images: measures, tries what may have been meant instead, and says what looks wrong.
/// </summary>
/// <param name="Measurement">The pair, the images and how to compute.</param>
/// <param name="Sigmas">The noise levels.</param>
internal sealed record PairCheck(CheckMeasurement Measurement, IReadOnlyList<double> Sigmas)
{
    /// <summary>Everything except certificates.</summary>
    public CheckResult Run(CancellationToken cancellationToken)
    {
        CheckImages images = Measurement.Images;
        CheckAnswers clean = Measurement.Clean(cancellationToken);
        CheckLevel[] levels = [.. Sigmas.Select(sigma => Measurement.At(sigma, cancellationToken))];
        double[] reached = [.. levels.Where(static level => level.Problem is null && level.Denoises).Select(static level => level.Sigma)];
        IEnumerable<CheckWarning> warnings = ImageChecks.Of(images, Sigmas)
            .Concat(ClassifierChecks.Of(Measurement.Models.Classifier, images, clean, Measurement.Device, Measurement.Batch,
                cancellationToken))
            .Concat(LabelChecks.Of(images, clean, Measurement.Models.Classifier.ClassCount))
            .Concat(DenoiserChecks.Of(levels));
        // At the middle level: at the lowest there is little to see, at the highest little is left.
        if (reached.Length > 0 && Strategies.KindOf(Measurement.Models, Measurement.Strategy) == Strategies.OneShot)
            warnings = warnings.Concat(DiffusionTrials.Of(Measurement, reached[reached.Length / 2], cancellationToken));
        return new CheckResult(Measurement.Models.Name, images, clean, levels, [], [.. warnings]);
    }

    /// <summary>The same with small certifications, where images and models allow them.</summary>
    public CheckResult RunWithTrials(int count, long n, double alpha, CancellationToken cancellationToken)
    {
        CheckResult result = Run(cancellationToken);
        (double low, double high) = ImageChecks.Range(result.Images);
        bool possible = low >= 0 && high <= 1 && result.Warnings.All(static warning => warning.Kind != "not-finite");
        return count == 0 || !possible ? result : result with
        {
            Trials = [.. result.Levels.Where(static level => level.Problem is null)
                .Select(level => CheckTrial.Run(Measurement, level.Sigma, count, n, alpha, cancellationToken))],
        };
    }
}
