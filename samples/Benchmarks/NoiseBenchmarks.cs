using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Benchmarks;

/// <summary>Noise for one batch of images, on one thread and on all: the column says how many normals a second that is.</summary>
[Config(typeof(Columns))]
public class NoiseBenchmarks
{
    private const int Rows = 64;

    private float[] _image = [];
    private float[][] _noisy = [];

    private ISmoothingNoise _noise = new FloatGaussianNoise(.5);

    /// <summary>The noise.</summary>
    [Params("float", "grid", "uniform")]
    public string Law { get; set; } = "";

    /// <summary>Elements of an image: CIFAR-10 (3 x 32 x 32) and ImageNet (3 x 224 x 224).</summary>
    [Params(3072, 150528)]
    public int Dimension { get; set; }

    [GlobalSetup]
    public void Allocate()
    {
        _noise = Law switch { "float" => new FloatGaussianNoise(.5), "grid" => new GridGaussianNoise(.5), _ => new UniformNoise(.5) };
        _image = new float[Dimension];
        _noisy = [.. Enumerable.Range(0, Rows).Select(_ => new float[Dimension])];
    }

    [Benchmark]
    public void AddToOneThread()
    {
        for (int row = 0; row < Rows; row++)
            AddTo(row);
    }

    [Benchmark]
    public void AddToAllCores() => Parallel.For(0, Rows, AddTo);

    private void AddTo(int row) =>
        _noise.AddTo(1, new NoiseCoordinate(0, 0, VotePhase.Estimation, row), _image, _noisy[row]);

    private sealed class Columns : ManualConfig
    {
        public Columns() => AddColumn(new NormalsPerSecond());
    }

    private sealed class NormalsPerSecond : IColumn
    {
        public string Id => nameof(NormalsPerSecond);
        public string ColumnName => "M normals/s";
        public string Legend => "Millions of normals per second, from the mean time";
        public bool AlwaysShow => true;
        public ColumnCategory Category => ColumnCategory.Custom;
        public int PriorityInCategory => 0;
        public bool IsNumeric => true;
        public UnitType UnitType => UnitType.Dimensionless;
        public bool IsAvailable(Summary summary) => true;
        public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;
        public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
        {
            if (summary[benchmarkCase]?.ResultStatistics is not { } statistics)
                return "-";
            double normals = (double)Rows * (int)benchmarkCase.Parameters[nameof(Dimension)];
            return (normals / statistics.Mean * 1e3).ToString("F0", System.Globalization.CultureInfo.InvariantCulture); // the mean is in ns
        }
    }
}
