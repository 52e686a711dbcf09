namespace DenoisedSmoothing.Tests.SecondOpinion;

/// <summary>
/// Two numbers of at least 0 between which a third lies: interval arithmetic, so that what is concluded from it is proved.
/// </summary>
internal readonly record struct Enclosure(Wide Low, Wide High)
{
    public static Enclosure Zero => default;

    public static Enclosure One { get; } = new(Wide.One, Wide.One);

    /// <summary>A double, exactly.</summary>
    public static Enclosure Of(double value) => new(Wide.Of(value), Wide.Of(value));

    public static Enclosure operator +(Enclosure a, Enclosure b) =>
        new(Wide.Add(a.Low, b.Low, up: false), Wide.Add(a.High, b.High, up: true));

    public static Enclosure operator -(Enclosure a, Enclosure b) => new(
        a.Low.CompareTo(b.High) > 0 ? Wide.Subtract(a.Low, b.High, up: false) : default, Wide.Subtract(a.High, b.Low, up: true));

    public static Enclosure operator *(Enclosure a, Enclosure b) =>
        new(Wide.Multiply(a.Low, b.Low, up: false), Wide.Multiply(a.High, b.High, up: true));

    public static Enclosure operator /(Enclosure a, Enclosure b) =>
        new(Wide.Divide(a.Low, b.High, up: false), Wide.Divide(a.High, b.Low, up: true));

    /// <summary>By repeated squaring.</summary>
    public Enclosure Power(long exponent)
    {
        Enclosure result = One, square = this;
        for (; exponent > 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0)
                result *= square;
            square *= square;
        }

        return result;
    }

    /// <summary>The relative distance by which a number surely lies above all of this; negative where that is not sure.</summary>
    public double SurelyBelow(double value) => Wide.Of(value).RelativeGap(High);

    /// <summary>The relative distance by which a number surely lies below all of this; negative where that is not sure.</summary>
    public double SurelyAbove(double value) => -Wide.Of(value).RelativeGap(Low);
}
