namespace DenoisedSmoothing.Logs;

/// <summary>What a log's lines are.</summary>
public enum CertificationLogKind
{
    /// <summary>Certificates: a label and a radius, or an abstention.</summary>
    Certify,

    /// <summary>Predictions: a label or an abstention, without a radius.</summary>
    Predict,

    /// <summary>Answers of a model with a core: certificates, a core model's answers, or abstentions, in their own kind of rows.</summary>
    Aces,
}
