using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Transfer;
using TorchSharp;

namespace DenoisedSmoothing.Benchmarks;

/// <summary>
/// What giving certificates of the bundled pair in float32 to the same pair in lower precision costs and keeps, against certifying that
/// anew.
/// </summary>
internal static class TransferCommand
{
    private const double Sigma = .5;

    private const int Batch = 100;

    public static Command Create()
    {
        Option<int> images = new("--images") { Description = "Bundled images, the first of the test set", DefaultValueFactory = _ => 20 };
        Option<long> votes = new("--n") { Description = "Votes of a certificate", DefaultValueFactory = _ => 10_000 };
        Option<long[]> pairs = new("--pairs")
        {
            Description = "Pairs of a transfer, several runs",
            DefaultValueFactory = _ => [500, 2000],
            AllowMultipleArgumentsPerToken = true,
        };
        Command command =
            new("transfer",
            "What a transfer of float32 certificates to bfloat16 costs and keeps: the table of docs/statistics.md.") { images, votes,
            pairs };
        command.SetAction(parsed => Run(parsed.GetValue(images), parsed.GetValue(votes), parsed.GetValue(pairs)!));
        return command;
    }

    private static void Run(int count, long n, long[] pairs)
    {
        using BenchmarkPair full = BenchmarkPair.Create("fashion-mnist", torch.ScalarType.Float32, "cpu"), half =
            BenchmarkPair.Create("fashion-mnist", torch.ScalarType.BFloat16, "cpu");
        IBaseClassifier f = new DenoisedClassifier(full.Denoiser, full.Classifier), successor =
            new DenoisedClassifier(half.Denoiser, half.Classifier);
        Line($"| classifier | how | votes per image | certified | mean radius of all | seconds per image |\n|---|---|---|---|---|---|");
        Certificate[] originals = Certify("float32", f, n);
        Certify("bfloat16", successor, n);
        foreach (long m in pairs)
        {
            Certify("bfloat16", successor, 2 * m);
            SmoothedPair pair = new(f, successor, new CertificateTransfer(m));
            Stopwatch clock = Stopwatch.StartNew();
            TransferredCertificate[] transferred =
                [.. originals.Select((original, i) => (original, i)).Where(one => !one.original.Abstained)
                .Select(one => pair.Transfer(full.Images[one.i], one.original))];
            long lost = transferred.Sum(one => one.Pairs[(int)PairOutcome.Lost]), all = transferred.Sum(one => one.Pairs.Total);
            Row("bfloat16", $"transfer, {m} pairs, {lost} of {all} lost", 2 * m, transferred.Count(one => !one.Abstained),
                transferred.Sum(one => one.Radius) / count, clock.Elapsed / count);
        }

        Certificate[] Certify(string name, IBaseClassifier classifier, long votes)
        {
            SmoothedClassifier smoothed = new([classifier], Sigma, new CohenCertifier(n: votes), new SmoothingOptions
            {
                Batch = Batch,
                Seed = 1,
            });
            Stopwatch clock = Stopwatch.StartNew();
            Certificate[] certificates =
                [.. smoothed.CertifyMany(full.Images.Take(count).Select((image, i) => new SmoothingImage(image, i)))];
            Row(name, "certified", votes + 100, certificates.Count(one => !one.Abstained), certificates.Average(one => one.Radius),
                clock.Elapsed / count);
            return certificates;
        }
    }

    private static void Row(string name, string how, long votes, int certified, double radius, TimeSpan time) =>
        Line($"| {name} | {how} | {votes} | {certified} | {radius:F3} | {time.TotalSeconds:F1} |");

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
