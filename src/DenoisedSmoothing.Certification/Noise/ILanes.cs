namespace DenoisedSmoothing.Noise;

/// <summary>A register of one or more 64-bit lanes, so that the noise is written once for all widths.</summary>
/// <remarks>
/// A lane is 64 bits, read as a double by + - * / and <see cref="Sqrt"/>, and as a word by everything else. Every operation is exact or
/// correctly rounded by IEEE 754, lane by lane, so each width gives the same bits. Fused multiply-add and transcendental functions are
/// deliberately absent: their bits depend on the processor.
/// </remarks>
/// <typeparam name="T">The implementing type.</typeparam>
internal interface ILanes<T>
    where T : struct, ILanes<T>
{
    /// <summary>Whether this processor has the width and the runtime considers it worthwhile.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>How many lanes there are: a divisor of 8.</summary>
    static abstract int Count { get; }

    /// <summary>The lane numbers 0, 1, 2, ... as words.</summary>
    static abstract T Indices { get; }

    /// <summary>The same word in every lane.</summary>
    static abstract T Word(ulong value);

    /// <summary>The same double in every lane.</summary>
    static abstract T Real(double value);

    static abstract T operator +(T a, T b);

    static abstract T operator -(T a, T b);

    static abstract T operator *(T a, T b);

    static abstract T operator /(T a, T b);

    static abstract T Sqrt(T x);

    static abstract T operator &(T a, T b);

    static abstract T operator |(T a, T b);

    static abstract T operator ^(T a, T b);

    static abstract T operator <<(T a, int bits);

    static abstract T operator >>>(T a, int bits);

    static abstract T AddWords(T a, T b);

    static abstract T SubtractWords(T a, T b);

    /// <summary>The 64-bit product of the low 32 bits of each lane; the high 32 bits are not read.</summary>
    static abstract T Multiply32(T a, T b);

    /// <summary>Writes the lanes, doubles rounded to the nearest float, from <paramref name="destination"/> on.</summary>
    void Store(ref float destination);

    /// <summary>Writes the lanes as words, from <paramref name="destination"/> on.</summary>
    void Store(ref ulong destination);
}
