namespace DenoisedSmoothing.Sampling;

/// <summary>Places for the images that may be in progress at once: further ones wait.</summary>
/// <param name="mostImages">At least one.</param>
/// <param name="onAccelerator">Whether the base classifier computes on an accelerator's thread.</param>
/// <param name="telemetry">Receives the number waiting.</param>
internal sealed class ImageRoom(int mostImages, bool onAccelerator, SmoothingTelemetry telemetry)
{
    private readonly SemaphoreSlim _places = new(mostImages);

    /// <summary>Takes a place, without waiting.</summary>
    /// <exception cref="InvalidOperationException">A base classifier asks while it is being called itself.</exception>
    public bool TryEnter()
    {
        RefuseNested();
        return _places.Wait(0);
    }

    /// <summary>Waits for a place.</summary>
    /// <returns>False where the deadline came first.</returns>
    /// <exception cref="OperationCanceledException">A token was cancelled.</exception>
    public bool Enter(JobLimits limits)
    {
        RefuseNested();
        using CancellationTokenSource either = limits.Link();
        telemetry.Waiting(1);
        try
        {
            return _places.Wait(limits.Left, either.Token);
        }
        finally
        {
            telemetry.Waiting(-1);
        }
    }

    /// <inheritdoc cref="Enter"/>
    public async ValueTask<bool> EnterAsync(JobLimits limits)
    {
        if (TryEnter())
            return true;
        using CancellationTokenSource either = limits.Link();
        telemetry.Waiting(1);
        try
        {
            return await _places.WaitAsync(limits.Left, either.Token).ConfigureAwait(false);
        }
        finally
        {
            telemetry.Waiting(-1);
        }
    }

    /// <summary>Gives a place back.</summary>
    public void Leave() => _places.Release();

    private void RefuseNested()
    {
        if (DeviceThread.IsCurrent && onAccelerator)
            throw new InvalidOperationException(
                "A base classifier on an accelerator asked a SmoothedClassifier on one while being asked itself: both would wait for one "
                + "another forever. Let the inner one compute on the CPU, or ask it beforehand.");
    }
}
