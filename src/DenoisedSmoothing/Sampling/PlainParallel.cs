using System.Runtime.ExceptionServices;

namespace DenoisedSmoothing.Sampling;

/// <summary>A parallel loop whose errors come through as they are.</summary>
internal static class PlainParallel
{
    /// <summary>Like <see cref="Parallel.For(int, int, Action{int})"/> from 0, but the first error is thrown unwrapped.</summary>
    public static void For(int count, Action<int> body)
    {
        try
        {
            Parallel.For(0, count, body);
        }
        catch (AggregateException e)
        {
            // The caller wrote one of these, or reads the message: either way, the loop that it came from does not matter.
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }
}
