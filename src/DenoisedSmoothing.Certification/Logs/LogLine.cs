namespace DenoisedSmoothing.Logs;

/// <summary>A line of a text file.</summary>
/// <param name="Text">Its text without the line end.</param>
/// <param name="Number">Its number, from 1.</param>
/// <param name="End">The file offset after it and its line end.</param>
/// <param name="Ended">False for a last line without a line end.</param>
internal readonly record struct LogLine(string Text, int Number, long End, bool Ended)
{
    public bool Blank => string.IsNullOrWhiteSpace(Text);
}
