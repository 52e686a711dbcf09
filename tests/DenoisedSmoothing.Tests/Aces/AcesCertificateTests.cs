using System.Text.Json;
using DenoisedSmoothing.Aces;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Tests.Aces;

/// <summary>Against tests/Goldens/ensembles.json: eth-sri/ACES@a67ad157, smooth_ace.py, but for its analysis of open selections.</summary>
public class AcesCertificateTests
{
    [Fact]
    public void Answers_are_those_of_the_reference()
    {
        foreach (JsonElement row in Golden.Json("ensembles.json").RootElement.GetProperty("aces").GetProperty("composition")
            .EnumerateArray())
        {
            AcesCertificate answer = AcesCertificate.Of(
                Of(row.GetProperty("selection").GetInt32(), row.GetProperty("selection_radius").GetDouble(), classes: 2),
                Of(row.GetProperty("certified_label").GetInt32(), row.GetProperty("certified_radius").GetDouble(), classes: 10),
                row.GetProperty("core_label").GetInt32());

            (answer.Label ?? -1).Should().Be(row.GetProperty("label").GetInt32(), "{0}", row);
            answer.Radius.Should().Be(row.GetProperty("radius").GetDouble(), "{0}", row);
            answer.Outcome.Should().Be(row.GetProperty("reason").GetString() switch
            {
                "selected and certified" => AcesOutcome.Certified,
                "core model, no certificate" => AcesOutcome.Core,
                "abstain" => AcesOutcome.Abstained,
                _ => AcesOutcome.Agreed,
            }, "{0}", row);
        }
    }

    [Fact]
    public void Parts_that_do_not_fit_are_refused()
    {
        Certificate selection = Of(1, .5, 2), label = Of(3, .5, 10);
        AcesCertificate.Of(selection, label, 3).Alpha.Should().BeGreaterThan(.002 - 1e-15).And.BeLessThan(.002 + 1e-15);
        FluentActions.Invoking(() => AcesCertificate.Of(label, label, 3)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => AcesCertificate.Of(selection with { Norm = Norm.L1 }, label, 3)).Should()
            .Throw<ArgumentException>();
        FluentActions.Invoking(() => AcesCertificate.Of(selection, label, -1)).Should().Throw<ArgumentException>();
        AcesCertificate.Of(selection with { Provenance = Image("a") }, label with { Provenance = Image("a") }, 3).Label.Should().Be(3);
        (Certificate chosen, Certificate other) = (selection with { Provenance = Image("a") }, label with { Provenance = Image("b") });
        FluentActions.Invoking(() => AcesCertificate.Of(chosen, other, 3)).Should().Throw<ArgumentException>().WithMessage("*image*");

        static Provenance Image(string hash) => new()
        {
            Seed = 1,
            ImageIndex = 0,
            ImageHash = hash,
            ImageShape = [1, 1, 1],
            DrawnSigma = .5,
            BaseClassifier = "c",
            Precision = "float32",
            Device = "cpu",
            Batch = 1,
            Software = "s",
            Noise = "n",
        };
    }

    /// <summary>
    /// Votes of selector and classifier from a known joint law: certified answers claim too much no more often than the sum of both
    /// alphas, and more often where each works at ten times its own.
    /// </summary>
    [Fact]
    public void Answers_are_wrong_no_more_often_than_both_alphas_together()
    {
        const double alpha = .05;
        const int runs = 20_000;
        Wrong(alpha / 2).Should().Match(wrong => ClopperPearson.Lower(wrong, runs, 1e-6) <= alpha).And.BeGreaterThan(runs / 100);
        Wrong(5 * alpha).Should().Match(wrong => ClopperPearson.Lower(wrong, runs, 1e-6) > alpha);

        static long Wrong(double each)
        {
            // The same draw decides both. An image that is nearly always selected has the label's radius, with all of its errors.
            double pSelected = .999, pLabel = .75;
            GaussianRule rule = new(1);
            double reach = Math.Min(rule.Radius(pSelected, 1 - pSelected), rule.Radius(pLabel, 1 - pLabel));
            CohenCertifier certifier = new(n0: 20, n: 200, each);
            long wrong = 0;
            Random random = new(3);
            for (int run = 0; run < runs; run++)
            {
                IVoteTest<Certificate> selection = certifier.Certify(2, rule), label = certifier.Certify(2, rule);
                while (selection.Next is { } want)
                {
                    long selected = 0, right = 0;
                    for (long vote = 0; vote < want.Count; vote++)
                    {
                        double at = random.NextDouble();
                        selected += at < pSelected ? 1 : 0;
                        right += at > 1 - pLabel ? 1 : 0;
                    }

                    selection.Observe(new VoteCounts(want.Count - selected, selected));
                    label.Observe(new VoteCounts(want.Count - right, right));
                }

                AcesCertificate answer = AcesCertificate.Of(selection.Result, label.Result, coreLabel: 0);
                wrong += answer.Radius > reach || answer is { Outcome: AcesOutcome.Certified, Label: not 1 } ? 1 : 0;
            }

            return wrong;
        }
    }

    private static Certificate Of(int label, double radius, int classes) => new()
    {
        Label = label < 0 ? null : label,
        Radius = radius,
        SelectedLabel = Math.Max(0, label),
        PALower = .9,
        PBUpper = .1,
        SelectionVotes = new VoteCounts(new long[classes]),
        EstimationVotes = new VoteCounts(new long[classes]),
        Alpha = .001,
        Sigma = 1,
        Method = new CohenCertifier().Method,
    };
}
