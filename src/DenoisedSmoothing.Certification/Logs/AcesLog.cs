using System.Text;
using DenoisedSmoothing.Aces;

namespace DenoisedSmoothing.Logs;

/// <summary>Reads what <see cref="AcesLogWriter"/> wrote: rows of a model with a core.</summary>
public static class AcesLog
{
    /// <summary>Whether a file begins as these rows do, with or without votes.</summary>
    /// <param name="path">The TSV; where there is no such file, it does not.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static bool Is(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!File.Exists(path))
            return false;
        byte[] expected = Encoding.UTF8.GetBytes(AcesRow.HeaderWithoutVotes), there = new byte[expected.Length];
        using FileStream stream = LogPaths.OpenToRead(path);
        return stream.ReadAtLeast(there, there.Length, throwOnEndOfStream: false) == expected.Length && there.SequenceEqual(expected);
    }

    /// <summary>Reads the rows one by one; a last one that is not whole is left out, since it may be in writing.</summary>
    /// <param name="path">The TSV.</param>
    /// <returns>In the order of their indices.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">A line is not a row with votes; the message names it, and says what to do where the rows are
    /// of an earlier version.</exception>
    public static IEnumerable<AcesRow> ReadAll(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Rows(path);
    }

    private static IEnumerable<AcesRow> Rows(string path)
    {
        using FileStream stream = LogPaths.OpenToRead(path);
        long last = -1;
        foreach (LogLine line in LogLines.Read(stream, path).TakeWhile(static line => line.Ended))
        {
            if (line.Number == 1)
            {
                RequireHeader(path, line);
                continue;
            }

            AcesRow row = Row(path, line, last);
            last = row.Index;
            yield return row;
        }
    }

    /// <summary>Passes the header of rows with votes.</summary>
    /// <exception cref="InvalidDataException">It is another; the message says of what.</exception>
    internal static void RequireHeader(string path, LogLine line)
    {
        if (line.Text == AcesRow.HeaderWithoutVotes)
            throw new InvalidDataException($"{path}: its rows are of an earlier version and hold no votes, so their radii cannot be "
                + "recomputed and the run cannot be continued. Run dds aces again, into another file.");
        if (line.Text != AcesRow.Header)
            throw new InvalidDataException($"{path}, line 1: not the header of this version's rows; they cannot be read or resumed.");
    }

    /// <summary>The row of a line.</summary>
    /// <param name="path">What to call the file.</param>
    /// <param name="line">The line.</param>
    /// <param name="last">The index of the row before it; -1 for none.</param>
    /// <exception cref="InvalidDataException">It is not written as rows with votes are, or not behind the last one.</exception>
    internal static AcesRow Row(string path, LogLine line, long last)
    {
        AcesRow row = AcesRow.Find(line.Text) is { HasVotes: true } whole ? whole : throw new InvalidDataException(
            $"{path}, line {line.Number}: not a row as this program writes it; the file was edited or damaged.");
        return row.Index > last ? row : throw new InvalidDataException(
            $"{path}, line {line.Number}: image {row.Index} comes after image {last}; the file was edited.");
    }
}
