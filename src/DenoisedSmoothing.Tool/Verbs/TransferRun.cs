using System.Diagnostics;
using System.Globalization;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Transfer;
using TorchSharp;

namespace DenoisedSmoothing.Tool;

/// <summary>Transfers the certificates of a log to a successor, image by image, into a separate log.</summary>
internal sealed record TransferRun
{
    private static readonly TimeSpan s_linesEvery = TimeSpan.FromSeconds(10);

    /// <summary>The log of f's certificates.</summary>
    public required string From { get; init; }

    /// <summary>The settings beside that log.</summary>
    public required CertificationLogMeta Settings { get; init; }

    /// <summary>The log to write.</summary>
    public required string LogPath { get; init; }

    public bool Resume { get; init; }

    public required IImageDataset Images { get; init; }

    public required IBaseClassifier Certified { get; init; }

    public required IBaseClassifier Successor { get; init; }

    /// <summary>Where the two compute.</summary>
    public required (string Certified, string Successor) Devices { get; init; }

    public required CertificateTransfer Transfer { get; init; }

    /// <summary>The key of the pairs' noise; null for fresh ones.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Works through the log; what is written survives a stop at any moment.</summary>
    /// <param name="output">Receives progress now and then, and the results.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    public void Execute(TextWriter output, CancellationToken cancellationToken)
    {
        CertificationLogEntry[] entries = [.. CertificationLogEntry.ReadAll(From)];
        if (entries.Any(entry => entry.Soft is not null))
            throw new InvalidDataException($"{From} holds certificates of mean scores: only those of votes can be transferred.");
        if (entries.Any(entry => entry.Certificate is null))
            throw new InvalidDataException($"{From} holds no certificates of its own: only what was certified can be transferred.");
        CertificationLog log = CertificationLog.Read(From);
        using CertificationLogWriter writer = CertificationLogWriter.Open(LogPath, MetaOf(), Resume);
        IEnumerable<long> images = entries.Select(entry => entry.Index).Concat(log.Skipped.Select(image => image.Index)).Order();
        if (!writer.FinishedImages.SequenceEqual(images.TakeWhile(index => index <= writer.LastIndex)))
            throw new InvalidDataException(
                $"{LogPath} does not hold the images of {From} up to image {writer.LastIndex}: it was edited or damaged. Restore it as it "
                + "was written, or transfer again, into another file.");
        SmoothedPair pair = new(Certified, Successor, Transfer, new SmoothingOptions
        {
            Seed = Seed,
            Devices = [Devices.Certified, Devices.Successor],
        });
        Queue<SkippedImage> skipped = new(log.Skipped.Where(image => image.Index > writer.LastIndex).OrderBy(image => image.Index));
        TransferTally tally = new();
        Stopwatch sinceLine = Stopwatch.StartNew();
        foreach (CertificationLogEntry entry in entries)
        {
            if (entry.Index > writer.LastIndex)
            {
                Skip(skipped, before: entry.Index, writer);
                Stopwatch clock = Stopwatch.StartNew();
                TransferredCertificate given = Give(pair, entry, cancellationToken);
                writer.Append(entry.Index, entry.Label, given, clock.Elapsed);
                tally.Add(entry.Certificate!, given.Radius, given.Pairs);
            }

            if (sinceLine.Elapsed < s_linesEvery)
                continue;
            sinceLine.Restart();
            output.WriteLine($"{writer.LastIndex} is the last image of {entries[^1].Index}: {tally}");
        }

        Skip(skipped, before: long.MaxValue, writer);
        if (log.Completeness == LogCompleteness.Finished)
            writer.End();
        output.WriteLine($"{tally}\nLog: {LogPath}");
    }

    private TransferredCertificate Give(SmoothedPair pair, CertificationLogEntry entry, CancellationToken cancellationToken)
    {
        Certificate certificate = entry.Certificate!;
        if (certificate.Abstained)
            return Transfer.Abstain(certificate);
        if (entry.Index >= Images.Count)
            throw new InvalidDataException($"{From} has image {entry.Index}, and the data set ends at {Images.Count - 1}.");
        using torch.Tensor image = Images.Image((int)entry.Index);
        return pair.Transfer(image, certificate, cancellationToken);
    }

    private static void Skip(Queue<SkippedImage> skipped, long before, CertificationLogWriter writer)
    {
        while (skipped.TryPeek(out SkippedImage? image) && image.Index < before)
        {
            writer.Skip(image.Index, image.Reason);
            skipped.Dequeue();
        }
    }

    /// <summary>The settings of the log that is transferred, with what the successor and the transfer change.</summary>
    private CertificationLogMeta MetaOf()
    {
        PartInfo info = PartInfo.Of(Successor);
        Dictionary<string, string> settings = new(Settings.Settings)
        {
            ["classifier"] = info.Fingerprint,
            ["precision"] = LibTorch.ArithmeticOn(Devices.Successor, info.Precision),
            ["device"] = LibTorch.DeviceNamed(Devices.Successor).type.ToString().ToLowerInvariant(),
            [CertificationLogMeta.MethodSetting] = Transfer.Method.ToString(),
            ["transferred from"] = Settings.Fingerprint,
        };
        settings.Remove("seed");
        if (Seed is { } seed)
            settings["seed"] = seed.ToString(CultureInfo.InvariantCulture);
        // The same sum, rounded up, as in each line.
        if (Settings.Alpha is { } alpha)
        {
            settings[CertificationLogMeta.AlphaSetting] =
                Math.BitIncrement(alpha + Transfer.Alpha).ToString("R", CultureInfo.InvariantCulture);
        }

        return Settings with
        {
            Settings = settings,
            Notes = new Dictionary<string, string>(Settings.Notes) { ["certificates"] = Path.GetFileName(From) },
        };
    }
}
