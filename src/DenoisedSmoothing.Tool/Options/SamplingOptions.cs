using System.CommandLine;
using System.Globalization;

namespace DenoisedSmoothing.Tool;

/// <summary>Options of drawing votes: noise, batch, seed.</summary>
internal sealed class SamplingOptions
{
    /// <summary>From the least noise that is drawn to where no image is left under it.</summary>
    public static NumberRange<double> SigmaRange { get; } = new(1d / (1 << 20), 16) { Below = true };

    public Option<double> Sigma { get; } = new Option<double>("--sigma")
    {
        Required = true,
        HelpName = "s",
        Description = "Noise per pixel, for pixels in [0,1]",
    }
        .Within(SigmaRange, AboutSigma);

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

    public OptionGroup All => new("Noise", [Sigma, Batch, Seed]);

    /// <summary>What to say of a noise level that is refused.</summary>
    public static string? AboutSigma(double sigma) => sigma is >= 16 and <= 255 ? string.Create(CultureInfo.InvariantCulture,
        $"It is the noise per pixel, for pixels in [0,1]: for pixels of 0 to 255 divide by 255, which makes {sigma / 255:G3}.")
        : "It is the noise per pixel, for pixels in [0,1].";
}
