using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.AspNetCore.Tests;

/// <summary>
/// Class 1 where the mean pixel is above 1/2, class 0 elsewhere, on grey 8x8 images. It can be made slow, broken, or to wait.
/// </summary>
internal sealed class FakeModel(string name = "brightness") : IBaseClassifier, IDescribed, IDisposable
{
    public const int Side = 8;

    private volatile bool _gone;
    private int _passes;

    public int ClassCount => 2;

    public PartInfo Info => new(() => Fingerprint) { InputShape = Shape, LargestSigma = 2 };

    /// <summary>What images it says it takes; null for any.</summary>
    public InputShape? Shape { get; init; } = new(1, Side, Side);

    public string Fingerprint { get; set; } = name;

    /// <summary>Called before every pass with its noisy rows; may wait, throw, or return scores of its own.</summary>
    public Func<Tensor, Tensor?>? Before { get; set; }

    public int Passes => _passes;

    public bool IsDisposed => _gone;

    public Tensor Score(Tensor noisy, NoiseContext noise)
    {
        ObjectDisposedException.ThrowIf(_gone, this);
        Interlocked.Increment(ref _passes);
        if (Before?.Invoke(noisy) is { } scores)
            return scores;
        using DisposeScope scope = NewDisposeScope();
        Tensor excess = noisy.mean([1, 2, 3]) - 0.5f;
        return stack([-excess, excess], dim: 1).MoveToOuterDisposeScope();
    }

    public void Dispose() => _gone = true;

    /// <summary>An image of one brightness, raw: 64 float32 values.</summary>
    public static byte[] Image(float brightness)
    {
        byte[] bytes = new byte[Side * Side * sizeof(float)];
        for (int i = 0; i < Side * Side; i++)
            BitConverter.TryWriteBytes(bytes.AsSpan(i * sizeof(float)), brightness);
        return bytes;
    }
}
