using System.CommandLine;

namespace DenoisedSmoothing.Tool;

/// <summary>Options that take several values, separated by commas.</summary>
internal static class ListOptions
{
    /// <summary>Noise levels.</summary>
    public static Option<double[]> Sigmas(string description, params double[] fallback) => Create(
        "--sigma", "s,s...", description, fallback,
        text => PlainNumber.TryParse(text, out double sigma) && SamplingOptions.SigmaRange.Contains(sigma) ? sigma : null,
        $"--sigma takes numbers {SamplingOptions.SigmaRange}, separated by commas: the noise per pixel, for pixels in [0,1]; "
            + "divide those for 0 to 255 by 255.");

    /// <summary>A number for each channel; empty where nothing was typed.</summary>
    public static Option<double[]> Channels(string name, string description) => Create<double>(
        name, "v,v,v", description, [], text => PlainNumber.TryParse(text, out double value) ? value : null,
        $"{name} takes a number for each channel, separated by commas, such as 0.4914,0.4822,0.4465.");

    /// <summary>Radii, in increasing order.</summary>
    public static Option<double[]?> Radii(string name, string description)
    {
        Option<double[]?> option = new(name) { HelpName = "r,r...", Description = description, AllowMultipleArgumentsPerToken = true };
        option.CustomParser = result =>
        {
            double?[] radii = [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries))
                .Select(Radius)];
            if (radii.Length == 0 || radii.Any(radius => radius is null) || radii.Zip(radii.Skip(1)).Any(pair => pair.Second <= pair.First))
                result.AddError($"{name} takes radii of at least 0, rising, separated by commas.");
            return [.. radii.Select(radius => radius ?? 0)];
        };
        return option;

        static double? Radius(string text) => PlainNumber.TryParse(text, out double radius) && radius >= 0 ? radius : null;
    }

    /// <summary>Probabilities.</summary>
    public static Option<double[]> Probabilities(string name, string description, params double[] fallback) => Create(
        name, "p,p...", description, fallback,
        text => PlainNumber.TryParse(text, out double p) && p > 0 && p <= 1 ? p : null,
        $"{name} takes probabilities above 0 and up to 1, separated by commas.");

    /// <summary>Numbers of votes, in increasing order; empty where nothing was typed.</summary>
    public static Option<long[]> RisingCounts(string name, string description)
    {
        string error = $"{name} takes numbers of votes from 1 to 1000000000, rising, separated by commas, such as 1000,10000,125000.";
        return Create<long>(name, "n,n...", description, [],
            text => PlainNumber.TryParseWhole(text, out long count) && count is >= 1 and <= 1_000_000_000 ? count : null, error)
            .Check(static counts => counts.Zip(counts.Skip(1)).All(static pair => pair.Second > pair.First), error);
    }

    /// <summary>Image indices.</summary>
    public static Option<int[]> Indices(string name, string description) => Create<int>(
        name, "i,i...", description, [],
        text => PlainNumber.TryParseWhole(text, out int index) && index >= 0 ? index : null,
        $"{name} takes image indices, from 0, separated by commas.");

    /// <summary>Names from a closed list.</summary>
    public static Option<string[]> Names(string name, string description, IReadOnlyList<string> known, params string[] fallback)
    {
        Option<string[]> option = new(name) { HelpName = "name,name...", Description = description, AllowMultipleArgumentsPerToken = true };
        option.CustomParser = result =>
        {
            string[] names = [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries))];
            if (names.Length == 0 || names.FirstOrDefault(value => !known.Contains(value)) is not null)
                result.AddError($"{name} takes, separated by commas: {string.Join(", ", known)}.");
            return names;
        };
        if (fallback.Length > 0)
            option.DefaultValueFactory = _ => fallback;
        return option;
    }

    private static Option<T[]> Create<T>(string name, string help, string description, T[] fallback, Func<string, T?> parse,
        string error) where T : struct
    {
        Option<T[]> option = new(name) { HelpName = help, Description = description, AllowMultipleArgumentsPerToken = true };
        option.CustomParser = result =>
        {
            T?[] values = [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries))
                .Select(parse)];
            if (values.Length > 0 && values.All(value => value is not null))
                return [.. values.Select(value => value!.Value)];
            result.AddError(error);
            return [];
        };
        if (fallback.Length > 0)
            option.DefaultValueFactory = _ => fallback;
        return option;
    }
}
