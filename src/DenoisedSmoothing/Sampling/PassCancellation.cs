namespace DenoisedSmoothing.Sampling;

/// <summary>
/// The token of one forward pass. Its rows may belong to several callers, so it is cancelled once every test with a row in it was: what is
/// left of the pass is then for nobody.
/// </summary>
internal sealed class PassCancellation : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<CancellationTokenRegistration> _registrations = [];
    private readonly NoisyBatch _batch;

    public PassCancellation(NoisyBatch batch)
    {
        _batch = batch;
        foreach (JobLimits limits in batch.Rows.Select(static part => part.Job).Distinct().Select(static job => job.Limits))
        {
            Watch(limits.Image);
            Watch(limits.Call);
        }
    }

    /// <summary>For the denoiser.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Waits for a call of a token that is on its way, so that none comes later.</summary>
    public void Dispose()
    {
        foreach (CancellationTokenRegistration registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    private void Watch(CancellationToken token)
    {
        if (token.CanBeCanceled)
            _registrations.Add(token.UnsafeRegister(static pass => ((PassCancellation)pass!).Look(), this));
    }

    // A token says that it is cancelled before it calls anyone, so whichever call comes last sees all of them.
    private void Look()
    {
        if (_batch.IsAbandoned)
            _source.Cancel();
    }
}
