namespace DenoisedSmoothing.AspNetCore;

/// <summary>
/// Told of every certificate that is handed out. A certificate names its image by hash; the image itself never comes here. Register any
/// number as services.
/// </summary>
public interface ICertificateAudit
{
    /// <summary>Records a certificate. What it throws is logged, and fails no answer; it must not wait.</summary>
    /// <param name="model">Who certified.</param>
    /// <param name="certificate">As it is handed out.</param>
    void Record(string model, Certificate certificate);
}
