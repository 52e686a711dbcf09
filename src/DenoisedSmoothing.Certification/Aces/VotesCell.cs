using System.Globalization;
using System.Text;

namespace DenoisedSmoothing.Aces;

/// <summary>
/// Votes in a cell of a table: <c>0:3 7:57 of 10</c> for three votes for label 0 and 57 for label 7 of ten classes, with
/// <c> and 2 missed</c> behind it where votes were for no class.
/// </summary>
internal static class VotesCell
{
    // As many classes with as many votes each stay within a long, and what a line makes the reader hold within a megabyte.
    private const int MostClasses = 1 << 17;

    private const long MostVotes = 1L << 40;

    public static string Text(VoteCounts votes)
    {
        StringBuilder text = new();
        for (int label = 0; label < votes.ClassCount; label++)
        {
            if (votes[label] > 0)
                text.Append(CultureInfo.InvariantCulture, $"{label}:{votes[label]} ");
        }

        text.Append(CultureInfo.InvariantCulture, $"of {votes.ClassCount}");
        if (votes.Missed > 0)
            text.Append(CultureInfo.InvariantCulture, $" and {votes.Missed} missed");
        return text.ToString();
    }

    /// <summary>Reads them.</summary>
    /// <returns>Null where they are not written so.</returns>
    public static VoteCounts? Find(string cell)
    {
        string[] words = cell.Split(' ');
        int of = Array.IndexOf(words, "of");
        if (of < 0 || of + 1 >= words.Length || !PlainNumber.TryParseWhole(words[of + 1], out int classes)
            || classes is < 2 or > MostClasses || !TryMissed(words.AsSpan(of + 2), out long missed))
            return null;
        long[] counts = new long[classes];
        foreach (string word in words.AsSpan(0, of))
        {
            string[] pair = word.Split(':');
            if (pair.Length != 2 || !PlainNumber.TryParseWhole(pair[0], out int label) || label < 0 || label >= classes
                || !TryCount(pair[1], out counts[label]))
                return null;
        }

        return new VoteCounts(counts) { Missed = missed };
    }

    private static bool TryMissed(ReadOnlySpan<string> words, out long missed)
    {
        missed = 0;
        return words.IsEmpty || (words is ["and", _, "missed"] && TryCount(words[1], out missed));
    }

    private static bool TryCount(string text, out long count) =>
        PlainNumber.TryParseWhole(text, out count) && count is >= 0 and <= MostVotes;
}
