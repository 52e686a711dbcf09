using System.Globalization;

namespace DenoisedSmoothing;

/// <summary>Reads the parameters of a method, each of which has to be known and has its usual value where it is absent.</summary>
internal sealed class MethodParameters(CertificationMethod method)
{
    private readonly List<string> _known = [];

    public long Count(string name, long usual) => Read(name) is { } text ? Count(name, text) : usual;

    public double Number(string name, double usual) => Read(name) is { } text ? Number(name, text) : usual;

    /// <summary>Comma-separated numbers; null where the parameter is absent.</summary>
    public double[]? Numbers(string name) => Read(name)?.Split(',').Select(text => Number(name, text)).ToArray();

    /// <summary>Comma-separated counts; null where the parameter is absent.</summary>
    public long[]? CountList(string name) => Read(name)?.Split(',').Select(text => Count(name, text)).ToArray();

    /// <summary>Two counts written as <c>20+10000</c>.</summary>
    public (long First, long Second) Counts(string name, long first, long second)
    {
        if (Read(name) is not { } text)
            return (first, second);
        string[] parts = text.Split('+');
        return parts.Length == 2 ? (Count(name, parts[0]), Count(name, parts[1])) : throw Bad(name, text, "two counts such as 20+10000");
    }

    /// <summary>Whether a parameter without a value is present.</summary>
    public bool Switch(string name) => Read(name) is { } text
        && (text.Length == 0 ? true : throw Bad(name, text, "a word without a value"));

    /// <summary>A constant of the algorithm: it may be absent, as in texts from before it was written, but not different.</summary>
    public void Constant(string name, double value)
    {
        if (Number(name, value) is var found && found != value)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture, $"'{method}' is not known to this version: {name} is {found}, and here it is {value}."));
        }
    }

    /// <summary>Checks that nothing else is in the method.</summary>
    /// <exception cref="ArgumentException">A parameter is not known.</exception>
    public void NothingElse()
    {
        if (method.Parameters.Keys.FirstOrDefault(name => !_known.Contains(name)) is { } unknown)
            throw new ArgumentException($"'{method}': {method.Name} has no parameter '{unknown}'; it has {string.Join(", ", _known)}.");
    }

    private string? Read(string name)
    {
        _known.Add(name);
        return method.Parameters.GetValueOrDefault(name);
    }

    private long Count(string name, string text) => PlainNumber.TryParseWhole(text, out long count) && count >= 0
        ? count
        : throw Bad(name, text, "a whole number");

    private double Number(string name, string text) => PlainNumber.TryParse(text, out double number)
        ? number
        : throw Bad(name, text, "a number");

    private ArgumentException Bad(string name, string text, string wanted) => new($"'{method}': {name} is '{text}', not {wanted}.");
}
