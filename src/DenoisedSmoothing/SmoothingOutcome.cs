using System.Runtime.ExceptionServices;

namespace DenoisedSmoothing;

/// <summary>The outcome for one image of a stream: a result, or its error; the other images are not affected.</summary>
/// <typeparam name="TResult"><see cref="Prediction"/> or <see cref="Certificate"/>.</typeparam>
public sealed record SmoothingOutcome<TResult>
    where TResult : class
{
    private readonly TResult? _result;

    internal SmoothingOutcome(SmoothingImage image, TResult? result, Exception? error) => (Image, _result, Error) = (image, result, error);

    /// <summary>The image as it was passed in.</summary>
    public SmoothingImage Image { get; }

    /// <summary>Why there is no result; null where there is one.</summary>
    public Exception? Error { get; }

    /// <summary>The result.</summary>
    /// <exception cref="Exception">There is none: <see cref="Error"/> is thrown as it is.</exception>
    public TResult Result
    {
        get
        {
            if (Error is not null)
                ExceptionDispatchInfo.Throw(Error);
            return _result!;
        }
    }
}
