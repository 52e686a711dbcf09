using System.CommandLine;

namespace DenoisedSmoothing.Tool;

/// <summary>Options of drawing votes: noise, batch, seed.</summary>
internal sealed class SamplingOptions
{
    public Option<double> Sigma { get; } = new Option<double>("--sigma")
    {
        Required = true,
        HelpName = "s",
        Description = "Noise a pixel, for pixels in [0,1]",
    }
        .Check(sigma => sigma > 0 && double.IsFinite(sigma),
            "--sigma must be a finite number above 0: the noise per pixel, for pixels in [0,1].");

    public Option<int> Batch { get; } = new Option<int>("--batch")
    {
        HelpName = "rows",
        DefaultValueFactory = _ => 100,
        Description = "Rows of every forward pass; part of what is certified, since float rows change with it",
    }
        .Check(batch => batch is >= 1 and <= 65536, "--batch must be 1 to 65536 rows.");

    public Option<ulong?> Seed { get; } = new("--seed")
    {
        HelpName = "k",
        Description =
            "Key of the noise, for reproduction and for shards; trying several and keeping the best voids alpha [default: a fresh one]",
    };

    public IEnumerable<Option> All => [Sigma, Batch, Seed];
}
