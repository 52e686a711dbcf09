using System.Globalization;

namespace DenoisedSmoothing.Pickle;

/// <summary>A key of a dictionary in a pickle: a text or a whole number, which are never equal to each other.</summary>
/// <param name="Text">The text, or the number's digits.</param>
/// <param name="IsNumber">Whether it is a number: an optimizer counts its parameters, and a list its items.</param>
internal readonly record struct PickleKey(string Text, bool IsNumber)
{
    public static PickleKey Number(long number) => new(number.ToString(CultureInfo.InvariantCulture), IsNumber: true);
}
