using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Testing;

/// <summary>A base classifier from a function of the noisy batch.</summary>
internal sealed class FakeClassifier(int classCount, Func<Tensor, NoiseContext, Tensor> score) : IBaseClassifier
{
    public FakeClassifier(int classCount, Func<Tensor, Tensor> score) : this(classCount, (noisy, _) => score(noisy))
    {
    }

    public int ClassCount => classCount;

    /// <summary>How many batches were scored.</summary>
    public int Calls { get; private set; }

    public Tensor Score(Tensor noisy, NoiseContext noise)
    {
        Calls++;
        return score(noisy, noise);
    }

    /// <summary>Every row gets the same scores.</summary>
    public static FakeClassifier Constant(params float[] scores) =>
        new(scores.Length, noisy => tensor(scores).unsqueeze(0).repeat(noisy.shape[0], 1));

    /// <summary>
    /// Votes by a checksum of the row's bits: another noise gives another vote, and whole numbers leave no room for rounding, so a row's
    /// vote cannot depend on its batch.
    /// </summary>
    public static FakeClassifier Checksum(int classCount) => new(classCount, noisy =>
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor sums = noisy.mul(1 << 12).floor().to_type(ScalarType.Int64).flatten(1).sum(1);
        return nn.functional.one_hot(sums.remainder(classCount), classCount).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    });
}
