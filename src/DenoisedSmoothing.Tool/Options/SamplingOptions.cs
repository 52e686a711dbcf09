using System.CommandLine;
using System.Globalization;
using DenoisedSmoothing.Noise;

namespace DenoisedSmoothing.Tool;

/// <summary>Options of drawing votes: noise, batch, seed.</summary>
internal sealed class SamplingOptions
{
    private const string L1 = "l1", L2 = "l2";

    public SamplingOptions() => Norm.AcceptOnlyFromAmong(L2, L1);

    /// <summary>From the smallest noise that can be drawn to where it leaves nothing of an image.</summary>
    public static NumberRange<double> SigmaRange { get; } = new(1d / (1 << 20), 16) { Below = true };

    public Option<double> Sigma { get; } = new Option<double>("--sigma")
    {
        Required = true,
        HelpName = "s",
        Description = "Noise per pixel, for pixels in [0,1]",
    }
        .Within(SigmaRange, AboutSigma);

    public Option<string> Norm { get; } = new("--norm")
    {
        HelpName = "norm",
        DefaultValueFactory = _ => L2,
        Description = "The norm of radii. l2: Gaussian noise; l1: uniform noise of the same standard deviation",
    };

    public Option<int> Batch { get; } = new Option<int>("--batch")
    {
        HelpName = "rows",
        DefaultValueFactory = _ => 100,
        Description = "Rows of every forward pass; part of what is certified, since float rows change with it",
    }
        .Within(new(1, 65536));

    public Option<ulong?> Seed { get; } = new("--seed")
    {
        HelpName = "k",
        Description =
            "Key of the noise, for reproduction and for shards; trying several and keeping the best voids alpha [default: a fresh one]",
    };

    public OptionGroup All => new("Noise", [Sigma, Norm, Batch, Seed]);

    /// <summary>The noise that certifies the norm; uniform noise on [-lambda, lambda) has the standard deviation lambda/sqrt(3).</summary>
    public ISmoothingNoise Noise(ParseResult parsed)
    {
        double sigma = parsed.GetValue(Sigma);
        return parsed.GetValue(Norm) == L1 ? new UniformNoise(Lambda(sigma)) : new GridGaussianNoise(sigma);
    }

    /// <summary>The law of that noise before any image is known: without the cost of the grid, which depends on the image's size.</summary>
    public IRadiusRule Law(ParseResult parsed)
    {
        double sigma = parsed.GetValue(Sigma);
        return parsed.GetValue(Norm) == L1 ? new UniformRule(Lambda(sigma), 1) : new GaussianRule(sigma);
    }

    private static double Lambda(double sigma) => sigma * Math.Sqrt(3);

    /// <summary>What to say about a noise level that is refused.</summary>
    public static string? AboutSigma(double sigma) => sigma is >= 16 and <= 255 ? string.Create(CultureInfo.InvariantCulture,
        $"It is the noise per pixel, for pixels in [0,1]: for pixels of 0 to 255 divide by 255, which makes {sigma / 255:G3}.")
        : "It is the noise per pixel, for pixels in [0,1].";
}
