namespace DenoisedSmoothing.Statistics;

/// <summary>
/// log(1 + x) and exp(x) - 1 that stay accurate where x is tiny; .NET's double.LogP1 and double.ExpM1 lose all digits there.
/// </summary>
internal static class ElementaryFunctions
{
    /// <summary>
    /// Unit roundoff, 2^-53. Error bounds in this folder are in units of it; they assume that one operation errs by at most 1 unit and that
    /// Math.Log, Exp and Sinh err by at most 4 (2 ulp), where the C libraries behind .NET promise less than 1 ulp.
    /// </summary>
    internal const double Unit = 1.0 / (1L << 53);

    /// <summary>log(1 + x) for x at least -1/2, within 10 units relative.</summary>
    internal static double Log1P(double x)
    {
        // Kahan: 1 + x rounds to y; log(y)/(y - 1) varies so slowly that evaluating it at y instead of 1 + x costs nothing.
        double y = 1 + x;
        return y == 1 ? x : Math.Log(y) * (x / (y - 1));
    }

    /// <summary>exp(x) - 1 = 2 sinh(x/2) exp(x/2), within 10 units relative.</summary>
    internal static double ExpM1(double x) => 2 * Math.Sinh(x / 2) * Math.Exp(x / 2);
}
