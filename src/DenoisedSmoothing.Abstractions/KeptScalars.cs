using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing;

/// <summary>Arithmetic of tensors with numbers that stay alive while libtorch reads them.</summary>
/// <remarks>
/// TorchSharp hands a number to libtorch as a <see cref="Scalar"/>, an object with a finalizer, and its methods release it as soon as they
/// have its address. A garbage collection may then free it, and its memory may hold another number, before the operation has read it: the
/// operation fails, or, worse, silently computes with that other number. (Seen in TorchSharp 0.107 under load: <c>a + b</c>, which is a + 1
/// * b inside, failed on its 1.) So the library writes <c>a.Plus(b)</c> for a + b and <c>a * Kept(2)</c> for a * 2, and a test searches the
/// compiled assemblies for anything else that hands over a number.
/// </remarks>
internal static class KeptScalars
{
    private const int Slots = 64;

    private static readonly Lazy<Scalar> s_one = new(static () => 1L.ToScalar());

    [ThreadStatic]
    private static Scalar?[]? t_kept;

    [ThreadStatic]
    private static int t_next;

    /// <summary>
    /// A number for one operation of this thread. It stays alive until the thread has asked for 64 others, so pass it on at once, and
    /// compute the other operands first.
    /// </summary>
    public static Scalar Kept(double value) => Keep(value.ToScalar());

    /// <inheritdoc cref="Kept(double)"/>
    public static Scalar Kept(long value) => Keep(value.ToScalar());

    /// <inheritdoc cref="Kept(double)"/>
    public static Scalar Kept(int value) => Keep(((long)value).ToScalar());

    /// <summary>left + right.</summary>
    public static Tensor Plus(this Tensor left, Tensor right) => left.add(right, s_one.Value);

    /// <inheritdoc cref="Plus(Tensor, Tensor)"/>
    public static Tensor Plus(this Tensor left, double right) => left.add(Kept(right), s_one.Value);

    /// <inheritdoc cref="Plus(Tensor, Tensor)"/>
    public static Tensor Plus(this Tensor left, int right) => left.add(Kept(right), s_one.Value);

    /// <summary>left += right.</summary>
    public static Tensor PlusInPlace(this Tensor left, Tensor right) => left.add_(right, s_one.Value);

    /// <inheritdoc cref="PlusInPlace(Tensor, Tensor)"/>
    public static Tensor PlusInPlace(this Tensor left, double right) => left.add_(Kept(right), s_one.Value);

    /// <inheritdoc cref="PlusInPlace(Tensor, Tensor)"/>
    public static Tensor PlusInPlace(this Tensor left, int right) => left.add_(Kept(right), s_one.Value);

    /// <summary>left - right, for a number on the left.</summary>
    public static Tensor SubtractedFrom(this Tensor right, double left) => right.negative().add(Kept(left), s_one.Value);

    /// <inheritdoc cref="SubtractedFrom(Tensor, double)"/>
    public static Tensor SubtractedFrom(this Tensor right, int left) => right.negative().add(Kept(left), s_one.Value);

    /// <summary>x * x.</summary>
    public static Tensor Squared(this Tensor x) => x.pow(Kept(2));

    /// <summary>from, from + 1, ..., to - 1.</summary>
    public static Tensor Counting(long from, long to, ScalarType type, Device device) =>
        arange(Kept(from), Kept(to), s_one.Value, type, device);

    private static Scalar Keep(Scalar scalar)
    {
        Scalar?[] kept = t_kept ??= new Scalar?[Slots];
        t_next = (t_next + 1) % Slots;
        kept[t_next] = scalar;
        return scalar;
    }
}
