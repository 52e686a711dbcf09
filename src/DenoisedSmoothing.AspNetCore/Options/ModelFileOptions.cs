namespace DenoisedSmoothing.AspNetCore;

/// <summary>A network from a file, as configuration names it.</summary>
public sealed class ModelFileOptions
{
    /// <summary>The file: TorchScript, or weights in any format that <see cref="Checkpoints.Checkpoint"/> reads.</summary>
    /// <value>Null: none.</value>
    public string? File { get; set; }

    /// <summary>The network that weights belong to, by its name in <see cref="Presets.NetworkCatalog"/>.</summary>
    /// <value>Null: the file brings its network (TorchScript), or names it, as a denoiser of <c>dds train-denoiser</c> does.</value>
    public string? Network { get; set; }

    /// <summary>A classifier's number of classes.</summary>
    /// <value>Null: the catalog's; 10 for TorchScript.</value>
    public int? Classes { get; set; }

    /// <summary>What a classifier wants of its pixels, by its name in <see cref="Presets.NetworkCatalog.Normalizations"/>.</summary>
    /// <value>Null: the catalog's, or none.</value>
    public string? Normalization { get; set; }

    /// <summary>The height and width that a classifier's images are brought to after the denoiser.</summary>
    /// <value>Null: the catalog's, or none.</value>
    public int? Resize { get; set; }

    /// <summary>A denoiser's noise schedule: <c>cosine</c> or <c>linear</c>.</summary>
    /// <value>Null: what the file says, else the catalog's, or cosine. Another than the file says is an error.</value>
    public string? Schedule { get; set; }

    /// <summary>The number of timesteps T of that schedule.</summary>
    /// <value>Null: what the file says, else the catalog's, or 1000. Another than the file says is an error.</value>
    public int? Timesteps { get; set; }

    /// <summary>A denoiser's network is fed t times this.</summary>
    /// <value>Null: what the file says, else the catalog's, or 1. Another than the file says is an error.</value>
    public double? TimestepScale { get; set; }
}
