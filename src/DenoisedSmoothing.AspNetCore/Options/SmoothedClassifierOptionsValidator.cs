using System.Globalization;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Hub;
using DenoisedSmoothing.Presets;
using Microsoft.Extensions.Options;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>Checks the options as far as possible before anything is loaded; the only place that checks them.</summary>
/// <param name="names">The served classifiers: options with other names are not checked.</param>
internal sealed class SmoothedClassifierOptionsValidator(ModelNames names) : IValidateOptions<SmoothedClassifierOptions>
{
    public const int ShortestSecret = 16;

    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, SmoothedClassifierOptions options)
    {
        if (name is null || !names.Contains(name))
            return ValidateOptionsResult.Skip;
        string[] wrong = [.. Models(options), .. Card(options), .. Sets(options), .. Numbers(options), .. Secrets(options)];
        return wrong.Length == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(wrong.Select(text => $"Smoothed classifier '{name}': {text}"));
    }

    private static IEnumerable<string> Models(SmoothedClassifierOptions o)
    {
        if (o.Load is not null && (o.Pair ?? o.Classifier.File ?? o.Denoiser.File) is not null)
            yield return "Load makes the models: leave Pair, Classifier:File and Denoiser:File out.";
        if (o.Load is not null)
            yield break;
        if (o.Classifier.File is null)
            yield return "there is no model. Set Load, or name the classifier's file with Classifier:File.";
        if (o.Pair is not null && !PairFiles.Names.Contains(o.Pair))
            yield return $"there is no pair '{o.Pair}'; there are {string.Join(", ", PairFiles.Names)}.";
        foreach ((string part, ModelFileOptions file) in new[] { ("Classifier", o.Classifier), ("Denoiser", o.Denoiser) })
        {
            if (file.File is { } path && !File.Exists(path)
                && !(part == "Denoiser" ? PretrainedDiffusion.IsFolder(path) : PretrainedModel.IsFolder(path)))
                yield return $"{part}:File names '{path}', and there is no such file.";
            if (o.Pair is not null && file.Network is not null)
                yield return $"the pair '{o.Pair}' brings its networks: leave {part}:Network out.";
        }

        if (o.Classifier.Network is { } classifier && !NetworkCatalog.Classifiers.ContainsKey(classifier))
            yield return $"Classifier:Network is '{classifier}'; there are {string.Join(", ", NetworkCatalog.Classifiers.Keys)}.";
        if (o.Denoiser.Network is { } denoiser && !NetworkCatalog.Denoisers.ContainsKey(denoiser))
            yield return $"Denoiser:Network is '{denoiser}'; there are {string.Join(", ", NetworkCatalog.Denoisers.Keys)}.";
        if (o.Classifier.Normalization is { } normalization && !NetworkCatalog.Normalizations.ContainsKey(normalization))
        {
            yield return
                $"Classifier:Normalization is '{normalization}'; there are {string.Join(", ", NetworkCatalog.Normalizations.Keys)}.";
        }

        if (o.Denoiser.Schedule is not (null or "cosine" or "linear"))
            yield return $"Denoiser:Schedule is '{o.Denoiser.Schedule}'; there are cosine and linear.";
    }

    // At other noise levels than it was trained for, a denoiser gives no error, only nonsense.
    private static IEnumerable<string> Card(SmoothedClassifierOptions o)
    {
        (DenoiserCard? card, string? unreadable) = CardOf(o);
        if (unreadable is not null)
            yield return unreadable;
        if (card is null)
            yield break;
        DenoiserSettings given = new()
        {
            Network = o.Denoiser.Network,
            Schedule = o.Denoiser.Schedule,
            Timesteps = o.Denoiser.Timesteps,
            TimestepScale = o.Denoiser.TimestepScale,
        };
        if (card.Contradiction(given, static setting => $"Denoiser:{setting}") is { } contradiction)
            yield return $"{contradiction}: leave it out, or name the file that was meant.";
        foreach (double sigma in (o.Sigmas ?? []).Where(static sigma => sigma > 0 && double.IsFinite(sigma)))
        {
            if (card.Refusal(sigma) is { } refusal)
                yield return $"Sigmas holds {sigma.ToString(CultureInfo.InvariantCulture)}. {refusal}";
        }
    }

    // A file that cannot be read is left to the loader, which says what is wrong with it.
    private static (DenoiserCard? Card, string? Unreadable) CardOf(SmoothedClassifierOptions o)
    {
        try
        {
            return (PairFiles.CardOf(o), null);
        }
        catch (InvalidDataException e)
        {
            return (null, e.Message);
        }
        catch (Exception e) when (e is CheckpointException or IOException or UnauthorizedAccessException)
        {
            return (null, null);
        }
    }

    private static IEnumerable<string> Sets(SmoothedClassifierOptions o)
    {
        if (o.Calibration is { } path && !File.Exists(path))
            yield return $"Calibration names '{path}', and there is no such file. 'dds calibrate' makes one.";
    }

    private static IEnumerable<string> Numbers(SmoothedClassifierOptions o)
    {
        if (o.Sigmas is not { Length: > 0 } || o.Sigmas.Any(static sigma => !(sigma > 0 && double.IsFinite(sigma))))
            yield return "Sigmas names the levels of noise that are served: at least one, each finite and above 0.";
        else if (o.Sigmas.Distinct().Count() < o.Sigmas.Length)
            yield return "Sigmas names a level twice.";
        if (o.Devices is { Length: 0 })
            yield return "Devices is empty: leave it out for the CPU.";
        foreach ((string what, long value, long least, long most) in new[]
        {
            (nameof(o.MostVotes), o.MostVotes, 1L, 1_000_000_000L),
            (nameof(o.MostInWork), o.MostInWork, 1, 1 << 20),
            (nameof(o.MostWaiting), o.MostWaiting, 0, 1 << 20),
            (nameof(o.MostImagesPerRequest), o.MostImagesPerRequest, 1, 1024),
            (nameof(o.MostBytes), o.MostBytes, 1, int.MaxValue),
            (nameof(o.MostPixels), o.MostPixels, 1, long.MaxValue),
            (nameof(o.Batch), o.Batch ?? 1, 1, 65536),
        })
        {
            if (value < least || value > most)
                yield return $"{what} is {value}; it must be in [{least}, {most}].";
        }

        if (o.MostTime <= TimeSpan.Zero || o.LongestWait <= TimeSpan.Zero || o.MostTime > s_day || o.LongestWait > s_day)
            yield return "MostTime and LongestWait must be above zero, and at most a day.";
        if (o.Method is { } method && MethodError(method) is { } error)
            yield return $"Method: {error}";
    }

    private static IEnumerable<string> Secrets(SmoothedClassifierOptions o)
    {
        if (o.Secret is null)
            yield break;
        if (o.Noise == NoiseKeys.Fresh)
            yield return "Secret is for keyed noise, and Noise is Fresh: leave one of them out.";
        byte[] bytes = new byte[o.Secret.Length];
        if (!Convert.TryFromBase64String(o.Secret, bytes, out int length) || length < ShortestSecret)
            yield return $"Secret must be base64 of at least {ShortestSecret} random bytes.";
    }

    private static string? MethodError(string text)
    {
        try
        {
            _ = Certifiers.Create(CertificationMethod.Parse(text));
            return null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            return e.Message;
        }
    }
}
