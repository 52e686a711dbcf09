using DenoisedSmoothing.Data;

namespace DenoisedSmoothing.Tests.Data;

public class CodePointOrderTests
{
    [Fact]
    public void Order_is_that_of_the_code_points()
    {
        Random random = new(1);
        // UTF-32, big-endian, orders as the code points do.
        string[] texts = [.. Enumerable.Range(0, 500)
            .Select(_ => string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => Character(random)))).Distinct()];
        string[] expected =
            [.. texts.OrderBy(text => Convert.ToHexString(new System.Text.UTF32Encoding(bigEndian: true, byteOrderMark: false)
            .GetBytes(text)), StringComparer.Ordinal)];
        texts.Order(CodePointOrder.Instance).Should().Equal(expected);
        texts.Order(StringComparer.Ordinal).Should().NotEqual(expected, "the test has characters that UTF-16 orders otherwise");
    }

    [Fact]
    public void Order_of_equal_and_missing_texts()
    {
        CodePointOrder.Instance.Compare("a", "a").Should().Be(0);
        CodePointOrder.Instance.Compare(null, "a").Should().BeNegative();
    }

    private static string Character(Random random) => char.ConvertFromUtf32(random.Next(5) switch
    {
        0 => random.Next(0x20, 0x7f),
        1 => random.Next(0xd7f0, 0xd800),
        2 => random.Next(0xe000, 0xe010),
        3 => random.Next(0xfff0, 0x10010),
        _ => random.Next(0x10fff0, 0x110000),
    });
}
