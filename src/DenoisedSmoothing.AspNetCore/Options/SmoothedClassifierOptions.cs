using Microsoft.AspNetCore.Http;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>
/// One served classifier. Bound from the configuration section <c>DenoisedSmoothing:NAME</c>, then by code; checked when the host starts.
/// </summary>
public sealed class SmoothedClassifierOptions
{
    /// <summary>
    /// Makes the models for a device, such as <c>cpu</c> or <c>cuda:1</c>: called once for each of <see cref="Devices"/>, away from the
    /// starting thread.
    /// </summary>
    /// <value>Null: from <see cref="Pair"/>, or from files.</value>
    public Func<IServiceProvider, string, ServedPair>? Load { get; set; }

    /// <summary>
    /// A published pair: <c>cifar10</c>, <c>cifar10-wrn</c>, <c>imagenet</c>, <c>cohen-cifar10</c> or <c>salman-cifar10</c>; its files are
    /// those of <see cref="Denoiser"/> and <see cref="Classifier"/>.
    /// </summary>
    /// <value>Null: <see cref="Load"/>, or the two files with their own networks.</value>
    public string? Pair { get; set; }

    /// <summary>The denoiser's file; none for a classifier that handles noise by itself.</summary>
    public ModelFileOptions Denoiser { get; set; } = new();

    /// <summary>The classifier's file.</summary>
    public ModelFileOptions Classifier { get; set; } = new();

    /// <summary>Where to compute, such as <c>cpu</c> or <c>cuda:1</c>; several devices have one replica each.</summary>
    /// <value>Null: the CPU.</value>
    public string[]? Devices { get; set; }

    /// <summary>
    /// The served noise levels, in [0,1] pixel space; a request that names none gets the first. Levels for which the denoiser was not
    /// trained, according to its file, are an error.
    /// </summary>
    /// <value>Null, which is an error: there is no default.</value>
    public double[]? Sigmas { get; set; }

    /// <summary>The statistics for certificates without a target radius and for predictions, in the form used in certificates.</summary>
    /// <value>Null: the sequential certifier in its open mode, with <see cref="MostVotes"/> as its budget and alpha 0.001.</value>
    public string? Method { get; set; }

    /// <summary>Rows of a forward pass.</summary>
    /// <value>Null: see <see cref="SmoothingOptions.Batch"/>. On a CPU, a small number, such as 32, answers sooner.</value>
    public int? Batch { get; set; }

    /// <summary>The most votes for one image, whatever is asked; a request may ask for fewer.</summary>
    /// <value>10,000.</value>
    public long MostVotes { get; set; } = 10_000;

    /// <summary>The most time for one image, not counting waiting; a request may ask for less.</summary>
    /// <value>30 seconds.</value>
    public TimeSpan MostTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The most images in progress at once: they share forward passes.</summary>
    /// <value>16.</value>
    public int MostInWork { get; set; } = 16;

    /// <summary>The most waiting images; further ones are refused at once.</summary>
    /// <value>64.</value>
    public int MostWaiting { get; set; } = 64;

    /// <summary>The longest wait. An image expected to wait longer is refused at once, and so is one that has waited this long.</summary>
    /// <value>10 seconds.</value>
    public TimeSpan LongestWait { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The most images in one request under the Open Inference Protocol.</summary>
    /// <value>8.</value>
    public int MostImagesPerRequest { get; set; } = 8;

    /// <summary>The most bytes in a request.</summary>
    /// <value>4 MiB.</value>
    public int MostBytes { get; set; } = 4 << 20;

    /// <summary>The most pixels in an image file; a larger one is refused by its header, before memory is allocated for it.</summary>
    /// <value>4 million.</value>
    public long MostPixels { get; set; } = 4_000_000;

    /// <summary>Where noise comes from.</summary>
    /// <value>Keyed.</value>
    public NoiseKeys Noise { get; set; } = NoiseKeys.Keyed;

    /// <summary>The secret of keyed noise: base64 of at least 16 random bytes, the same for all servers that should answer alike.</summary>
    /// <value>Null: a fresh one each time the server starts.</value>
    public string? Secret { get; set; }

    /// <summary>
    /// Whether a request may provide a seed. A certificate under a seed chosen by the client means nothing to anyone else, since the client
    /// can try seeds; answers say so. For tests and reproduction.
    /// </summary>
    /// <value>False.</value>
    public bool AllowSeeds { get; set; }

    /// <summary>The fingerprint that the loaded models must have, as in certificates; others are not served.</summary>
    /// <value>Null: any.</value>
    public string? Fingerprint { get; set; }

    /// <summary>
    /// A calibration of this model for robust prediction sets, as made by <c>dds calibrate</c> and PredictionSetCalibration.Write: with it,
    /// <c>/predict-set</c> answers, on the first device. It has its own noise and radius, whatever <see cref="Sigmas"/> are.
    /// </summary>
    /// <value>Null: no prediction sets.</value>
    public string? Calibration { get; set; }

    /// <summary>Names of the classes, in label order.</summary>
    /// <value>Null: those of the pair, if it has any.</value>
    public string[]? ClassNames { get; set; }

    /// <summary>A file to which every returned certificate is appended, one JSON object per line; never the image.</summary>
    /// <value>Null: none.</value>
    public string? AuditLog { get; set; }

    /// <summary>
    /// The priority of a request among those waiting: higher numbers come first. Decide it by who asks, not by what is asked.
    /// </summary>
    /// <value>Null: all equal.</value>
    public Func<HttpContext, int>? Priority { get; set; }
}
