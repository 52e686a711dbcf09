using System.Diagnostics;
using System.Globalization;
using DenoisedSmoothing.Training;

namespace DenoisedSmoothing.Tool;

/// <summary>A line on a training run every few seconds.</summary>
internal sealed class TrainingView(TextWriter output) : IProgress<TrainingProgress>
{
    private static readonly TimeSpan s_linesEvery = TimeSpan.FromSeconds(10);
    private readonly Stopwatch _since = Stopwatch.StartNew();
    private (int Step, TimeSpan Elapsed)? _first;

    public void Report(TrainingProgress value)
    {
        _first ??= (value.Step, value.Elapsed);
        if (_since.Elapsed < s_linesEvery && value.Step < value.Steps)
            return;
        _since.Restart();
        double rate = (value.Step - _first.Value.Step) / Math.Max(1e-9, (value.Elapsed - _first.Value.Elapsed).TotalSeconds);
        string left = rate > 0 ? TimeSpan.FromSeconds((value.Steps - value.Step) / rate)
            .ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture) : "?";
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"step {value.Step}/{value.Steps}  loss {value.Loss:F4}  {rate:F1} steps/s  {left} left"));
    }
}
