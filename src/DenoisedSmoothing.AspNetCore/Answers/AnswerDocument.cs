namespace DenoisedSmoothing.AspNetCore;

/// <summary>The JSON of an answer.</summary>
/// <param name="Model">The model that answers.</param>
/// <param name="Label">The answer; null for an abstention.</param>
/// <param name="ClassName">Its name, where names are known.</param>
/// <param name="Abstained">Whether there is no answer.</param>
/// <param name="Reason">Why there is none: <c>votes</c> or <c>time</c> (a budget), <c>radius</c> (not shown so far), <c>undecided</c>; null
/// where there is one.</param>
/// <param name="AskedRadius">The requested minimum radius; null where there was none.</param>
/// <param name="Unchanged">Within this distance, the smoothed classifier's answer does not change.</param>
/// <param name="UnchangedOrAbstaining">Within this distance, a request with the same minimum radius gets this answer or an
/// abstention.</param>
/// <param name="Noise"><c>keyed</c>, <c>fresh</c>, or <c>seed</c> where the client provided the key: then it is worth nothing to
/// others.</param>
/// <param name="Certificate">What a sceptic needs; null for a plain prediction.</param>
/// <param name="Prediction">The votes of a plain prediction; null where there is a certificate.</param>
internal sealed record AnswerDocument(
    string Model,
    int? Label,
    string? ClassName,
    bool Abstained,
    string? Reason,
    double? AskedRadius,
    GuaranteeDocument? Unchanged,
    GuaranteeDocument? UnchangedOrAbstaining,
    string Noise,
    Certificate? Certificate,
    Prediction? Prediction);
