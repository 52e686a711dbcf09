namespace DenoisedSmoothing.Tool;

/// <summary>A radius as it was typed, and its value.</summary>
internal readonly record struct ReportRadius(string Text, double Value)
{
    /// <summary>Reads a comma-separated list.</summary>
    /// <exception cref="ArgumentException">An entry is not a radius.</exception>
    public static IReadOnlyList<ReportRadius> ParseList(string list)
    {
        return [.. list.Split(',').Select(static text => text.Trim()).Select(Parse)];

        static ReportRadius Parse(string text) =>
            PlainNumber.TryParse(text, out double value) && value >= 0
                ? new ReportRadius(text, value)
                : throw new ArgumentException($"--radii: '{text}' is not a radius; give numbers of at least 0, such as 0,0.25,0.5.");
    }
}
