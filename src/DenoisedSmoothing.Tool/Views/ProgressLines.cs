using System.Diagnostics;
using System.Globalization;

namespace DenoisedSmoothing.Tool;

/// <summary>Prints a line now and then about how many images are done, on the working thread.</summary>
/// <param name="output">Where they go.</param>
/// <param name="total">All images.</param>
internal sealed class ProgressLines(TextWriter output, int total) : IProgress<int>
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(10);

    private readonly Stopwatch _clock = Stopwatch.StartNew(), _sinceLine = Stopwatch.StartNew();

    public void Report(int done)
    {
        if (_sinceLine.Elapsed < s_every || done >= total)
            return;
        _sinceLine.Restart();
        TimeSpan left = _clock.Elapsed / done * (total - done);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{done}/{total} images, {RunStatus.Span(left)} left"));
    }
}
