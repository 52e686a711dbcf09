namespace DenoisedSmoothing.Training;

/// <summary>
/// Which images a step sees: each epoch is a fresh permutation, a pure function of seed and epoch, so that a resumed run sees the same.
/// </summary>
internal sealed class EpochOrder(int count, int seed)
{
    private readonly int[] _order = count > 0 ? new int[count] : throw new ArgumentException("There are no images to train on.");
    private long _epoch = -1;

    public int[] Indices(int step, int batch)
    {
        int[] indices = new int[batch];
        for (int i = 0; i < batch; i++)
        {
            (long epoch, long at) = Math.DivRem((long)step * batch + i, count);
            if (epoch != _epoch)
                Shuffle(epoch);
            indices[i] = _order[at];
        }

        return indices;
    }

    private void Shuffle(long epoch)
    {
        for (int i = 0; i < _order.Length; i++)
            _order[i] = i;
        new Random(StepSeed.Of(seed, epoch, stream: 1)).Shuffle(_order);
        _epoch = epoch;
    }
}
