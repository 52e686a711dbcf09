namespace DenoisedSmoothing.Tool;

/// <summary>The models of aces beside the one that is certified, as they were chosen.</summary>
/// <param name="Selection">What selects.</param>
/// <param name="Core">What answers the images that are not selected.</param>
internal sealed record AcesChoice(AcesSelection Selection, AcesCore Core);
