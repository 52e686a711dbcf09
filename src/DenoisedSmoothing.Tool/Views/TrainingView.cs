using System.Diagnostics;
using System.Globalization;
using DenoisedSmoothing.Training;
using Spectre.Console;

namespace DenoisedSmoothing.Tool;

/// <summary>The progress of training: a bar on a terminal, a line every few seconds where output goes elsewhere.</summary>
internal sealed class TrainingView : IProgress<TrainingProgress>
{
    private static readonly TimeSpan s_linesEvery = TimeSpan.FromSeconds(10), s_barEvery = TimeSpan.FromSeconds(.25);

    private readonly TextWriter _output;
    private readonly IAnsiConsole _console;
    private readonly Stopwatch _since = Stopwatch.StartNew();
    private LiveDisplayContext? _live;
    private (int Step, TimeSpan Elapsed)? _first;

    private TrainingView(TextWriter output) =>
        (_output, _console) = (output, AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }));

    /// <summary>Shows training while it works.</summary>
    /// <param name="output">Where to write.</param>
    /// <param name="train">The training, which reports every few steps.</param>
    public static void Show(TextWriter output, Action<IProgress<TrainingProgress>> train)
    {
        TrainingView view = new(output);
        if (!Screen.IsTerminal(output, view._console))
        {
            train(view);
            return;
        }

        view._console.Live(new Text("starting")).Start(live =>
        {
            view._live = live;
            train(view);
        });
    }

    public void Report(TrainingProgress value)
    {
        _first ??= (value.Step, value.Elapsed);
        if (_since.Elapsed < (_live is null ? s_linesEvery : s_barEvery) && value.Step < value.Steps)
            return;
        _since.Restart();
        if (_live is null)
        {
            _output.WriteLine(Line(value, _first.Value));
            return;
        }

        int width = Math.Min(_console.Profile.Width, Screen.Width);
        _live.UpdateTarget(new Rows(
            Lines(value, _first.Value, width, _console.Profile.Capabilities.Unicode, DateTime.Now).Select(static line => new Text(line))));
    }

    /// <summary>The bar, and a line below it.</summary>
    /// <param name="value">The current progress.</param>
    /// <param name="first">The progress at the first report.</param>
    /// <param name="width">Columns.</param>
    /// <param name="unicode">Whether the terminal has blocks; otherwise the bar is made of # and -.</param>
    /// <param name="now">The time of day.</param>
    public static IReadOnlyList<string> Lines(
        TrainingProgress value, (int Step, TimeSpan Elapsed) first, int width, bool unicode, DateTime now)
    {
        double share = (double)value.Step / Math.Max(1, value.Steps);
        string head = string.Create(CultureInfo.InvariantCulture, $"step {value.Step} of {value.Steps} {Math.Floor(100 * share),3}% ");
        TimeSpan elapsed = value.Elapsed - first.Elapsed;
        double ours = (double)(value.Step - first.Step) / Math.Max(1, value.Steps - first.Step);
        string pace = ours <= 0 || elapsed <= TimeSpan.Zero ? "time left not known yet" : string.Create(CultureInfo.InvariantCulture,
            $"{(value.Step - first.Step) / elapsed.TotalSeconds:F1} steps/s, ") + RunStatus.Times(elapsed, ours, now);
        string loss = string.Create(CultureInfo.InvariantCulture, $"loss {value.Loss:F4}, {pace}");
        return [Screen.Bar(head, share, width, unicode), .. Screen.Wrap(loss, width)];
    }

    /// <summary>The line where output goes elsewhere.</summary>
    /// <param name="value">The current progress.</param>
    /// <param name="first">The progress at the first report.</param>
    public static string Line(TrainingProgress value, (int Step, TimeSpan Elapsed) first)
    {
        string loss = string.Create(CultureInfo.InvariantCulture, $"step {value.Step}/{value.Steps}  loss {value.Loss:F4}");
        double seconds = (value.Elapsed - first.Elapsed).TotalSeconds;
        if (value.Step <= first.Step || seconds <= 0)
            return loss;
        double rate = (value.Step - first.Step) / seconds;
        return loss + string.Create(CultureInfo.InvariantCulture,
            $"  {rate:F1} steps/s  {RunStatus.Span(RunStatus.Seconds((value.Steps - value.Step) / rate))} left");
    }
}
