using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DenoisedSmoothing.Kernels.Cpu;

/// <summary>A register of floats, so that the same code serves registers of both widths.</summary>
internal unsafe interface ILanes<T>
    where T : unmanaged, ILanes<T>
{
    /// <summary>How many.</summary>
    static abstract int Count { get; }

    static abstract T Load(float* values);

    /// <summary>The same value in every lane.</summary>
    static abstract T All(float value);

    void Store(float* values);

    static abstract T operator +(T a, T b);

    static abstract T operator -(T a, T b);

    static abstract T operator *(float a, T b);

    /// <summary>a b + c, rounded once.</summary>
    static abstract T MultiplyAdd(T a, T b, T c);
}

/// <summary>Registers of AVX2.</summary>
internal readonly unsafe struct Lanes8(Vector256<float> values) : ILanes<Lanes8>
{
    private readonly Vector256<float> _values = values;

    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 Load(float* values) => new(Vector256.Load(values));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 All(float value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* values) => _values.Store(values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 operator +(Lanes8 a, Lanes8 b) => new(a._values + b._values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 operator -(Lanes8 a, Lanes8 b) => new(a._values - b._values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 operator *(float a, Lanes8 b) => new(a * b._values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 MultiplyAdd(Lanes8 a, Lanes8 b, Lanes8 c) => new(Vector256.FusedMultiplyAdd(a._values, b._values, c._values));
}

/// <summary>Registers of AVX-512.</summary>
internal readonly unsafe struct Lanes16(Vector512<float> values) : ILanes<Lanes16>
{
    private readonly Vector512<float> _values = values;

    public static int Count => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes16 Load(float* values) => new(Vector512.Load(values));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes16 All(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* values) => _values.Store(values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes16 operator +(Lanes16 a, Lanes16 b) => new(a._values + b._values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes16 operator -(Lanes16 a, Lanes16 b) => new(a._values - b._values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes16 operator *(float a, Lanes16 b) => new(a * b._values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes16 MultiplyAdd(Lanes16 a, Lanes16 b, Lanes16 c) => new(Vector512.FusedMultiplyAdd(a._values, b._values, c._values));
}
