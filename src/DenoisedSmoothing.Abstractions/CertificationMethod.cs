using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using DenoisedSmoothing.Json;

namespace DenoisedSmoothing;

/// <summary>
/// The name of a certification method and its parameters in order, written as <c>cohen n0=100 n=100000 alpha=0.001 predict=1000
/// version=1</c>.
/// Methods with equal text are equal: everything that decides an answer is in it, including the version of the algorithm.
/// </summary>
/// <remarks>
/// The text is words separated by single spaces: the name, then <c>parameter=value</c>, or <c>parameter</c> alone for a switch. It is kept
/// in certificates and logs, and read back by <see cref="Parse"/>. In JSON a method is this text.
/// </remarks>
[JsonConverter(typeof(CertificateJson))]
public sealed record CertificationMethod
{
    private readonly string _text;

    /// <summary>Creates a method.</summary>
    /// <param name="name">A word, such as <c>cohen</c>: no space, control character or equals sign.</param>
    /// <param name="parameters">Distinct names, words like the name, each with a value that is also a word, or empty for a switch.</param>
    /// <exception cref="ArgumentException">A name or value is not such a word, or a parameter occurs twice.</exception>
    public CertificationMethod(string name, params IEnumerable<KeyValuePair<string, string>> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Name = Word(name, "name");
        OrderedDictionary<string, string> ordered = new(StringComparer.Ordinal);
        foreach ((string parameter, string value) in parameters)
        {
            if (!ordered.TryAdd(Word(parameter, "parameter"), value is "" ? value : Printable(value, "value")))
                throw new ArgumentException($"The parameter '{parameter}' occurs twice in a certification method.", nameof(parameters));
        }

        Parameters = new ReadOnlyDictionary<string, string>(ordered);
        _text = string.Join(' ', [Name, .. ordered.Select(static pair => pair.Value is "" ? pair.Key : $"{pair.Key}={pair.Value}")]);
    }

    /// <summary>The method's name, such as <c>cohen</c>.</summary>
    public string Name { get; }

    /// <summary>The parameters, enumerated in the order in which they are written; a switch has an empty value.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; }

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <param name="text">For instance <c>cohen n0=100 n=100000 alpha=0.001</c>.</param>
    /// <exception cref="FormatException">The text does not have this form.</exception>
    public static CertificationMethod Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out CertificationMethod? method)
            ? method
            : throw new FormatException(
                $"'{text}' is not a certification method, which is written as 'cohen n0=100 n=100000 alpha=0.001'.");
    }

    /// <summary>Reads what <see cref="ToString"/> writes; false where the text does not have this form.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out CertificationMethod? method)
    {
        method = null;
        if (text is null)
            return false;
        string[] words = text.Split(' ');
        try
        {
            method = new CertificationMethod(words[0], words.Skip(1).Select(Parameter));
            return method._text == text;
        }
        catch (ArgumentException)
        {
            return false;
        }

        static KeyValuePair<string, string> Parameter(string word) =>
            word.IndexOf('=', StringComparison.Ordinal) is >= 0 and var at ? new(word[..at], word[(at + 1)..]) : new(word, "");
    }

    /// <summary>Whether the texts are equal.</summary>
    public bool Equals(CertificationMethod? other) => other is not null && other._text == _text;

    /// <inheritdoc/>
    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The name and the parameters, separated by spaces.</summary>
    public override string ToString() => _text;

    private static string Word(string word, string what) => Printable(word, what).Contains('=', StringComparison.Ordinal)
        ? throw new ArgumentException($"The {what} '{word}' of a certification method contains an equals sign.", what)
        : word;

    private static string Printable(string word, string what)
    {
        ArgumentException.ThrowIfNullOrEmpty(word, what);
        return word.Any(static c => char.IsWhiteSpace(c) || char.IsControl(c) || char.IsSurrogate(c))
            ? throw new ArgumentException(
                $"The {what} '{word}' of a certification method contains a space or a character that cannot be printed.", what)
            : word;
    }
}
