using DenoisedSmoothing.Soft;
using DenoisedSmoothing.Transfer;

namespace DenoisedSmoothing.Logs;

/// <summary>The JSON of one line: an image with its answer, a skipped image, or the end. Absent members are left out.</summary>
internal sealed record LogRecordDocument(
    string Fingerprint,
    long? Index = null,
    int? Label = null,
    double? Seconds = null,
    Certificate? Certificate = null,
    Prediction? Prediction = null,
    string? Skipped = null,
    LogEnd? End = null,
    TransferredCertificate? Transferred = null,
    SoftCertificate? Soft = null);
