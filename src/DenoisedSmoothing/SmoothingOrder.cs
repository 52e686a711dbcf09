namespace DenoisedSmoothing;

/// <summary>In which order a stream of images is answered.</summary>
public enum SmoothingOrder
{
    /// <summary>As the images come.</summary>
    AsGiven,

    /// <summary>As their answers are ready.</summary>
    AsFinished,
}
