using System.Globalization;
using System.Numerics;

namespace DenoisedSmoothing.Tool;

/// <summary>The numbers that an option accepts: its check, its help and its error all come from here.</summary>
/// <param name="Least">The smallest.</param>
/// <param name="Most">The largest.</param>
internal sealed record NumberRange<T>(T Least, T Most) : INumberRange where T : struct, INumber<T>
{
    /// <summary>Whether <see cref="Least"/> itself is refused.</summary>
    public bool Above { get; init; }

    /// <summary>Whether <see cref="Most"/> itself is refused.</summary>
    public bool Below { get; init; }

    public bool Contains(T value) => (Above ? value > Least : value >= Least) && (Below ? value < Most : value <= Most);

    /// <summary>In the form that follows "must be": "from 1 to 65536", "above 0 and below 1".</summary>
    public override string ToString() => (Above, Below) switch
    {
        _ when Most == MostOfAll => $"{(Above ? "above" : "at least")} {Text(Least)}",
        (false, false) => $"from {Text(Least)} to {Text(Most)}",
        (false, true) => $"at least {Text(Least)} and below {Text(Most)}",
        (true, false) => $"above {Text(Least)} and at most {Text(Most)}",
        (true, true) => $"above {Text(Least)} and below {Text(Most)}",
    };

    // No option accepts infinity or NaN as a number.
    private static T MostOfAll => T.CreateSaturating(typeof(T) == typeof(double) ? double.MaxValue : long.MaxValue);

    private static string Text(T value)
    {
        double number = double.CreateChecked(value);
        return number >= 1 << 20 && double.IsPow2(number) ? Power(Math.ILogB(number))
            : number is > 0 and < 1e-5 && double.IsPow2(number)
                ? $"{Power(Math.ILogB(number))} ({number.ToString("0.#e0", CultureInfo.InvariantCulture)})"
            : value.ToString(null, CultureInfo.InvariantCulture);
    }

    private static string Power(int exponent) => string.Create(CultureInfo.InvariantCulture, $"2^{exponent}");
}
