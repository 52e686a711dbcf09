using System.Globalization;
using System.Text;

namespace DenoisedSmoothing.Tool;

/// <summary>
/// A chart of shares, from 0 to 100 percent, as SVG inside a page: its lines are told apart by dashes and numbers, not only by colour, and
/// it is described in words for readers who cannot see it.
/// </summary>
internal static class LineChart
{
    private const int Width = 720, Height = 380, Left = 74, Right = 18, Top = 14, Bottom = 52, Dashes = 6;

    /// <summary>Draws it.</summary>
    /// <param name="id">Distinct within the page.</param>
    /// <param name="title">What it shows, in a few words.</param>
    /// <param name="description">What it says, in a sentence or two.</param>
    /// <param name="x">The horizontal axis: its name, where it begins and ends.</param>
    /// <param name="y">The name of the vertical axis.</param>
    /// <param name="series">At least one.</param>
    public static Markup Of(
        string id, string title, string description, (string Name, double From, double To) x, string y, IReadOnlyList<ChartSeries> series)
    {
        Frame frame = new(x.From, x.To > x.From ? x.To : x.From + 1);
        return Markup.Of($"""
            <figure>
            <svg viewBox="0 0 {Width} {Height}" role="img" aria-labelledby="{id}-t {id}-d">
            <title id="{id}-t">{title}</title>
            <desc id="{id}-d">{description}</desc>
            {Axes(frame, x.Name, y)}{series.Select((line, i) => Band(frame, line, i))}{series.Select((line, i) => Line(frame, line, i))}
            </svg>
            <figcaption><ul class="legend">{series.Select((line, i) => Legend(line, i, series.Count))}</ul>{description}</figcaption>
            </figure>

            """);
    }

    private static Markup Axes(Frame frame, string x, string y)
    {
        StringBuilder axes = new();
        for (int percent = 0; percent <= 100; percent += 20)
        {
            string height = Number(frame.Y(percent / 100.0));
            axes.Append(Markup.Of($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{height}\" y2=\"{height}\" />"));
            axes.Append(Markup.Of($"<text x=\"{Left - 8}\" y=\"{height}\" dy=\"4\" text-anchor=\"end\">{percent}%</text>"));
        }

        foreach (double tick in frame.Ticks())
        {
            string place = Number(frame.X(tick));
            axes.Append(Markup.Of($"<line class=\"axis\" x1=\"{place}\" x2=\"{place}\" y1=\"{Height - Bottom}\" "
                + $"y2=\"{Height - Bottom + 5}\" />"));
            axes.Append(Markup.Of(
                $"<text x=\"{place}\" y=\"{Height - Bottom + 20}\" "
                    + $"text-anchor=\"middle\">{tick.ToString("G6", CultureInfo.InvariantCulture)}</text>"));
        }

        axes.Append(Markup.Of($"<line class=\"axis\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Height - Bottom}\" "
            + $"y2=\"{Height - Bottom}\" />"));
        axes.Append(Markup.Of($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 10}\" text-anchor=\"middle\">{x}</text>"));
        int middle = (Top + Height - Bottom) / 2;
        axes.Append(Markup.Of($"<text x=\"14\" y=\"{middle}\" text-anchor=\"middle\" transform=\"rotate(-90 14 {middle})\">{y}</text>"));
        return new Markup(axes.ToString());
    }

    private static Markup Band(Frame frame, ChartSeries line, int place)
    {
        if (line.Band.Count == 0)
            return Markup.None;
        IEnumerable<string> corners = line.Band.Select(at => Point(frame, at.X, at.High))
            .Concat(line.Band.Reverse().Select(at => Point(frame, at.X, at.Low)));
        return Markup.Of($"<polygon class=\"band c{place % Dashes}\" points=\"{string.Join(' ', corners)}\" />\n");
    }

    private static Markup Line(Frame frame, ChartSeries line, int place) => Markup.Of(
        $"<polyline class=\"line c{place % Dashes}\" points=\"{string.Join(' ', line.Points.Select(at => Point(frame, at.X, at.Y)))}\">")
        .Then(Markup.Of($"<title>{line.Name}</title></polyline>\n"));

    private static Markup Legend(ChartSeries line, int place, int all) => all == 1 ? Markup.None : Markup.Of(
        $"<li><svg viewBox=\"0 0 40 10\" width=\"40\" height=\"10\" aria-hidden=\"true\"><polyline class=\"line c{place % Dashes}\" ")
        .Then(Markup.Of($"points=\"0,5 40,5\" /></svg> {line.Name}</li>"));

    private static Markup Then(this Markup first, Markup second) => new(first.Html + second.Html);

    private static string Point(Frame frame, double x, double y) => Number(frame.X(x)) + "," + Number(frame.Y(y));

    private static string Number(double place) => place.ToString("0.##", CultureInfo.InvariantCulture);

    private readonly record struct Frame(double From, double To)
    {
        private const int FewestTicks = 4;

        public double X(double value) => Left + (Width - Left - Right) * (Math.Clamp(value, From, To) - From) / (To - From);

        public double Y(double share) => Height - Bottom - (Height - Top - Bottom) * Math.Clamp(share, 0, 1);

        // Steps of 1, 2 or 5 times a power of ten.
        public IEnumerable<double> Ticks()
        {
            double rough = (To - From) / FewestTicks, power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
            double step = power * (rough >= 5 * power ? 5 : rough >= 2 * power ? 2 : 1);
            for (long i = (long)Math.Ceiling(From / step - 1e-9); i * step <= To * (1 + 1e-9); i++)
                yield return i * step;
        }
    }
}
