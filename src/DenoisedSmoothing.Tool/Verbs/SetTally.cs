using System.Globalization;
using DenoisedSmoothing.PredictionSets;
using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing.Tool;

/// <summary>A summary of prediction sets: coverage, sizes, and how many say nothing.</summary>
/// <param name="classCount">K.</param>
internal sealed class SetTally(int classCount)
{
    private const double OneSide = .025;

    private int _images, _covered, _empty, _full, _single;
    private long _sizes, _squares;

    public void Add(PredictionSet set, int label)
    {
        _images++;
        _covered += set.Contains(label) ? 1 : 0;
        _empty += set.IsEmpty ? 1 : 0;
        _full += set.IsFull ? 1 : 0;
        _single += set.Labels.Count == 1 ? 1 : 0;
        (_sizes, _squares) = (_sizes + set.Labels.Count, _squares + (long)set.Labels.Count * set.Labels.Count);
    }

    /// <summary>
    /// Shares with Clopper-Pearson intervals at 95%, whose ends are rounded outwards; shares in favour of the sets are truncated, those
    /// against them are rounded up.
    /// </summary>
    public override string ToString()
    {
        if (_images == 0)
            return "no image";
        double mean = (double)_sizes / _images;
        double error = _images < 2 ? 0 : Math.Sqrt(Math.Max(0, _squares - mean * _sizes) / (_images - 1) / _images);
        return string.Join(Environment.NewLine,
            $"hold the label  {For(_covered)}",
            string.Create(CultureInfo.InvariantCulture, $"mean size       {mean:F3} ± {error:F3} of {classCount} classes"),
            $"one class       {For(_single)}",
            $"empty           {Against(_empty)}",
            $"all classes     {Against(_full)}");
    }

    private string For(int count) => Share(count, ReportText.Percent(count, _images));

    private string Against(int count) => Share(count, ReportText.PercentUp(count, _images));

    private string Share(int count, string percent) => string.Create(CultureInfo.InvariantCulture,
        $"{percent,6}%  ({count} of {_images}; 95% interval {Floor(Lower(count)):F2} to {Ceiling(Upper(count)):F2}%)");

    private double Lower(int count) => count == 0 ? 0 : ClopperPearson.Lower(count, _images, OneSide);

    private double Upper(int count) => count == _images ? 1 : ClopperPearson.Upper(count, _images, OneSide);

    private static double Floor(double share) => Math.Floor(1e4 * share) / 100;

    private static double Ceiling(double share) => Math.Ceiling(1e4 * share) / 100;
}
