namespace DenoisedSmoothing.AspNetCore;

/// <summary>A network from a file, as named in the configuration.</summary>
public sealed class ModelFileOptions
{
    /// <summary>The file: TorchScript, or weights in any format that <see cref="Checkpoints.Checkpoint"/> reads.</summary>
    /// <value>Null: none.</value>
    public string? File { get; set; }

    /// <summary>The network to which the weights belong, by its name in <see cref="Presets.NetworkCatalog"/>.</summary>
    /// <value>Null: the file contains its network (TorchScript), or names it, as denoisers from <c>dds train-denoiser</c> do.</value>
    public string? Network { get; set; }

    /// <summary>A classifier's number of classes.</summary>
    /// <value>Null: the catalog's; 10 for TorchScript.</value>
    public int? Classes { get; set; }

    /// <summary>The normalisation that a classifier wants, by its name in <see cref="Presets.NetworkCatalog.Normalizations"/>.</summary>
    /// <value>Null: the catalog's, or none.</value>
    public string? Normalization { get; set; }

    /// <summary>The height and width to which a classifier's images are resized after the denoiser.</summary>
    /// <value>Null: the catalog's, or none.</value>
    public int? Resize { get; set; }

    /// <summary>A denoiser's noise schedule: <c>cosine</c> or <c>linear</c>.</summary>
    /// <value>Null: what the file says, otherwise the catalog's, or cosine. A value that contradicts the file is an error.</value>
    public string? Schedule { get; set; }

    /// <summary>The number of timesteps T of that schedule.</summary>
    /// <value>Null: what the file says, otherwise the catalog's, or 1000. A value that contradicts the file is an error.</value>
    public int? Timesteps { get; set; }

    /// <summary>A denoiser's network is fed t times this.</summary>
    /// <value>Null: what the file says, otherwise the catalog's, or 1. A value that contradicts the file is an error.</value>
    public double? TimestepScale { get; set; }
}
