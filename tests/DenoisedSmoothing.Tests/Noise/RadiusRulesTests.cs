using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Tests.Noise;

public class RadiusRulesTests
{
    public static TheoryData<IRadiusRule> Rules =>
        [new GaussianRule(.1), new GaussianRule(1e-3), new GridGaussianRule(1.0 / 3, 3072), new UniformRule(.3, 784)];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Parse_gives_the_rule_back(IRadiusRule rule) => RadiusRules.Parse(rule.Description).Should().Be(rule);

    [Theory]
    [InlineData("laplace sigma=1")]
    [InlineData("gaussian")]
    [InlineData("gaussian sigma=x")]
    [InlineData("gaussian sigma=-1")]
    [InlineData("gaussian sigma=1 dimension=3")]
    [InlineData("grid-gaussian sigma=0.5")]
    [InlineData("grid-gaussian sigma=0.5 dimension=1.5")]
    [InlineData("uniform lambda=0.5 dimension=0")]
    public void Parse_of_another_text_throws(string text) => FluentActions.Invoking(() => RadiusRules.Parse(text)).Should()
        .Throw<FormatException>();

    [Fact]
    public void Of_a_certificate_without_noise_is_Gaussian() =>
        RadiusRules.Of(LogSamples.Certificate(3) with { Noise = null, Sigma = .25 }).Should().Be(new GaussianRule(.25));

    [Fact]
    public void Noise_of_a_certificate_is_the_one_that_drew_it()
    {
        Certificate certificate = LogSamples.Certificate(3);
        foreach (ISmoothingNoise noise in new ISmoothingNoise[] { new FloatGaussianNoise(.12), new GridGaussianNoise(.12),
            new UniformNoise(.3) })
        {
            IRadiusRule rule = noise.RuleFor(784);
            ISmoothingNoise again = SmoothingNoises.Of(certificate with
            {
                Noise = rule.Description,
                Sigma = rule.Sigma,
                Provenance = certificate.Provenance! with { Noise = noise.Version, DrawnSigma = noise.Level.Drawn },
            });
            float[] image = [0, .5f, 1], first = new float[3], second = new float[3];
            noise.AddTo(1, new NoiseCoordinate(0, 0, VotePhase.Selection, 0), image, first);
            again.AddTo(1, new NoiseCoordinate(0, 0, VotePhase.Selection, 0), image, second);
            second.Should().Equal(first);
            again.Version.Should().Be(noise.Version);
        }
    }
}
