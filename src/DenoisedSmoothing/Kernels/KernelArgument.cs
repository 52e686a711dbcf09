using System.Runtime.CompilerServices;

namespace DenoisedSmoothing.Kernels;

/// <summary>One argument of a kernel: a pointer, a whole number or a float32, in the first bytes of eight.</summary>
internal readonly struct KernelArgument
{
    private readonly long _bits;

    private KernelArgument(long bits) => _bits = bits;

    public static implicit operator KernelArgument(nint pointer) => new(pointer);

    public static implicit operator KernelArgument(int number) => new(number);

    public static implicit operator KernelArgument(float number) => new(BitConverter.SingleToUInt32Bits(number));

    public static implicit operator KernelArgument(bool flag) => new(flag ? 1 : 0);

    /// <summary>The address of each argument, as drivers want them.</summary>
    /// <param name="arguments">They must not move meanwhile: on the stack, or pinned.</param>
    /// <param name="addresses">One place for each.</param>
    public static unsafe void Addresses(KernelArgument* arguments, Span<nint> addresses)
    {
        for (int i = 0; i < addresses.Length; i++)
            addresses[i] = (nint)Unsafe.AsPointer(ref arguments[i]);
    }
}
