using System.Globalization;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>Reads the parameters of a request, by name; errors name the parameter.</summary>
internal static class QueryValues
{
    /// <summary>What <see cref="AnswerQuery"/> has, as requests name it.</summary>
    public static IReadOnlyList<string> Names { get; } = ["sigma", "radius", "alpha", "budget", "seconds", "seed"];

    /// <param name="valueOf">The text of a parameter; null where it is not there.</param>
    /// <exception cref="RequestException">A value is not what it should be.</exception>
    public static AnswerQuery Read(Func<string, string?> valueOf) => new()
    {
        Sigma = Positive(valueOf, "sigma"),
        Radius = Positive(valueOf, "radius"),
        Alpha = Positive(valueOf, "alpha") is { } alpha
            ? alpha <= .5 ? alpha : throw new RequestException($"alpha is {alpha}; it must be at most 0.5.")
            : null,
        Votes = Parsed<long>(valueOf, "budget", "a whole number of votes, at least 1") is { } votes
            ? votes >= 1 ? votes : throw new RequestException($"budget is {votes}; it is a whole number of votes, at least 1.")
            : null,
        Seconds = Positive(valueOf, "seconds"),
        Seed = Parsed<ulong>(valueOf, "seed", "a whole number from 0 to 2^64 - 1"),
    };

    private static double? Positive(Func<string, string?> valueOf, string name) =>
        Parsed<double>(valueOf, name, "a number above 0") is { } number
        ? number > 0 && double.IsFinite(number)
            ? number
            : throw new RequestException($"{name} is {Plain(number)}; it must be finite and above 0.")
        : null;

    private static T? Parsed<T>(Func<string, string?> valueOf, string name, string what)
        where T : struct, IParsable<T> => valueOf(name) is { } text
        ? T.TryParse(text, CultureInfo.InvariantCulture, out T value)
            ? value
            : throw new RequestException($"{name} is '{text}'; it must be {what}.")
        : null;

    private static string Plain(double number) => number.ToString(CultureInfo.InvariantCulture);
}
