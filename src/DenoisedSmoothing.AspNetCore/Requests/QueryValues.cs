using System.Globalization;
using System.Numerics;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>Reads the parameters of a request, by name; errors name the parameter.</summary>
internal static class QueryValues
{
    /// <summary>The members of <see cref="AnswerQuery"/>, by their names in requests.</summary>
    public static IReadOnlyList<string> Names { get; } = ["sigma", "radius", "alpha", "budget", "seconds", "seed"];

    /// <param name="valueOf">The text of a parameter; null where it is absent.</param>
    /// <exception cref="RequestException">A value is not what it should be.</exception>
    public static AnswerQuery Read(Func<string, string?> valueOf) => new()
    {
        Sigma = Positive(valueOf, "sigma"),
        Radius = Positive(valueOf, "radius"),
        Alpha = Positive(valueOf, "alpha") is { } alpha
            ? alpha <= .5 ? alpha : throw new RequestException($"alpha is {alpha}; it must be at most 0.5.")
            : null,
        Votes = Whole<long>(valueOf, "budget", "a whole number of votes, at least 1") is { } votes
            ? votes >= 1 ? votes : throw new RequestException($"budget is {votes}; it is a whole number of votes, at least 1.")
            : null,
        Seconds = Positive(valueOf, "seconds"),
        Seed = Whole<ulong>(valueOf, "seed", "a whole number from 0 to 2^64 - 1"),
    };

    private static double? Positive(Func<string, string?> valueOf, string name)
    {
        if (valueOf(name) is not { } text)
            return null;
        if (!PlainNumber.TryParse(text, out double number))
            throw NotOne(name, text, "a number above 0");
        return number > 0 ? number : throw new RequestException($"{name} is {Plain(number)}; it must be finite and above 0.");
    }

    private static T? Whole<T>(Func<string, string?> valueOf, string name, string what)
        where T : struct, IBinaryInteger<T> => valueOf(name) is { } text
        ? PlainNumber.TryParseWhole(text, out T value) ? value : throw NotOne(name, text, what)
        : null;

    private static RequestException NotOne(string name, string text, string what) =>
        new($"{name} is '{text}'; it must be {what}.{PlainNumber.Hint(text)}");

    private static string Plain(double number) => number.ToString(CultureInfo.InvariantCulture);
}
