using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Simulations;

/// <summary>
/// The simulation of docs/statistics.md in small: every certifier, mode and alpha, with two, ten and a hundred classes. Broken certifiers
/// must not pass it. The whole of it: <c>dotnet run -c Release --project samples/Benchmarks -- simulate</c>.
/// </summary>
public class SimulationTests
{
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
                Simulation.Of(method, classes, runs: 1000).Should().Match<Simulation>(simulation => simulation.IsPlausible);
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Methods_at_ten_times_alpha_are_caught(string name) => Caught(name, Doctored.AtTenTimesAlpha);

    [Theory]
    [MemberData(nameof(Certifications))]
    public void Certifications_with_a_radius_a_third_too_long_are_caught(string name)
    {
        // In the open mode not even twice the radius is wrong often enough to be seen at these truths, so the case would show nothing.
        if (name != "sequential, open")
            Caught(name, method => Doctored.WithLongerRadius(method, 1.3));
    }

    [Theory]
    [InlineData("cohen")]
    [InlineData("sequential")]
    public void Certifications_that_use_selection_votes_again_are_caught(string which)
    {
        // As many votes to select as to estimate: with few of them the harm is as small as it is elsewhere. The multi-class method is left
        // out: of two classes it bounds both, so that reuse errs in 3.6% of runs where 5% are allowed, and cannot be told from sound.
        SimulatedMethod method = new(which, .05, alpha => which switch
        {
            "cohen" => new CohenCertifier(n0: 100, n: 100, alpha),
            _ => new SequentialCertifier(new SequentialOptions { Alpha = alpha, Budget = 100, N0 = 50, RadiusGain = 10 }),
        });

        Simulation.Of(method, 2, runs: 5000).IsPlausible.Should().BeTrue();
        Simulation doctored = Simulation.Of(Doctored.ReusingSelection(method), 2, runs: 5000);
        doctored.IsPlausible.Should().BeFalse("{0} of {1} were wrong", doctored.WorstWrong, doctored.WorstRuns);
    }

    private static void Caught(string name, Func<SimulatedMethod, SimulatedMethod> doctor)
    {
        SimulatedMethod method = SimulatedMethod.All.Single(method => method.Name == name && method.Alpha == .05);
        Simulation[] simulations = [.. new[] { 2, 10 }.Select(classes => Simulation.Of(doctor(method), classes, runs: 5000))];
        simulations.Should().Contain(simulation => !simulation.IsPlausible, "one truth is enough");
    }
}
