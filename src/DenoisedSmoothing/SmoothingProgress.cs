using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing;

/// <summary>How far a call is; reported at most about ten times a second.</summary>
/// <param name="ImagesFinished">Images whose result is ready.</param>
/// <param name="ImageIndex">The index of the oldest image in progress.</param>
/// <param name="Phase">What that image's votes are for.</param>
/// <param name="Drawn">That image's votes drawn for the current request.</param>
/// <param name="Requested">That image's votes requested.</param>
/// <param name="TotalDrawn">Votes drawn in this call, over all images.</param>
public readonly record struct SmoothingProgress(long ImagesFinished, long ImageIndex, VotePhase Phase, long Drawn, long Requested,
    long TotalDrawn);
