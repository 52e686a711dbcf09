using System.Text;
using Spectre.Console;

namespace DenoisedSmoothing.Tool;

/// <summary>Text for a screen.</summary>
internal static class Screen
{
    private const int Widest = 100, Narrowest = 40;

    /// <summary>Columns to write in: the terminal's, at most 100, and 100 where output goes elsewhere.</summary>
    public static int Width => WidthOf(Console.IsOutputRedirected) ?? Widest;

    /// <summary>The width of lines that programs may read: no limit where output goes elsewhere.</summary>
    public static int LineWidth => WidthOf(Console.IsOutputRedirected) ?? int.MaxValue;

    /// <summary>The width of errors: no limit where they go elsewhere.</summary>
    public static int ErrorWidth => WidthOf(Console.IsErrorRedirected) ?? int.MaxValue;

    /// <summary>Whether text is written to a terminal that can move its cursor.</summary>
    public static bool IsTerminal(TextWriter output, IAnsiConsole console) =>
        ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected && console.Profile.Capabilities.Ansi;

    /// <summary>
    /// A console for tables, without colours and at least 80 columns wide: a table has few columns but may have many rows.
    /// </summary>
    public static IAnsiConsole Tables(TextWriter output)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            ColorSystem = ColorSystemSupport.NoColors,
        });
        console.Profile.Width = Math.Max(console.Profile.Width, 80);
        return console;
    }

    /// <summary>Breaks long lines between words; continued lines are indented by two more columns.</summary>
    /// <param name="text">Lines.</param>
    /// <param name="width">The longest line, except for single words that are longer.</param>
    public static string Fold(string text, int width) => string.Join(Environment.NewLine,
        text.ReplaceLineEndings("\n").Split('\n').SelectMany(line => Folded(line, width)));

    /// <summary>A bar after a text, as long as the width allows.</summary>
    /// <param name="head">The text before it.</param>
    /// <param name="share">How full it is, from 0 to 1.</param>
    /// <param name="width">Columns for both.</param>
    /// <param name="unicode">Whether the terminal has blocks; otherwise the bar is made of # and -.</param>
    public static string Bar(string head, double share, int width, bool unicode)
    {
        int room = Math.Max(0, width - head.Length - 2), filled = (int)(room * Math.Clamp(share, 0, 1));
        (char full, char empty) = unicode ? ('█', '░') : ('#', '-');
        return head + (room < 5 ? "" : $"[{new string(full, filled)}{new string(empty, room - filled)}]");
    }

    /// <summary>Breaks a text between words.</summary>
    /// <param name="text">One paragraph.</param>
    /// <param name="width">The longest line, except for single words that are longer.</param>
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

    private static int? WidthOf(bool redirected)
    {
        try
        {
            return redirected || Console.WindowWidth <= 0 ? null : Math.Clamp(Console.WindowWidth, Narrowest, Widest);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Folded(string line, int width)
    {
        if (line.Length <= width)
            return [line];
        string indent = line[..(line.Length - line.TrimStart().Length)];
        return Wrap(line, width - indent.Length - 2).Select((part, i) => indent + (i == 0 ? "" : "  ") + part);
    }
}
