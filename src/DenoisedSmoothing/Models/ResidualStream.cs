using DenoisedSmoothing.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Models;

/// <summary>
/// The tokens of a transformer as rows [N T,C], to which layer after layer adds its branch. An addition waits for the norm that follows it,
/// so that the two are one kernel where the library's own are used.
/// </summary>
/// <param name="rows">
/// [N T,C], contiguous; the stream owns it from now on, and its memory may be overwritten where no gradient is recorded.
/// </param>
internal sealed class ResidualStream(Tensor rows) : IDisposable
{
    private readonly KernelCalls? _kernels = KernelCalls.Takes(rows.dtype, rows.size(1)) ? GpuKernels.For(rows) : null;
    private Tensor _rows = rows.DetachFromDisposeScope();
    private Tensor? _branch, _gamma;

    /// <summary>Adds gamma times a branch.</summary>
    /// <param name="branch">[N T,C]; the stream owns it from now on.</param>
    /// <param name="gamma">[C]; null for 1. Not disposed.</param>
    public void Add(Tensor branch, Tensor? gamma = null)
    {
        Settle();
        (_branch, _gamma) = (branch.DetachFromDisposeScope(), gamma);
    }

    /// <summary>The norm of the current rows.</summary>
    /// <returns>[N T,C]; fresh.</returns>
    public Tensor Norm(LayerNorm norm)
    {
        if (_kernels is null || norm.weight!.dtype != _rows.dtype || (_branch ?? _rows).dtype != _rows.dtype
            || (_gamma ?? _rows).dtype != _rows.dtype)
        {
            Settle();
            return norm.call(_rows);
        }

        Tensor normed = _kernels.AddLayerNorm(_rows, _branch, _gamma, norm);
        if (_branch is not null)
        {
            _rows.Dispose(); // the branch has become the sum
            (_rows, _branch) = (_branch, null);
        }

        return normed;
    }

    /// <summary>Some of the current rows, without adding where they are not wanted.</summary>
    /// <param name="some">Selects from [N T,C].</param>
    public Tensor Select(Func<Tensor, Tensor> some)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor selected = some(_rows);
        if (_branch is not null)
            selected = _gamma is null ? selected.Plus(some(_branch)) : addcmul(selected, _gamma, some(_branch), Kept(1));
        return selected.MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _rows.Dispose();
        _branch?.Dispose();
    }

    private void Settle()
    {
        if (_branch is null)
            return;
        Tensor sum = _branch; // in the branch's memory where it can be
        if (_gamma is null)
        {
            _branch.PlusInPlace(_rows);
        }
        else
        {
            sum = addcmul(_rows, _gamma, _branch, Kept(1)).DetachFromDisposeScope();
            _branch.Dispose();
        }

        _rows.Dispose();
        (_rows, _branch) = (sum, null);
    }
}
