using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.OnnxRuntime;

/// <summary>Timesteps in the form that a model takes: with its type, one for each row or one for all.</summary>
internal static class OnnxTimesteps
{
    /// <summary>Contiguous, on the CPU; the caller disposes it.</summary>
    /// <exception cref="ArgumentException">The timesteps are fractional but the model takes whole ones, or differ but it takes one for all
    /// rows.</exception>
    public static Tensor For(OnnxTensor wanted, Tensor timesteps, string name)
    {
        ArgumentNullException.ThrowIfNull(timesteps);
        using DisposeScope scope = NewDisposeScope();
        Tensor values = timesteps.cpu().to_type(ScalarType.Float64);
        if (wanted.IsInteger && values.frac().count_nonzero().item<long>() > 0)
        {
            throw new ArgumentException(
                $"{name} takes whole timesteps ({wanted}); got {values.frac().abs().max().item<double>():G3} beyond one. Use "
                    + $"timestepScale 1.", nameof(timesteps));
        }

        bool oneForAll = wanted.Rank == 0 || (wanted.Shape[0] == 1 && values.numel() != 1);
        if (oneForAll)
        {
            if (values.min().item<double>() != values.max().item<double>())
                throw new ArgumentException($"{name} takes one timestep for all rows ({wanted}); got several.", nameof(timesteps));
            values = values.narrow(0, 0, 1);
        }

        long[] shape = wanted.Rank switch { 0 => [], 1 => [values.numel()], _ => [values.numel(), 1] };
        return values.to_type(wanted.ScalarType).reshape(shape).contiguous().MoveToOuterDisposeScope();
    }
}
