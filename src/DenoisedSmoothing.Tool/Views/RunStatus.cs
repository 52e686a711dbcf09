using System.Globalization;

namespace DenoisedSmoothing.Tool;

/// <summary>The progress of a run, for a panel of a few lines.</summary>
/// <param name="Done">Images done, including those of a resumed log.</param>
/// <param name="Total">Images in the whole run.</param>
/// <param name="Abstained">How many of those done abstained.</param>
/// <param name="Shares">The share that is correct so far.</param>
/// <param name="Share">How much of the work of this session is done, from 0 to 1.</param>
/// <param name="Votes">Votes drawn in this session.</param>
/// <param name="Elapsed">How long it has been working.</param>
internal sealed record RunStatus(
    long Done, int Total, long Abstained, string Shares, double Share, long Votes, TimeSpan Elapsed)
{
    // Beyond this nobody plans.
    private const double LongestSeconds = 1e9;

    /// <summary>The rate, and the time left.</summary>
    /// <param name="now">The time of day.</param>
    public string Pace(DateTime now)
    {
        double seconds = Elapsed.TotalSeconds;
        if (Share <= 0 || seconds <= 0)
            return "time left not known yet";
        return string.Create(CultureInfo.InvariantCulture, $"{Votes / seconds:F0} votes/s, ") + Times(Elapsed, Share, now);
    }

    /// <summary>How long some work has taken, how much longer it will take, and when it ends.</summary>
    /// <param name="elapsed">How long it has taken.</param>
    /// <param name="share">How much of it is done, above 0 and at most 1.</param>
    /// <param name="now">The time of day.</param>
    public static string Times(TimeSpan elapsed, double share, DateTime now)
    {
        TimeSpan left = Seconds(elapsed.TotalSeconds * (1 - share) / share);
        string end = left.TotalHours < 12 ? "HH:mm" : left.TotalDays < 300 ? "ddd d MMM HH:mm" : "MMM yyyy";
        return $"{Span(elapsed)} so far, {Span(left)} left, ends about " + (now + left).ToString(end, CultureInfo.InvariantCulture);
    }

    /// <summary>The panel's lines.</summary>
    /// <param name="width">Columns, of which the bar takes the rest.</param>
    /// <param name="unicode">Whether the terminal has blocks; otherwise the bar is made of # and -.</param>
    /// <param name="now">The time of day.</param>
    public IReadOnlyList<string> Lines(int width, bool unicode, DateTime now)
    {
        string head = string.Create(
            CultureInfo.InvariantCulture, $"{Done} of {Total} images, {Abstained} abstained  {Percent(Done, Total),4} ");
        string bar = Screen.Bar(head, (double)Done / Math.Max(1, Total), width, unicode);
        return [.. new[] { bar, Shares, Pace(now) }.SelectMany(line => line.Length <= width ? [line] : Screen.Wrap(line, width))];
    }

    private static string Percent(long done, int total) =>
        string.Create(CultureInfo.InvariantCulture, $"{100 * done / Math.Max(1, total)}%");

    /// <summary>A time span from any number of seconds.</summary>
    public static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, 0, LongestSeconds));

    /// <summary>The text of a time span.</summary>
    public static string Span(TimeSpan span) => span.Days > 0
        ? span.ToString(@"d\d\ h\:mm\:ss", CultureInfo.InvariantCulture)
        : span.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture);
}
