using System.Runtime.CompilerServices;
using static System.BitConverter;

namespace DenoisedSmoothing.Noise;

/// <summary>One lane: the reference, and the path for processors without AVX2.</summary>
internal readonly struct Lanes1(ulong bits) : ILanes<Lanes1>
{
    public readonly ulong Bits = bits;

    public static bool IsSupported => true;

    public static int Count => 1;

    public static Lanes1 Indices => new(0UL);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 Word(ulong value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 Real(double value) => new(DoubleToUInt64Bits(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 operator +(Lanes1 a, Lanes1 b) => new(DoubleToUInt64Bits(UInt64BitsToDouble(a.Bits) + UInt64BitsToDouble(b.Bits)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 operator -(Lanes1 a, Lanes1 b) => new(DoubleToUInt64Bits(UInt64BitsToDouble(a.Bits) - UInt64BitsToDouble(b.Bits)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 operator *(Lanes1 a, Lanes1 b) => new(DoubleToUInt64Bits(UInt64BitsToDouble(a.Bits) * UInt64BitsToDouble(b.Bits)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 operator /(Lanes1 a, Lanes1 b) => new(DoubleToUInt64Bits(UInt64BitsToDouble(a.Bits) / UInt64BitsToDouble(b.Bits)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 Sqrt(Lanes1 x) => new(DoubleToUInt64Bits(Math.Sqrt(UInt64BitsToDouble(x.Bits))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 operator &(Lanes1 a, Lanes1 b) => new(a.Bits & b.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 operator |(Lanes1 a, Lanes1 b) => new(a.Bits | b.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 operator ^(Lanes1 a, Lanes1 b) => new(a.Bits ^ b.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 operator <<(Lanes1 a, int bits) => new(a.Bits << bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 operator >>>(Lanes1 a, int bits) => new(a.Bits >>> bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 AddWords(Lanes1 a, Lanes1 b) => new(a.Bits + b.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 SubtractWords(Lanes1 a, Lanes1 b) => new(a.Bits - b.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 Multiply32(Lanes1 a, Lanes1 b) => new((ulong)(uint)a.Bits * (uint)b.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref float destination) => destination = (float)UInt64BitsToDouble(Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref ulong destination) => destination = Bits;
}
