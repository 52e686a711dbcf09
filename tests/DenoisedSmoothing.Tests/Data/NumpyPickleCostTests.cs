using System.Text;
using DenoisedSmoothing.Data;

namespace DenoisedSmoothing.Tests.Data;

/// <summary>Pickles of data sets that would cost more than ten times their size: refused before.</summary>
public class NumpyPickleCostTests
{
    private const long Constant = 24 << 20;

    [Theory]
    // One text of a mebibyte: as a key, set again and again; and encoded again and again.
    [InlineData("}q\0X\0\0\u0010\0", "q\u0001Ns", "h\u0001Ns", 100_000)]
    [InlineData("X\0\0\u0010\0", "q\u00010X\u0006\0\0\0latin1q\u0002c_codecs\nencode\nq\u0003", "h\u0003h\u0001h\u0002\u0086R", 10_000)]
    // Bytes as a key of Python 2, and floods of small things.
    [InlineData("}q\0T\0\0\u0010\0", "q\u0001Ns", "h\u0001Ns", 100_000)]
    [InlineData("X\0\0\u0010\0", "0", "]", 2_000_000)]
    [InlineData("X\0\0\u0010\0", "0", "U\0", 2_000_000)]
    public void Read_refuses_what_costs_more_than_it_is_worth(string before, string after, string unit, int times)
    {
        string text = $"\u0080\u0002{before}{new string('a', 1 << 20)}{after}{string.Concat(Enumerable.Repeat(unit, times))}.";
        byte[] file = Encoding.Latin1.GetBytes(text);
        Action read = () => NumpyPickle.Read(new MemoryStream(file), "batch");
        long start = GC.GetAllocatedBytesForCurrentThread();
        read.Should().Throw<InvalidDataException>()
            .WithMessage("batch: it makes values that take more than * bytes of memory, where the file has *");
        (GC.GetAllocatedBytesForCurrentThread() - start).Should().BeLessThan(Constant + (10L * file.Length));
    }

    [Fact]
    public void Read_of_an_array_takes_little_more_than_its_bytes()
    {
        // As Python 2 wrote CIFAR: a str of all pixels of a batch.
        const int length = 30_720_000;
        string head =
            "\u0080\u0002cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\u0085U\u0001b\u0087R("
            + "K\u0001M\u0010\u0027M\0\u000c\u0086cnumpy\ndtype\nU\u0002u1K\0K\u0001\u0087R\u0089T";
        byte[] file = [.. Encoding.Latin1.GetBytes(head), .. BitConverter.GetBytes(length), .. new byte[length], .. "tb."u8];
        long start = GC.GetAllocatedBytesForCurrentThread();
        NumpyArray array = (NumpyArray)NumpyPickle.Read(new MemoryStream(file), "batch")!;
        (GC.GetAllocatedBytesForCurrentThread() - start).Should().BeLessThan(length + 1_000_000);
        array.Shape.Should().Equal(10_000, 3072);
        array.Data.Length.Should().Be(length);
    }
}
