using System.Globalization;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>
/// Which certificates the server recomputes. The work grows with the votes and with the parameters of the method, and the client writes
/// both: without bounds, a hundred bytes could keep a core busy for hours.
/// </summary>
internal static class VerificationLimits
{
    /// <summary>The field's usual n.</summary>
    public const long UsualVotes = 100_000;
    private const int MostRadii = 16;
    private const double ClosestLooks = 1.05;

    private static readonly string[] s_counts = ["n0", "n", "budget", "predict"];

    /// <param name="certificate">The client's certificate.</param>
    /// <param name="mostVotes">The most votes in a phase.</param>
    /// <exception cref="RequestException">It would take too long.</exception>
    public static void Check(Certificate certificate, long mostVotes)
    {
        IReadOnlyDictionary<string, string> parameters = certificate.Method.Parameters;
        double largest = s_counts.Where(parameters.ContainsKey).SelectMany(name => parameters[name].Split('+'))
            .Select(Number).Append(certificate.N0).Append(certificate.N).Max();
        bool fits = largest <= mostVotes
            && (!parameters.TryGetValue("looks", out string? looks) || Number(looks) >= ClosestLooks)
            && (!parameters.TryGetValue("radii", out string? radii) || radii.Count(static c => c == ',') < MostRadii);
        if (!fits)
        {
            throw new RequestException(string.Create(CultureInfo.InvariantCulture,
                $"The server recomputes certificates of at most {mostVotes} votes per phase, {MostRadii} radii and looks of at least "
                + $"{ClosestLooks}; use `dds verify` for this one."));
        }
    }

    // NaN is refused as too large; the verifier would say what is wrong with it, and needs no bound for that.
    private static double Number(string text) =>
        PlainNumber.TryParse(text, out double value) ? value : double.PositiveInfinity;
}
