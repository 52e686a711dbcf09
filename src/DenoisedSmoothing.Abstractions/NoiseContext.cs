using TorchSharp;

namespace DenoisedSmoothing;

/// <summary>
/// What a denoiser may know about the noise in front of it: its level, and fresh normals of its own. Also whether its answer is still
/// wanted.
/// </summary>
public sealed class NoiseContext
{
    private readonly Func<int, torch.Tensor>? _draw;

    /// <summary>Creates a context.</summary>
    /// <param name="sigma">Standard deviation of the smoothing noise in [0,1] pixel space; finite, above 0.</param>
    /// <param name="draw">Given a stream number of 1 or more, fresh standard normals shaped like the noisy batch and on its device;
    /// null where only deterministic denoisers are used.</param>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is not finite and positive.</exception>
    public NoiseContext(double sigma, Func<int, torch.Tensor>? draw = null)
    {
        Require.Sigma(sigma);
        Sigma = sigma;
        _draw = draw;
    }

    /// <summary>Standard deviation of the smoothing noise in [0,1] pixel space.</summary>
    public double Sigma { get; }

    /// <summary>
    /// Cancelled when nobody wants the answer any more. A denoiser that calls its network many times should ask between calls, with
    /// <c>noise.CancellationToken.ThrowIfCancellationRequested()</c>, or a caller who cancels waits for all of them.
    /// </summary>
    /// <remarks>The rows of a batch may belong to several callers: it is cancelled when all of them are.</remarks>
    /// <value>Never cancelled, unless set.</value>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>
    /// Fresh standard normals for these rows: independent of the smoothing noise, of other rows and of every other stream.
    /// </summary>
    /// <param name="stream">1 or more; stream 0 is the smoothing noise, which no part may see. The same stream gives the same numbers
    /// again.</param>
    /// <returns>float32, the noisy batch's shape and device; the caller disposes it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The stream is below 1.</exception>
    /// <exception cref="InvalidOperationException">The context was made without a source of normals.</exception>
    public torch.Tensor Draw(int stream)
    {
        if (stream < 1)
            throw new ArgumentOutOfRangeException(nameof(stream), stream, "Inner streams start at 1: stream 0 is the smoothing noise.");
        return _draw is null
            ? throw new InvalidOperationException(
                "This NoiseContext has no source of normals: pass one to its constructor to use a stochastic denoiser.")
            : _draw(stream);
    }

    /// <summary>A share of the streams, for a part of a stochastic classifier: what different parts draw is independent.</summary>
    /// <remarks>
    /// Stream s of part p of n is this context's stream n (s - 1) + p + 1: the parts take turns, so that none meets another, whatever
    /// numbers they use, and parts of parts do not either. One who splits draws through the parts alone. A number beyond what the generator
    /// counts (2^30 streams) is an error, never wrapped.
    /// </remarks>
    /// <param name="part">Which part: 0 or more, below <paramref name="parts"/>.</param>
    /// <param name="parts">How many parts there are: 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such part.</exception>
    public NoiseContext Share(int part, int parts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parts, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(part);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(part, parts);
        return new NoiseContext(Sigma, stream =>
        {
            long whole = (long)parts * (stream - 1) + part + 1;
            return whole <= int.MaxValue
                ? Draw((int)whole)
                : throw new ArgumentOutOfRangeException(nameof(stream), stream,
                    $"Stream {stream} of part {part} of {parts} would be stream {whole}: there are not so many.");
        })
        {
            CancellationToken = CancellationToken,
        };
    }
}
