namespace DenoisedSmoothing.Tool;

/// <summary>Text with numbers in it, written the same way whatever the language.</summary>
internal static class PlainText
{
    /// <summary>The text of an interpolated string, or of several joined by +.</summary>
    public static string Text(PlainTextHandler text) => text.ToString();
}
