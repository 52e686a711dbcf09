namespace DenoisedSmoothing.AspNetCore;

/// <summary>
/// Receives every certificate that is returned to clients. A certificate identifies its image by hash; the image itself is never passed
/// here. Register any number as services.
/// </summary>
public interface ICertificateAudit
{
    /// <summary>Records a certificate. Exceptions are logged and do not fail the answer; it must not wait.</summary>
    /// <param name="model">The model that certified.</param>
    /// <param name="certificate">The certificate as returned.</param>
    void Record(string model, Certificate certificate);
}
