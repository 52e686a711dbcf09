using System.Diagnostics;
using System.Globalization;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Experiments;
using DenoisedSmoothing.Logs;
using Spectre.Console;

namespace DenoisedSmoothing.Tool;

/// <summary>The progress of a run: a live panel on a terminal, plain lines now and then where output goes elsewhere.</summary>
/// <param name="output">Where to write.</param>
/// <param name="images">The data set, for the classes' names.</param>
/// <param name="kind">Certificates or predictions.</param>
/// <param name="total">Images in the whole run.</param>
/// <param name="samplesAnImage">Votes for every image; null where they vary.</param>
/// <param name="printImages">Whether every image gets a line: for runs without a log.</param>
internal sealed class RunView(TextWriter output, IImageDataset images, CertificationLogKind kind, int total, long? samplesAnImage,
    bool printImages) : IProgress<SmoothingProgress>
{
    private static readonly TimeSpan s_linesEvery = TimeSpan.FromSeconds(10);

    private readonly IAnsiConsole _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
    private readonly Tally _tally = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew(), _sinceLine = Stopwatch.StartNew();
    private LiveDisplayContext? _live;
    private long _before, _drawn, _finished;

    private bool OnTerminal => Screen.IsTerminal(output, _console);

    public void Header(string text) => Write(text);

    /// <summary>Counts what a resumed log already holds.</summary>
    public void Already(IReadOnlyList<CertificationLogRow> rows)
    {
        foreach (CertificationLogRow row in rows)
            _tally.Add(row.Label, row.Predicted, row.Radius);
        _before = rows.Count;
    }

    /// <summary>Shows the run while it works.</summary>
    public void Show(Action<IProgress<SmoothingProgress>> work)
    {
        _clock.Restart();
        if (OnTerminal)
        {
            _console.Live(Panel()).Start(live =>
            {
                _live = live;
                work(this);
                live.UpdateTarget(Panel());
            });
            _live = null;
        }
        else
        {
            work(this);
        }
    }

    public void Report(SmoothingProgress value)
    {
        _drawn = Math.Max(_drawn, value.TotalDrawn);
        Refresh();
    }

    public void Finished(RunOutcome outcome)
    {
        _tally.Add(outcome.Label, outcome.Predicted, outcome.Radius);
        // A report may come later than the image.
        _finished += outcome.Total;
        _drawn = Math.Max(_drawn, _finished);
        if (printImages)
            PrintLine(Line(outcome));
        Refresh();
    }

    /// <summary>The final summary.</summary>
    public void Summary(string? log)
    {
        Write(string.Create(CultureInfo.InvariantCulture, $"{_tally.Images} images: {_tally.Text(kind)}"));
        if (log is not null)
            output.WriteLine($"Log: {log}");
    }

    private void Write(string text)
    {
        foreach (string line in OnTerminal ? Screen.Wrap(text, Screen.Width) : [text])
            output.WriteLine(line);
    }

    // The console knows how to print above the panel without erasing what it prints over; elsewhere it would break lines at a meaningless
    // width.
    private void PrintLine(string line)
    {
        if (_live is null)
            output.WriteLine(line);
        else
            _console.WriteLine(line.PadRight(_console.Profile.Width));
    }

    private void Refresh()
    {
        if (_live is not null)
        {
            _live.UpdateTarget(Panel());
        }
        else if (!printImages && _sinceLine.Elapsed >= s_linesEvery)
        {
            _sinceLine.Restart();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{_tally.Images}/{total} images: {_tally.Text(kind)}; {Status.Pace(DateTime.Now)}"));
        }
    }

    private Rows Panel() => new(Status.Lines(
        Math.Min(_console.Profile.Width, Screen.Width), _console.Profile.Capabilities.Unicode, DateTime.Now)
        .Select(static line => new Text(line)));

    private RunStatus Status => new(_tally.Images, total, _tally.Abstained, _tally.Shares(kind), Share, _drawn, _clock.Elapsed);

    private double Share => (double)(samplesAnImage is { } each ? (double)_drawn / each : _tally.Images - _before)
        / Math.Max(1, total - _before);

    private string Line(RunOutcome outcome)
    {
        string predicted = outcome.Predicted is { } label ? NameOf(label) : "abstains";
        string mark = outcome.Predicted is null ? "" : outcome.Predicted == outcome.Label ? "right" : "WRONG";
        string radius = kind == CertificationLogKind.Predict || outcome.Predicted is null ? "" : $"  radius {Cut(outcome.Radius)}";
        return string.Create(CultureInfo.InvariantCulture,
            $"{outcome.Index,6}  {NameOf(outcome.Label),-14} {predicted,-14} {mark,-5}{radius}  {Votes(outcome)}  "
            + $"{outcome.Time.TotalSeconds:F2} s");
    }

    private static string Votes(RunOutcome outcome) => outcome.Soft is { } soft
        ? string.Create(CultureInfo.InvariantCulture, $"mean score {Cut(soft.Mean)} of {soft.N}")
        : string.Create(CultureInfo.InvariantCulture, $"{outcome.Votes}/{outcome.Total} votes");

    private string NameOf(int label) => label < images.ClassNames.Count ? images.ClassNames[label] : $"class {label}";

    // Truncated, never rounded up: a printed radius must not promise more than the certificate.
    private static string Cut(double radius) => (Math.Floor(radius * 1000) / 1000).ToString("F3", CultureInfo.InvariantCulture);
}
