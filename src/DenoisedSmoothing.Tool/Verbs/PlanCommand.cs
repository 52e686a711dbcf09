using System.CommandLine;

namespace DenoisedSmoothing.Tool;

/// <summary>The verb plan.</summary>
internal static class PlanCommand
{
    public static Verb Create()
    {
        ModelOptions models = new(severalDevices: true);
        CertifierOptions certifier = new();
        SamplingOptions sampling = new();
        Option<double[]?> radius = ListOptions.Radii("--radius", "Radii to plan for, rising, separated by commas");
        radius.Required = true;
        Option<double[]> pA = ListOptions.Probabilities("--pa", "True probabilities of the label, separated by commas", 0.9, 0.95, 0.99,
            0.999, 1);
        Option<double> power = new Option<double>("--power")
        {
            HelpName = "p",
            DefaultValueFactory = _ => 0.9,
            Description = "Probability of success asked for",
        }
            .Within(new(0, 1) { Above = true, Below = true });
        Option<double?> rate = new Option<double?>("--rate")
        {
            HelpName = "samples/s",
            Description = "Noisy samples per second, for the times",
        }
            .Positive();
        Option<bool> measure = new("--measure") { Description = "Measure the rate with the models, on one blank image" };
        Option<int> batch = new Option<int>("--batch")
        {
            HelpName = "rows",
            DefaultValueFactory = _ => 100,
            Description = "Rows of a forward pass, for --measure",
        }
            .Within(new(1, 65536));
        Option<int> images = new Option<int>("--images")
        {
            HelpName = "count",
            DefaultValueFactory = _ => 500,
            Description = "Images of the run, for the times",
        }
            .AtLeast(1);
        Verb verb = new Verb(
            "plan",
            "Says before a run how many samples a radius needs when the label has a given true probability, the largest radius "
                + "that n can reach, and how long it takes.",
            ["plan --sigma 0.5 --radius 0.5,1.0", "plan --sigma 0.25 --radius 0.5 --pa 0.99,0.999 --n 10000 --rate 825",
                "plan --sigma 0.5 --norm l1 --radius 0.5", "plan --sigma 0.5 --radius 0.5 --measure"],
            [(CommandLine.Done, "done"), (CommandLine.Failed, "an option was invalid, or a radius is beyond any certificate at sigma"),
                (CommandLine.Cancelled, "stopped (Ctrl-C)")])
            .With([sampling.Sigma, sampling.Norm, radius, pA, power, certifier.N0, certifier.N, certifier.Alpha, certifier.Budget, rate,
                images, measure, batch])
                .With(models.All);
        return verb.Does((parsed, cancellationToken) =>
        {
            if (parsed.GetValue(rate) is not null && parsed.GetValue(measure))
                throw new ArgumentException("Either --rate says how fast samples come, or --measure finds out.");
            PlanRun run = new(
                sampling.Law(parsed), parsed.GetValue(radius)!, parsed.GetValue(pA)!, parsed.GetValue(power),
                    parsed.GetValue(certifier.N0), parsed.GetValue(certifier.N) ?? 100_000,
                parsed.GetValue(certifier.Alpha), parsed.GetValue(certifier.Budget) ?? 100_000, parsed.GetValue(images),
                parsed.InvocationConfiguration.Output);
            double? samples = parsed.GetValue(measure)
                ? RateMeasurement.SamplesPerSecond(models.Read(parsed), run.Rule.Sigma, parsed.GetValue(batch), cancellationToken)
                : parsed.GetValue(rate);
            run.Execute(samples, cancellationToken);
            return CommandLine.Done;
        });
    }
}
