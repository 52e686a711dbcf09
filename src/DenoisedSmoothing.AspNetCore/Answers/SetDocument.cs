using DenoisedSmoothing.PredictionSets;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>The JSON of a robust prediction set.</summary>
/// <param name="Model">The model that answers.</param>
/// <param name="Labels">The classes that the image may have, in increasing order; may be empty.</param>
/// <param name="ClassNames">Their names, where names are known.</param>
/// <param name="Radius">How far the image may have been moved, in l2 and [0,1] pixel space.</param>
/// <param name="Miscoverage">How often sets may miss the label, over images like those of the calibration.</param>
/// <param name="Set">The whole set, with the scores and where the vote came from.</param>
internal sealed record SetDocument(
    string Model, IReadOnlyList<int> Labels, IReadOnlyList<string>? ClassNames, double Radius, double Miscoverage, PredictionSet Set);
