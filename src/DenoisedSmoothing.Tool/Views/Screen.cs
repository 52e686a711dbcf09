using System.Text;

namespace DenoisedSmoothing.Tool;

/// <summary>Text for a screen.</summary>
internal static class Screen
{
    private const int Widest = 100, Narrowest = 40;

    /// <summary>Columns to write in: the terminal's, at most 100, and 100 where output goes elsewhere.</summary>
    public static int Width
    {
        get
        {
            try
            {
                return Console.IsOutputRedirected || Console.WindowWidth <= 0 ? Widest : Math.Clamp(Console.WindowWidth, Narrowest, Widest);
            }
            catch (IOException)
            {
                return Widest;
            }
        }
    }

    /// <summary>Breaks a text between words.</summary>
    /// <param name="text">One paragraph.</param>
    /// <param name="width">The longest line, but for single words that are longer.</param>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        StringBuilder line = new();
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line.ToString();
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        if (line.Length > 0)
            yield return line.ToString();
    }
}
