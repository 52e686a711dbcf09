using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Parts;
using DenoisedSmoothing.Sampling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;

namespace DenoisedSmoothing.Transfer;

/// <summary>
/// A certified base classifier and its successor under the same noise: transfers the certificates of the one to the other
/// (<see cref="CertificateTransfer"/>).
/// </summary>
/// <remarks>
/// The successor must be fixed before the pairs are drawn: their seed is fresh unless <see cref="SmoothingOptions.Seed"/> is given. Safe
/// for concurrent use if both classifiers are; it disposes nothing that it did not make.
/// </remarks>
public sealed partial class SmoothedPair
{
    private readonly IBaseClassifier _certified, _successor;
    private readonly CertificateTransfer _transfer;
    private readonly SmoothingOptions _options;
    private readonly ILogger _logger;
    private readonly torch.Device _successorDevice;
    private readonly string _certifiedFingerprint, _successorFingerprint;

    /// <summary>Pairs two classifiers. Both are fingerprinted here, once, which may mean hashing their weights.</summary>
    /// <param name="certified">The classifier for which the certificates were made.</param>
    /// <param name="successor">The classifier to receive them, with the same classes.</param>
    /// <param name="transfer">The statistics; <see cref="CertificateTransfer"/> with its defaults when not given.</param>
    /// <param name="options">
    /// How to sample. The batch is the certificate's, since it belongs to what was certified. If devices are given, there are two: the
    /// certified classifier's, then its successor's.
    /// </param>
    /// <param name="logger">Receives a message where a certificate comes from other software than that computing here.</param>
    /// <exception cref="ArgumentException">The classifiers have different classes, or the devices are not two.</exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded; the message says what to do.</exception>
    public SmoothedPair(
        IBaseClassifier certified, IBaseClassifier successor, CertificateTransfer? transfer = null, SmoothingOptions? options =
            null, ILogger<SmoothedPair>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(certified);
        ArgumentNullException.ThrowIfNull(successor);
        if (certified.ClassCount != successor.ClassCount)
            throw new ArgumentException(
                $"The certified classifier has {certified.ClassCount} classes, its successor {successor.ClassCount}: they cannot vote "
                + $"for the same labels.", nameof(successor));
        LibTorch.EnsureAvailable();
        _options = options ?? new SmoothingOptions();
        _options.Validate(_options.Devices is null ? 1 : 2);
        (_certified, _successor) = (certified, successor);
        _transfer = transfer ?? new CertificateTransfer();
        _logger = logger ?? NullLogger<SmoothedPair>.Instance;
        _successorDevice = _options.Devices is { } devices ? LibTorch.DeviceNamed(devices[1]) : torch.CPU;
        (_certifiedFingerprint, _successorFingerprint) = (PartInfo.Of(certified).Fingerprint, PartInfo.Of(successor).Fingerprint);
    }

    /// <summary>Transfers a certificate to the successor.</summary>
    /// <param name="image">The image that was certified.</param>
    /// <param name="certificate">Its certificate, which certifies a label and says where its votes came from.</param>
    /// <param name="cancellationToken">Cancels between batches.</param>
    /// <exception cref="ArgumentException">
    /// The certificate abstains or has no provenance, or belongs to another image, classifier, precision, batch or device; or the pairs
    /// would be drawn under the certificate's own seed.
    /// </exception>
    /// <exception cref="FormatException">The certificate names a noise that this version does not know.</exception>
    public TransferredCertificate Transfer(torch.Tensor image, Certificate certificate, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        Provenance from = certificate.Provenance
            ?? throw new ArgumentException(
            "The certificate does not say where its votes came from, so it cannot be known what it certifies.", nameof(certificate));
        if (certificate.Label is not { } label)
            throw new ArgumentException("The certificate abstains, so there is nothing to transfer: certify the successor itself.",
                nameof(certificate));
        RequireSame("classifier", from.BaseClassifier, _certifiedFingerprint);

        PairedClassifier pair =
            new(_certified, _successor, label, _successorDevice, $"pair({_certifiedFingerprint}, {_successorFingerprint})");
        SmoothingOptions options = _options with
        {
            Batch = from.Batch,
            Budget = null,
            Devices = _options.Devices is { } devices ? [devices[0]] : null,
        };
        SmoothedClassifier smoothed = new([pair], SmoothingNoises.Of(certificate), new PairCounting(_transfer, certificate), options);
        Certificate counted = smoothed.Certify(new SmoothingImage(image, from.ImageIndex), cancellationToken);
        Provenance drawn = counted.Provenance!;

        RequireSame("image", from.ImageHash, drawn.ImageHash);
        RequireSame("precision", from.Precision, drawn.Precision);
        RequireSame("device", from.Device, drawn.Device);
        RequireSame("batch", from.Batch, drawn.Batch);
        if (drawn.Seed == from.Seed)
            throw new ArgumentException(
                "The pairs' seed is the certificate's, which was known before the successor was fixed: give another, or none.");
        if (from.Software != drawn.Software)
            LogOtherSoftware(from.Software, drawn.Software);
        return _transfer.Conclude(certificate, counted.EstimationVotes) with
        {
            Provenance = drawn with
            {
                BaseClassifier = _successorFingerprint,
                Precision = DeviceArithmetic.On(PartInfo.Of(_successor).Precision, [_successorDevice]),
                Device = _successorDevice.type.ToString().ToLowerInvariant(),
            },
        };
    }

    private static void RequireSame<T>(string what, T certified, T here)
    {
        if (!Equals(certified, here))
            throw new ArgumentException(
                $"The certificate's {what} is {certified}, here it is {here}: the certified classifier must vote as it did when it was "
                + $"certified.");
    }

    [LoggerMessage(EventId = 201, Level = LogLevel.Warning,
        Message = "The certificate's votes come from {Then}, these from {Now}: near ties may fall differently there, " +
            "and what is certified is what ran there")]
    private partial void LogOtherSoftware(string then, string now);
}
