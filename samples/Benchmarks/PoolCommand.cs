using System.CommandLine;

namespace DenoisedSmoothing.Benchmarks;

/// <summary>
/// The tables of docs/performance.md on many small requests: the bundled pair, images one at a time, pooled, and by several callers.
/// </summary>
internal static class PoolCommand
{
    public static Command Create()
    {
        Option<int> images = new("--images") { Description = "Images of the bundled test set", DefaultValueFactory = _ => 32 };
        Option<int?> batch = new("--batch") { Description = "Rows of every forward pass; chosen by the library when not given" };
        Option<double> sigma = new("--sigma") { Description = "Noise per pixel", DefaultValueFactory = _ => .5 };
        Option<double> radius = new("--radius") { Description = "The radius to decide", DefaultValueFactory = _ => .5 };
        Option<long> budget = new("--budget") { Description = "The most votes of one certificate", DefaultValueFactory = _ => 2000 };
        Option<int[]> callers = new("--callers")
        {
            Description = "Threads that predict at once", DefaultValueFactory = _ => [1, 4, 16], AllowMultipleArgumentsPerToken = true,
        };
        Command command =
            new("pool",
            "Votes per second and padding of the sequential certifier on the bundled pair: one image at a time, pooled, and by several "
            + "callers.")
            { images, batch, sigma, radius, budget, callers };
        command.SetAction(parsed =>
        {
            SequentialCertifier certifier = new(new SequentialOptions
            {
                TargetRadii = [parsed.GetValue(radius)],
                Budget = parsed.GetValue(budget),
            });
            using PoolStudy study = new(certifier, parsed.GetValue(sigma), parsed.GetValue(batch), parsed.GetValue(images));
            study.WarmUp();
            Console.WriteLine(
                $"batch {study.Batch}, {parsed.GetValue(images)} images, sigma {parsed.GetValue(sigma)}, {certifier.Method}\n");
            Console.WriteLine(
                "| requests | images/s | votes/s | p50, s | p99, s | votes asked per image | passes per image | rows not asked for "
                    + "|\n|---|---|---|---|---|---|---|---|");
            study.Certify("Certify, one at a time", pooled: false);
            study.Certify("CertifyMany", pooled: true);
            foreach (int count in parsed.GetValue(callers)!)
                study.Predict($"Predict, {count} {(count == 1 ? "caller" : "callers")}", count);
            study.Predict("PredictMany", callers: null);
        });
        return command;
    }
}
