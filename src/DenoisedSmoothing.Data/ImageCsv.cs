using System.Globalization;

namespace DenoisedSmoothing.Data;

/// <summary>Images by a comma-separated list of paths and labels, in the list's order.</summary>
/// <remarks>
/// A first line with a field <c>path</c>, <c>file</c>, <c>filename</c> or <c>image</c> and one <c>label</c> or <c>class</c> is a header and says
/// where the columns are; without it, a path is in the first and a label in the second. Paths are relative to the list's folder, or
/// absolute. Fields may be quoted.
/// </remarks>
public static class ImageCsv
{
    private static readonly string[] s_paths = ["path", "file", "filename", "image"];
    private static readonly string[] s_labels = ["label", "class"];

    /// <summary>Reads the list; images are read later.</summary>
    /// <param name="path">A CSV file in UTF-8.</param>
    /// <param name="classNames">
    /// The classes' names, by label; the list may give a label by name or number then. When not given: if all labels are numbers, the
    /// names are the numbers from 0 to the largest, else the labels themselves in ordinal order.
    /// </param>
    /// <param name="options">How to read the images.</param>
    /// <exception cref="FileNotFoundException">There is no such list.</exception>
    /// <exception cref="InvalidDataException">The list is empty or malformed, its first image does not exist, or a label has no class.</exception>
    public static ImageFiles Open(string path, IReadOnlyList<string>? classNames = null, ImageFileOptions? options = null)
    {
        List<(int Line, string[] Fields)> rows = [.. CsvRows.Read(File.ReadAllText(path), path)];
        (int pathColumn, int labelColumn) = (0, 1);
        if (rows.Count > 0 && Column(rows[0].Fields, s_paths) is >= 0 and var named && Column(rows[0].Fields, s_labels) is >= 0 and var label)
        {
            (pathColumn, labelColumn) = (named, label);
            rows.RemoveAt(0);
        }

        if (rows.Count == 0)
            throw new InvalidDataException($"{path}: the list is empty.");
        foreach ((int line, string[] fields) in rows)
        {
            if (fields.Length <= Math.Max(pathColumn, labelColumn) || fields[pathColumn] is "" || fields[pathColumn].Contains('\0') || fields[labelColumn] is "")
                throw new InvalidDataException($"{path}, line {line}: a path and a label, separated by a comma, are needed.");
        }

        string root = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!File.Exists(Path.Combine(root, rows[0].Fields[pathColumn])))
            throw new InvalidDataException($"{path}, line {rows[0].Line}: there is no file '{rows[0].Fields[pathColumn]}' (relative to the list's folder). If this line is a header, call its columns path and label.");
        string[] labels = [.. rows.Select(row => row.Fields[labelColumn])];
        IReadOnlyList<string> names = classNames ?? Names(labels, path);
        Dictionary<string, int> byName = names.Select((name, number) => (name, number)).DistinctBy(pair => pair.name).ToDictionary(pair => pair.name, pair => pair.number, StringComparer.Ordinal);
        return new ImageFiles(root, rows.Select((row, i) => (row.Fields[pathColumn], Label(labels[i], byName, names.Count, $"{path}, line {row.Line}"))), names, options);
    }

    private static int Column(string[] fields, string[] names) => Array.FindIndex(fields, field => names.Contains(field.ToLowerInvariant()));

    private static string[] Names(string[] labels, string path)
    {
        int?[] numbers = [.. labels.Select(Number)];
        if (numbers.All(number => number is not null))
            return [.. Enumerable.Range(0, numbers.Max()!.Value + 1).Select(number => number.ToString(CultureInfo.InvariantCulture))];
        return Array.FindIndex(numbers, number => number is not null) is >= 0 and var mixed
            ? throw new InvalidDataException($"{path}: some labels are numbers ('{labels[mixed]}') and some are names ('{labels[Array.IndexOf(numbers, null)]}'). If the first line is a header, call its columns path and label; else give the classes' names.")
            : [.. labels.Distinct().Order(StringComparer.Ordinal)];
    }

    private static int Label(string text, Dictionary<string, int> byName, int count, string place) =>
        byName.TryGetValue(text, out int label) ? label
        : Number(text) is { } number && number < count ? number
        : throw new InvalidDataException($"{place}: label '{text}' is neither the name of a class nor a number below {count}.");

    // Bounded: a list of names up to a damaged number would fill the memory.
    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < 1_000_000 ? number : null;
}
