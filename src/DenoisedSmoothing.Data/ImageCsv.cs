namespace DenoisedSmoothing.Data;

/// <summary>Images from a comma-separated list of paths and labels, in the list's order.</summary>
/// <remarks>
/// <para>
/// A first line with a field <c>path</c>, <c>file</c>, <c>filename</c> or <c>image</c> and one <c>label</c> or <c>class</c> is a header and
/// says where the columns are; without it, the path is in the first and the label in the second. Paths are relative to the list's folder,
/// or absolute. Fields may be quoted.
/// </para>
/// <para>
/// Labels are whole numbers from 0, in digits only, or names of classes. A label such as 1.0, +1, 1e0 or NaN is an error: taken as a name,
/// it would get another number.
/// </para>
/// </remarks>
public static class ImageCsv
{
    private static readonly string[] s_paths = ["path", "file", "filename", "image"];
    private static readonly string[] s_labels = ["label", "class"];

    /// <summary>Reads the list; images are read later.</summary>
    /// <param name="path">A CSV file in UTF-8.</param>
    /// <param name="classNames">
    /// The classes' names, by label; the list may then give a label by name or number. When not given: if all labels are numbers, the names
    /// are the numbers from 0 to the largest, otherwise the labels themselves, in the order of their code points, as Python sorts them.
    /// </param>
    /// <param name="options">How to read the images.</param>
    /// <exception cref="FileNotFoundException">There is no such list.</exception>
    /// <exception cref="InvalidDataException">
    /// The list is empty or malformed, its first image does not exist, or a label has no class; the message names the line.
    /// </exception>
    public static ImageFiles Open(string path, IReadOnlyList<string>? classNames = null, ImageFileOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        List<(int Line, string[] Fields)> rows = CsvRows.ReadFile(path);
        (int pathColumn, int labelColumn) = (0, 1);
        if (rows.Count > 0
            && Columns(rows[0].Fields, s_paths) is { Length: > 0 } paths
            && Columns(rows[0].Fields, s_labels) is { Length: > 0 } labels)
        {
            (pathColumn, labelColumn) = (Only(paths, "a path"), Only(labels, "a label"));
            rows.RemoveAt(0);
        }

        if (rows.Count == 0)
            throw new InvalidDataException($"{path}: the list is empty.");
        if (rows[0].Fields is [string only] && only.AsSpan().ContainsAny(';', '\t'))
        {
            string separators = only.Contains(';') ? "semicolons" : "tabs";
            throw new InvalidDataException(
                $"{path}, line {rows[0].Line}: the fields are separated by {separators}. Save the list with commas.");
        }

        foreach ((int line, string[] fields) in rows)
        {
            if (fields.Length <= Math.Max(pathColumn, labelColumn) || fields[pathColumn] is "" || fields[labelColumn].Trim() is "")
                throw new InvalidDataException($"{path}, line {line}: a path and a label, separated by a comma, are needed.");
        }

        string root = Path.GetDirectoryName(Path.GetFullPath(path))!;
        CheckFirst();
        CsvLabels list = new([.. rows.Select(row => row.Fields[labelColumn].Trim())], i => $"{path}, line {rows[i].Line}");
        IReadOnlyList<string> names = classNames ?? list.Names();
        return new ImageFiles(root, rows.Zip(list.Numbers(names), (row, label) => (row.Fields[pathColumn], label)), names, options);

        int Only(int[] columns, string what) => columns is [int column] ? column : throw new InvalidDataException(
            $"{path}, line {rows[0].Line}: the columns {string.Join(" and ", columns.Select(at => $"'{rows[0].Fields[at]}'"))} "
            + $"could both hold {what}. Rename those that do not.");

        // A list with another header, or one that was moved, fails here and not at every image.
        void CheckFirst()
        {
            string first = rows[0].Fields[pathColumn];
            if (File.Exists(Path.Combine(root, first)) || FileNames.AreBroken(first))
                return;
            throw new InvalidDataException(
                $"{path}, line {rows[0].Line}: there is no file '{first}' (relative to the list's folder). "
                + (first.Contains('\\') && !OperatingSystem.IsWindows()
                    ? "Write / between folders."
                    : "If this line is a header, call its columns path and label."));
        }
    }

    private static int[] Columns(string[] fields, string[] names) =>
        [.. Enumerable.Range(0, fields.Length).Where(at => names.Contains(fields[at].Trim().ToLowerInvariant()))];
}
