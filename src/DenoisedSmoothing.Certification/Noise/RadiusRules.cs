namespace DenoisedSmoothing.Noise;

/// <summary>Turns the text of a rule back into the rule, so that a certificate's radius can be recomputed.</summary>
public static class RadiusRules
{
    /// <summary>The rule under which a certificate was made.</summary>
    /// <param name="certificate">Any certificate; one that names no noise is for exactly Gaussian noise, as all once were.</param>
    /// <exception cref="FormatException">The certificate names a noise that this version does not know.</exception>
    public static IRadiusRule Of(Certificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return certificate.Noise is { } text ? Parse(text) : new GaussianRule(certificate.Sigma);
    }

    /// <summary>Reads a text from <see cref="IRadiusRule.Description"/>.</summary>
    /// <param name="text">Such as <c>grid-gaussian sigma=0.25 dimension=3072</c>.</param>
    /// <exception cref="FormatException">The text is not a rule that this version knows.</exception>
    public static IRadiusRule Parse(string text)
    {
        CertificationMethod parsed = CertificationMethod.Parse(text);
        IRadiusRule? rule = null;
        try
        {
            rule = parsed.Name switch
            {
                GaussianRule.Name => new GaussianRule(Number("sigma")),
                GridGaussianRule.Name => new GridGaussianRule(Number("sigma"), (long)Number("dimension")),
                UniformRule.Name => new UniformRule(Number("lambda"), (long)Number("dimension")),
                _ => null,
            };
        }
        catch (ArgumentOutOfRangeException error)
        {
            throw new FormatException($"'{text}' is not a noise: {error.Message}", error);
        }

        return rule is not null && rule.Description == parsed.ToString()
            ? rule
            : throw new FormatException(
                $"'{text}' is not a noise that this version knows: {GaussianRule.Name}, {GridGaussianRule.Name} or {UniformRule.Name} "
                + $"with its parameters.");

        double Number(string name) =>
            parsed.Parameters.TryGetValue(name, out string? value) && PlainNumber.TryParse(value, out double number)
                ? number
                : throw new FormatException($"'{text}' has no number {name}.");
    }
}
