using System.CommandLine;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Preprocessing;

namespace DenoisedSmoothing.Tool;

/// <summary>Options that say which data set, and which of its images.</summary>
internal sealed class DataOptions
{
    private const string Heading = "Images";

    private readonly string? _fallback;

    /// <param name="fallback">The data set where none is named; null for the pair's own test images, or an error for pairs without
    /// any.</param>
    /// <param name="split">The split where none is named.</param>
    public DataOptions(string? fallback = null, string split = "test")
    {
        _fallback = fallback;
        Data = new Option<string?>("--data")
        {
            HelpName = "name",
            Description =
                $"The images: {string.Join(", ", DataSources.Names)} [default: "
                + $"{fallback ?? "the pair's own, where it has some: bundled, 500 Fashion-MNIST test images"}]",
        };
        Data.AcceptOnlyFromAmong([.. DataSources.Names]);
        Split = new Option<string>("--split")
        {
            HelpName = "part",
            DefaultValueFactory = _ => split,
            Description = "test or train, where the data set has both",
        };
        Split.AcceptOnlyFromAmong("test", "train");
        OnCorrupt.AcceptOnlyFromAmong("stop", "skip");
        Resampling.AcceptOnlyFromAmong("bilinear", "bicubic");
    }

    public Option<string?> Data { get; }

    public Option<string?> Path { get; } = new("--data-path")
    {
        HelpName = "path",
        Description = "Where the data set is: a folder, or the CSV file (columns path and label)",
    };

    public Option<string> Split { get; }

    public Option<bool> Grey { get; } = new("--grey") { Description = "Read image files as grey, for models of one channel" };

    public Option<string?> Resize { get; } = ImageSize("--image-resize",
        "Resize images before the noise: the shorter side, or HxW (256 and --image-crop 224 for ImageNet)");

    public Option<string?> Crop { get; } = ImageSize("--image-crop", "Cut the middle out of images before the noise, after --image-resize");

    public Option<string?> Resampling { get; } = new("--image-resampling")
    {
        HelpName = "filter",
        Description = "How --image-resize resizes: bilinear or bicubic [default: bilinear]",
    };

    public Option<int> Start { get; } = new Option<int>("--start") { HelpName = "index", Description = "The first image" }
        .AtLeast(0);

    public Option<int> Skip { get; } = new Option<int>("--skip")
    {
        HelpName = "step",
        DefaultValueFactory = _ => 1,
        Description = "Take every N-th image: the paper takes every 20th of CIFAR-10's, every 50th of ImageNet's",
    }
        .AtLeast(1);

    public Option<int?> Max { get; } = new Option<int?>("--max")
    {
        HelpName = "count",
        Description = "At most this many images, over all shards together",
    }
        .AtLeast(1);

    public Option<string?> Shard { get; } = new Option<string?>("--shard")
    {
        HelpName = "i/N",
        Description = "The i-th of N shares of the images, for several machines; needs --seed, so that together they are one run",
    }
        .Check(text => Sharding.TryParse(text!, out _), "--shard must be i/N with i from 1 to N, such as 2/4.");

    public Option<string> OnCorrupt { get; } = new("--on-corrupt")
    {
        HelpName = "what",
        DefaultValueFactory = _ => "stop",
        Description = "An image that cannot be read: stop, or skip it and say so",
    };

    /// <summary>All, including those that split a run.</summary>
    public OptionGroup All => new(Heading, [.. Selection, Shard, OnCorrupt]);

    /// <summary>All except shards, for a queue, which hands out images one by one.</summary>
    public OptionGroup Whole => new(Heading, [.. Selection, OnCorrupt]);

    /// <summary>What names a data set, without a selection of it.</summary>
    public OptionGroup Source => new(Heading, [Data, Path, Split, Grey, Resize, Crop, Resampling]);

    /// <summary>A data set and which of its images.</summary>
    public OptionGroup Selection => new(Heading, [.. Source, Start, Skip, Max]);

    /// <summary>Refuses a share of a run without a seed.</summary>
    public void RequireSeedForShards(Verb verb, Option<ulong?> seed) => verb.Validators.Add(result =>
    {
        if (result.GetValue(Shard) is not null && result.GetValue(seed) is null)
            result.AddError("--shard needs --seed: shards are one run only under one seed.");
    });

    /// <summary>Reads the options that the verb has.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="pair">The pair's name; null for your own models.</param>
    public DataChoice Read(ParseResult parsed, string? pair)
    {
        string name = parsed.GetValue(Data) ?? _fallback ?? (pair == PairLoader.Bundled
            ? DataSources.Bundled
            : throw new ArgumentException(
                $"--data names the images, one of {string.Join(", ", DataSources.Names)}: only the pair {PairLoader.Bundled} comes with "
                + $"some."));
        Sharding.TryParse(parsed.GetValue(Shard) ?? "1/1", out Sharding sharding);
        DatasetRange range = new()
        {
            Start = parsed.GetValue(Start),
            Skip = Math.Max(1, parsed.GetValue(Skip)),
            Max = parsed.GetValue(Max),
            Shard = sharding.Shard,
            Shards = sharding.Shards,
        };
        return new DataChoice(name, parsed.GetValue(Path), parsed.GetValue(Split)!, parsed.GetValue(Grey), Preprocess(parsed, pair), range,
            parsed.GetValue(OnCorrupt) == "skip");
    }

    /// <summary>The words of a command line that name the same data set; empty where none was named.</summary>
    public string Words(ParseResult parsed) => parsed.GetValue(Data) is null ? "" : string.Join(' ', Source
        .Where(option => parsed.GetResult(option) is { Implicit: false })
        .Select(option => option == Grey
            ? option.Name
            : $"{option.Name} {Advice.Quoted(parsed.GetValue<string?>(option.Name) ?? "")}"));

    private ImagePreprocess? Preprocess(ParseResult parsed, string? pair)
    {
        (string? resize, string? crop) = (parsed.GetValue(Resize), parsed.GetValue(Crop));
        string? filter = parsed.GetValue(Resampling);
        if (filter is not null && resize is null)
            throw new ArgumentException("--image-resampling is for --image-resize: name a size, or leave it out.");
        if (resize is null && crop is null)
            return null;
        if (pair == PairLoader.ImageNet)
            throw new ArgumentException($"--pair {pair} resizes and crops by itself: leave --image-resize and --image-crop out.");
        ImagePreprocess steps = new();
        Resampling how = filter == "bicubic" ? Preprocessing.Resampling.Bicubic : Preprocessing.Resampling.Bilinear;
        if (PixelSize.TryParse(resize, out PixelSize to))
            steps = to.IsExact ? steps.ResizeTo(to.Height, to.Width, how) : steps.Resize(to.Height, how);
        return PixelSize.TryParse(crop, out PixelSize cut) ? steps.CenterCrop(cut.Height, cut.Width) : steps;
    }

    private static Option<string?> ImageSize(string name, string description) =>
        new Option<string?>(name) { HelpName = "pixels", Description = description }
            .Check(text => PixelSize.TryParse(text, out _), $"{name} takes pixels, such as 224, or height x width, such as 224x160.");
}
