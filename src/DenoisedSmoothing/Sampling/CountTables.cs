using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing;

/// <summary>Each device's vote counts, a row a test in work.</summary>
internal sealed class CountTables : IDisposable
{
    private readonly IReadOnlyList<VoteSampler> _samplers;
    private readonly Tensor[] _counts;
    private readonly Tensor[] _flags;
    private readonly Stack<int> _free = new();
    private int _slots;

    public CountTables(IReadOnlyList<VoteSampler> samplers)
    {
        _samplers = samplers;
        _counts = [.. samplers.Select(sampler => sampler.NewCounts(0))];
        _flags = [.. samplers.Select(sampler => sampler.NewFlag())];
    }

    public int Rent()
    {
        if (_free.Count == 0)
            Grow();
        return _free.Pop();
    }

    public void Return(int slot) => _free.Push(slot);

    public void Draw(int replica, List<VoteRows> rows, long[] imageShape) => _samplers[replica].Draw(rows, imageShape, _counts[replica], _flags[replica]);

    public VoteCounts Take(int slot, int classCount)
    {
        long[] votes = new long[classCount];
        for (int replica = 0; replica < _samplers.Count; replica++)
        {
            long[] part = _samplers[replica].Take(_counts[replica], slot);
            for (int label = 0; label < classCount; label++)
                votes[label] += part[label];
        }

        return new VoteCounts(votes);
    }

    public void CheckFinite()
    {
        foreach (Tensor flag in _flags)
            VoteSampler.CheckFinite(flag);
    }

    public void Dispose()
    {
        foreach (Tensor table in _counts)
            table.Dispose();
        foreach (Tensor flag in _flags)
            flag.Dispose();
    }

    private void Grow()
    {
        int slots = Math.Max(4, 2 * _slots);
        for (int replica = 0; replica < _samplers.Count; replica++)
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable inference = inference_mode(); // the old table may be an inference tensor, as the caller's mode was then
            Tensor larger = _samplers[replica].NewCounts(slots);
            if (_slots > 0)
                larger.narrow(0, 0, _slots).copy_(_counts[replica].narrow(0, 0, _slots));
            _counts[replica].Dispose();
            _counts[replica] = larger;
        }

        for (int slot = slots - 1; slot >= _slots; slot--)
            _free.Push(slot);
        _slots = slots;
    }
}
