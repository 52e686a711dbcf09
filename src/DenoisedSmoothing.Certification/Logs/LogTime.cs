using System.Globalization;

namespace DenoisedSmoothing.Logs;

/// <summary>A time in either of the field's formats: Python's timedelta text, or seconds.</summary>
internal static class LogTime
{
    /// <summary>A thousand years: no image takes longer.</summary>
    public const double MostSeconds = 3.2e10;

    /// <summary>As Python prints a timedelta, always with six decimals: <c>0:00:14.414129</c>, <c>1 day, 0:00:01.000000</c>.</summary>
    public static string Format(TimeSpan time)
    {
        long days = (long)Math.Floor(time.TotalDays);
        TimeSpan rest = time - TimeSpan.FromDays(days);
        string clock = string.Create(
            CultureInfo.InvariantCulture,
                $"{rest.Hours}:{rest.Minutes:00}:{rest.Seconds:00}.{rest.Ticks % TimeSpan.TicksPerSecond / 10:000000}");
        return days == 0 ? clock : string.Create(CultureInfo.InvariantCulture, $"{days} day{(Math.Abs(days) == 1 ? "" : "s")}, {clock}");
    }

    /// <summary>Reads <c>H:MM:SS[.ffffff]</c>, optionally preceded by days, or seconds.</summary>
    public static bool TryParse(string text, out TimeSpan time)
    {
        time = default;
        double days = 0;
        if (text.IndexOf(" day", StringComparison.Ordinal) is int at and > 0)
        {
            int comma = text.IndexOf(',', at);
            if (comma < 0 || text[at..comma] is not (" day" or " days") || !Integer(text[..at], out days))
                return false;
            text = text[(comma + 1)..].Trim();
            if (!text.Contains(':'))
                return false;
        }

        string[] parts = text.Split(':');
        double seconds;
        if (parts.Length == 1)
        {
            if (!PlainNumber.TryParse(parts[0], out seconds))
                return false;
        }
        else
        {
            if (parts.Length != 3 || !Integer(parts[0], out double hours) || !Integer(parts[1], out double minutes)
                || !PlainNumber.TryParse(parts[2], out seconds))
                return false;
            if (hours < 0 || minutes is < 0 or >= 60 || seconds is < 0 or >= 60)
                return false;
            seconds += 60 * (minutes + 60 * hours);
        }

        seconds += 86400 * days;
        if (!(Math.Abs(seconds) <= MostSeconds))
            return false;
        time = TimeSpan.FromSeconds(seconds);
        return true;
    }

    private static bool Integer(string text, out double value)
    {
        bool parsed = PlainNumber.TryParseWhole(text, out long integer);
        value = integer;
        return parsed;
    }
}
