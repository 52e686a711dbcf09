namespace DenoisedSmoothing.Hub;

/// <summary>
/// The tables with which diffusers' schedulers train. Betas and alphas are rounded to float32, as there: these are the noise levels that
/// the network saw.
/// </summary>
internal static class DiffusersBetas
{
    private const double MostBeta = 0.999;

    /// <summary>The schedules by name; the arguments are the first beta, the last beta and T.</summary>
    public static IReadOnlyDictionary<string, Func<double, double, int, float[]>> ByName { get; } =
        new Dictionary<string, Func<double, double, int, float[]>>
        {
            ["linear"] = (first, last, count) => Row(count, i => (float)Between(first, last, i, count)),
            ["scaled_linear"] = (first, last, count) => Row(count, i =>
            {
                float root = (float)Between(Math.Sqrt(first), Math.Sqrt(last), i, count);
                return root * root;
            }),
            ["squaredcos_cap_v2"] = (_, _, count) => FromAlphaBar(count, static u =>
                Math.Pow(Math.Cos((u + 0.008) / 1.008 * Math.PI / 2), 2)),
            ["exp"] = (_, _, count) => FromAlphaBar(count, static u => Math.Exp(-12 * u)),
            ["sigmoid"] = (first, last, count) => Row(count, i =>
                (float)(1 / (1 + Math.Exp(-(float)Between(-6, 6, i, count))) * (last - first) + first)),
        };

    /// <summary>alpha-bar: the running product of 1 - beta, each rounded to float32 as it is made.</summary>
    public static double[] AlphaBar(IReadOnlyList<float> betas)
    {
        double[] alphaBar = new double[betas.Count];
        double product = 1;
        for (int t = 0; t < alphaBar.Length; t++)
            alphaBar[t] = product *= 1f - betas[t];
        return alphaBar;
    }

    /// <summary>
    /// The same with no signal left at the last timestep (Lin et al. 2023, algorithm 1), and without that timestep: pure noise is not a
    /// noise level.
    /// </summary>
    public static double[] WithoutTerminalSignal(double[] alphaBar)
    {
        double first = Math.Sqrt(alphaBar[0]), last = Math.Sqrt(alphaBar[^1]);
        return [.. alphaBar[..^1].Select(value => Math.Pow((Math.Sqrt(value) - last) * (first / (first - last)), 2))];
    }

    private static float[] FromAlphaBar(int count, Func<double, double> alphaBar) =>
        Row(count, i => (float)Math.Min(1 - alphaBar((i + 1.0) / count) / alphaBar((double)i / count), MostBeta));

    private static float[] Row(int count, Func<int, float> beta) => [.. Enumerable.Range(0, count).Select(beta)];

    private static double Between(double first, double last, int i, int count) => first + (last - first) * i / (count - 1);
}
