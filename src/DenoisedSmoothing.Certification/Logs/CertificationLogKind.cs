namespace DenoisedSmoothing.Logs;

/// <summary>What a log's lines are.</summary>
public enum CertificationLogKind
{
    /// <summary>Certificates: a label and a radius, or an abstention.</summary>
    Certify,

    /// <summary>Predictions: a label or an abstention, without radius.</summary>
    Predict,
}
