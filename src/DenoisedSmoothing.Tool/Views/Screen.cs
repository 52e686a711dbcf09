using System.Text;
using Spectre.Console;

namespace DenoisedSmoothing.Tool;

/// <summary>Text for a screen.</summary>
internal static class Screen
{
    private const int Widest = 100, Narrowest = 40;

    /// <summary>Columns to write in: the terminal's, at most 100, and 100 where output goes elsewhere.</summary>
    public static int Width => WidthOf(Console.IsOutputRedirected) ?? Widest;

    /// <summary>Columns of lines that programs may read: no limit where output goes elsewhere.</summary>
    public static int LineWidth => WidthOf(Console.IsOutputRedirected) ?? int.MaxValue;

    /// <summary>Columns of errors: no limit where they go elsewhere.</summary>
    public static int ErrorWidth => WidthOf(Console.IsErrorRedirected) ?? int.MaxValue;

    /// <summary>Whether a text is written to a terminal that moves its cursor.</summary>
    public static bool IsTerminal(TextWriter output, IAnsiConsole console) =>
        ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected && console.Profile.Capabilities.Ansi;

    /// <summary>A console for tables, without colours and at least 80 columns wide: few columns go into a table, many rows may.</summary>
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

    /// <summary>Breaks lines that are too long between words; what follows a break stands two columns further in.</summary>
    /// <param name="text">Lines.</param>
    /// <param name="width">The longest line, but for single words that are longer.</param>
    public static string Fold(string text, int width) => string.Join(Environment.NewLine,
        text.ReplaceLineEndings("\n").Split('\n').SelectMany(line => Folded(line, width)));

    /// <summary>A bar behind a text, as long as the width leaves room for.</summary>
    /// <param name="head">What stands before it.</param>
    /// <param name="share">How full it is, from 0 to 1.</param>
    /// <param name="width">Columns of both.</param>
    /// <param name="unicode">Whether the terminal has blocks; otherwise the bar is of # and -.</param>
    public static string Bar(string head, double share, int width, bool unicode)
    {
        int room = Math.Max(0, width - head.Length - 2), filled = (int)(room * Math.Clamp(share, 0, 1));
        (char full, char empty) = unicode ? ('█', '░') : ('#', '-');
        return head + (room < 5 ? "" : $"[{new string(full, filled)}{new string(empty, room - filled)}]");
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
