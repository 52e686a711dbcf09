using DenoisedSmoothing.Aces;
using DenoisedSmoothing.Logs;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Verification;

/// <summary>
/// Draws the votes behind rows of a model with a core again, those of the selector and of the certification model, asks the core model once
/// more, and names every difference. <see cref="LogVerification"/> says whether the rest of a row follows from them.
/// </summary>
/// <remarks>
/// Each part is drawn by <see cref="CertificateRedraw"/>, under the key, in the batch and by the noise of the settings beside the rows. A
/// row holds no hash of its image: see to it that the image is the row's, as by the fingerprint of the data set. It costs what the row
/// cost. Safe for concurrent use if the models are; it disposes nothing.
/// </remarks>
public sealed class AcesRedraw
{
    private const string Unsaid = "the software of these rows, which their settings do not name,";

    private readonly IBaseClassifier _selector, _certified;
    private readonly IClassifier _core;
    private readonly Device _device;
    private readonly string _deviceName;
    private readonly AcesOrigin _origin;
    private readonly AcesParts _parts;

    /// <summary>Prepares for the rows of a run.</summary>
    /// <param name="selector">What is said to have been smoothed to select images, of two classes.</param>
    /// <param name="certified">The base classifier that is said to have been certified.</param>
    /// <param name="core">The core model, on the device.</param>
    /// <param name="settings">Those beside the rows.</param>
    /// <param name="device">Where the models compute, such as <c>cpu</c> or <c>cuda</c>.</param>
    /// <exception cref="InvalidDataException">The settings do not say how the votes were drawn; the message names what is
    /// missing.</exception>
    public AcesRedraw(
        IBaseClassifier selector, IBaseClassifier certified, IClassifier core, CertificationLogMeta settings, string device = "cpu")
    {
        ArgumentNullException.ThrowIfNull(selector);
        ArgumentNullException.ThrowIfNull(certified);
        ArgumentNullException.ThrowIfNull(core);
        ArgumentNullException.ThrowIfNull(settings);
        (_selector, _certified, _core, _device, _deviceName) = (selector, certified, core, LibTorch.DeviceNamed(device), device);
        (_origin, _parts) = (AcesOrigin.Of(settings), new AcesParts(settings, "The settings file"));
    }

    /// <summary>Draws a row's votes again, and asks the core model.</summary>
    /// <param name="image">The image that was answered, [C,H,W] in [0,1].</param>
    /// <param name="row">Its row, with votes.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>
    /// Every difference, of <c>selected</c>, <c>certified</c> and <c>core</c>; empty when votes and core are those of the row.
    /// <see cref="VerificationSeverity.Unknown"/> where a model, the arithmetic or the device is not that of the run, so that this part
    /// cannot be drawn here. <see cref="VerificationSeverity.Different"/> for other votes or another core label under other software, or
    /// software that the settings do not name, where near ties may fall differently; <see cref="VerificationSeverity.Overstated"/> for
    /// other ones under the same.
    /// </returns>
    /// <exception cref="ArgumentException">The image is not [C,H,W] in [0,1], or the row has no votes (<see
    /// cref="AcesRow.HasVotes"/>).</exception>
    /// <exception cref="OperationCanceledException">The drawing was stopped.</exception>
    public IReadOnlyList<VerificationFinding> Verify(Tensor image, AcesRow row, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (!row.HasVotes)
            throw new ArgumentException("The row is of an earlier version and holds no votes: answer its image again.", nameof(row));
        (float[] values, long[] shape) = ImageTensors.Read(image);
        Findings findings = new();
        if (NoiseLaw.Of(row.Noise, 0) is not { } law)
        {
            findings.Unknown("noise", $"the noise law '{row.Noise}' is not known here");
            return findings.All;
        }

        string precision = LibTorch.ArithmeticOn(_deviceName, PartInfo.Of(_certified).Precision);
        Provenance certified = new()
        {
            Seed = _origin.Seed,
            ImageIndex = row.Index,
            ImageHash = Convert.ToHexStringLower(ImageTensors.Hash(values)),
            ImageShape = shape,
            DrawnSigma = law.Sigma,
            BaseClassifier = _origin.Certified,
            Precision = _origin.Precision,
            Device = _origin.Device,
            Batch = _origin.Batch,
            Software = _origin.Software ?? Unsaid,
            Noise = _origin.Noise,
        };
        // The settings have one arithmetic. The type of the selector's weights is in its fingerprint; the rest is the device's.
        Provenance selected = certified with
        {
            BaseClassifier = _origin.Selector,
            Precision = precision == _origin.Precision
                ? LibTorch.ArithmeticOn(_deviceName, PartInfo.Of(_selector).Precision)
                : _origin.Precision,
        };
        Core(row, values, shape, precision, certified.Software, findings);
        return
        [
            .. Part("selected", _selector, image, _parts.Selected(row, law) with { Provenance = selected }, cancellationToken),
            .. Part("certified", _certified, image, _parts.Certified(row, law) with { Provenance = certified }, cancellationToken),
            .. findings.All,
        ];
    }

    private IEnumerable<VerificationFinding> Part(
        string part, IBaseClassifier classifier, Tensor image, Certificate certificate, CancellationToken cancellationToken) =>
        new CertificateRedraw(classifier, _deviceName).Verify(image, certificate, cancellationToken)
            .Select(finding => finding with { Member = $"{part}.{finding.Member}" });

    private void Core(AcesRow row, float[] values, long[] shape, string precision, string software, Findings findings)
    {
        if (PartInfo.Of(_core).Fingerprint is var here && here != _origin.Core)
        {
            findings.Unknown("core", $"{_origin.Core} was the core model, and here it is {here}: it cannot be asked again");
            return;
        }

        // Said of the certification model.
        if (precision != _origin.Precision || _device.type.ToString().ToLowerInvariant() != _origin.Device)
            return;
        int label = CoreLabel(values, shape);
        if (label == row.CoreLabel)
            return;
        if (software == LibTorch.Software)
            findings.Overstated("core", $"{row.CoreLabel} is claimed, and the core model says {label}");
        else
            findings.Different("core",
                $"{row.CoreLabel} is claimed, and the core model says {label} {CertificateRedraw.Elsewhere(software)}");
    }

    private int CoreLabel(float[] values, long[] shape)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        return (int)_core.Classify(tensor(values, [1, .. shape]).to(_device)).argmax(1).item<long>();
    }
}
