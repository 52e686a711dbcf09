using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Simulations;

/// <summary>
/// The simulation of docs/statistics.md in small: every certifier, mode and alpha, with two, ten and a hundred classes. Broken certifiers
/// must not pass it. The whole of it: <c>dotnet run -c Release --project samples/Benchmarks -- simulate</c>.
/// </summary>
/// <remarks>
/// What it sees, where a sound method is blamed once in a million: a method that is wrong at one truth 2.0, 3.6 or 14 times as often as
/// alpha allows (.05, .01, .001), or over the 11 truths of ten classes 1.3, 1.6 or 3.5 times, is caught nine times in ten.
/// </remarks>
public class SimulationTests
{
    /// <summary>Answers at each truth.</summary>
    private const int Runs = 1000;

    public static TheoryData<string> Methods => [.. SimulatedMethod.All.Select(method => method.Name).Distinct()];

    public static TheoryData<string> Certifications =>
        [.. SimulatedMethod.All.Where(method => !method.Predicts).Select(method => method.Name).Distinct()];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Methods_are_wrong_no_more_often_than_alpha(string name)
    {
        foreach (SimulatedMethod method in SimulatedMethod.All.Where(method => method.Name == name))
        {
            foreach (int classes in new[] { 2, 10, 100 })
                Simulation.Of(method, classes, Runs).Should().Match<Simulation>(simulation => simulation.IsPlausible);
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Methods_at_ten_times_alpha_are_caught(string name) => Caught(name, Doctored.AtTenTimesAlpha);

    [Theory]
    [MemberData(nameof(Certifications))]
    public void Certifications_with_a_radius_a_third_too_long_are_caught(string name)
    {
        if (name != "sequential, open")
            Caught(name, method => Doctored.WithLongerRadius(method, 1.3));
    }

    [Fact]
    public void Open_mode_with_a_radius_a_third_too_long_is_caught()
    {
        // Where it stops at the first certificate its radii are next to nothing, and a third more of that is no error: here it goes on.
        SimulatedMethod method = new("open to its budget", .05, alpha => new SequentialCertifier(new SequentialOptions
        {
            Alpha = alpha,
            Budget = 500,
            N0 = 20,
            RadiusGain = 1e-6,
            LookGrowth = 2,
        }));

        Simulation.Of(method, 2, runs: 5000).IsPlausible.Should().BeTrue();
        Simulation doctored = Simulation.Of(Doctored.WithLongerRadius(method, 1.3), 2, runs: 5000);
        doctored.IsPlausible.Should().BeFalse("{0} of {1} were wrong", doctored.WorstWrong, doctored.WorstRuns);
    }

    [Theory]
    [InlineData("cohen", 2)]
    [InlineData("multiclass", 10)] // of two classes it bounds both, which leaves room for the harm: 3.6% are wrong where 5% are allowed
    [InlineData("sequential", 2)]
    public void Certifications_that_use_selection_votes_again_are_caught(string which, int classes)
    {
        // As many votes to select as to estimate: with few of them the harm is as small as it is elsewhere.
        SimulatedMethod method = new(which, .05, alpha => which switch
        {
            "cohen" => new CohenCertifier(n0: 100, n: 100, alpha),
            "multiclass" => new MulticlassCertifier(n0: 100, n: 100, alpha),
            _ => new SequentialCertifier(new SequentialOptions { Alpha = alpha, Budget = 100, N0 = 50, RadiusGain = 10 }),
        });

        Simulation.Of(method, classes, runs: 5000).IsPlausible.Should().BeTrue();
        Simulation doctored = Simulation.Of(Doctored.ReusingSelection(method), classes, runs: 5000);
        doctored.IsPlausible.Should().BeFalse("{0} of {1} were wrong", doctored.WorstWrong, doctored.WorstRuns);
    }

    private static void Caught(string name, Func<SimulatedMethod, SimulatedMethod> doctor)
    {
        SimulatedMethod method = SimulatedMethod.All.Single(method => method.Name == name && method.Alpha == .05);
        Simulation[] simulations = [.. new[] { 2, 10 }.Select(classes => Simulation.Of(doctor(method), classes, Runs))];
        simulations.Should().Contain(simulation => !simulation.IsPlausible, "one truth is enough");
    }
}
