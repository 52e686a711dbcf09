using System.Globalization;
using System.Text.RegularExpressions;

namespace DenoisedSmoothing.Data;

/// <summary>The labels of a list: whole numbers from 0, or names of classes; nothing in between.</summary>
/// <param name="texts">The labels as written, with surrounding blanks removed.</param>
/// <param name="placeOf">Where a label is, to begin a message: "list.csv, line 3".</param>
internal sealed partial class CsvLabels(IReadOnlyList<string> texts, Func<int, string> placeOf)
{
    // A list of names up to a damaged number could fill the memory.
    private const int Most = 1_000_000;

    /// <summary>
    /// The classes' names as the labels imply them: the numbers from 0 to the largest, or the names in Python's sort order.
    /// </summary>
    /// <exception cref="InvalidDataException">
    /// Some labels are numbers and some are names, or one looks like a number but is not a whole one.
    /// </exception>
    public IReadOnlyList<string> Names()
    {
        int?[] numbers = [.. texts.Select(Number)];
        if (numbers.All(number => number is not null))
            return [.. Enumerable.Range(0, numbers.Max()!.Value + 1).Select(number => number.ToString(CultureInfo.InvariantCulture))];
        for (int i = 0; i < texts.Count; i++)
        {
            // Names are numbered in sorted order, so numbers taken for names would be permuted: 10.0 comes before 2.0.
            if (numbers[i] is null && IsLikeANumber(texts[i]))
            {
                throw new InvalidDataException(
                    $"{placeOf(i)}: label '{texts[i]}' is not a whole number from 0 to {Most - 1}, written in digits only. "
                    + "If it is a name, give the classes' names.");
            }
        }

        return Array.FindIndex(numbers, number => number is not null) is >= 0 and int mixed
            ? throw new InvalidDataException(
                $"{placeOf(mixed)}: some labels are numbers ('{texts[mixed]}') and some are names "
                + $"('{texts[Array.IndexOf(numbers, null)]}'). "
                + "If the first line is a header, call its columns path and label; else give the classes' names.")
            : [.. texts.Distinct().Order(CodePointOrder.Instance)];
    }

    /// <summary>The labels as numbers; each is given by the name or the number of its class.</summary>
    /// <param name="names">The classes' names, by label.</param>
    /// <exception cref="InvalidDataException">A label is neither, or means two classes.</exception>
    public IEnumerable<int> Numbers(IReadOnlyList<string> names)
    {
        ILookup<string, int> byName = Enumerable.Range(0, names.Count).ToLookup(number => names[number], StringComparer.Ordinal);
        for (int i = 0; i < texts.Count; i++)
        {
            int[] meant = [.. byName[texts[i]]];
            if (Number(texts[i]) is { } number && number < names.Count && !meant.Contains(number))
                meant = [.. meant, number];
            yield return meant switch
            {
                [int only] => only,
                [] => throw new InvalidDataException(
                    $"{placeOf(i)}: label '{texts[i]}' is neither the name of a class nor a whole number below {names.Count}, "
                    + "written in digits only."),
                _ => throw new InvalidDataException(
                    $"{placeOf(i)}: label '{texts[i]}' could be class {string.Join(" or ", meant)}. "
                    + "Give names that differ, and that are not other classes' numbers."),
            };
        }
    }

    private static int? Number(string text) => PlainNumber.TryParseWhole(text, out int number) && number is >= 0 and < Most ? number : null;

    // Digits of any script with signs, points, separators and an exponent; and what pandas writes for a missing number.
    [GeneratedRegex(
        @"^[+\-−]?(0[xX][0-9a-fA-F]+|[\d\s.,'_]*\d[\d\s.,'_]*([eE][+\-]?\d+)?%?|nan|<na>|inf|infinity)$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NumberLike();

    private static bool IsLikeANumber(string text) => text.Length < 100 && NumberLike().IsMatch(text);
}
