using System.Diagnostics;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Checkpoints;

/// <summary>
/// Damaged and hostile torch.save files: refused clearly, quickly and in little memory. Nothing is run: there is nothing that could.
/// </summary>
public class HostileCheckpointTests
{
    [Theory]
    [InlineData("hostile_eval.pt",
        "*refers to '__builtin__.eval', which is not among the names that weights need. Nothing of the file was run.*")]
    [InlineData("hostile_os_system.pt", "*refers to 'posix.system'*Nothing of the file was run*")]
    [InlineData("hostile_missing_storage.pt", "*entry 'conv.bias': the file has no storage '1'*damaged or incomplete*")]
    [InlineData("hostile_short_storage.pt", "*entry 'conv.weight': its storage '0' has 4 bytes, where its type and size say 432*")]
    [InlineData("truncated.pt", "*begins as a zip file, but the directory at its end is missing*")]
    public void Open_refuses_a_hostile_file_quickly_and_in_little_memory(string name, string message)
    {
        byte[] file = File.ReadAllBytes(Golden.PathOf($"checkpoints/{name}"));
        Opened.Refused(file);
        long before = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
        string refused = Opened.Refused(file);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(1_000_000);
        Stopwatch.GetElapsedTime(start).Should().BeLessThan(TimeSpan.FromSeconds(2));
        refused.Should().Match(message);
    }

    [Theory]
    [InlineData("zip.pt")]
    [InlineData("legacy.pt")]
    [InlineData("odd_zip5.pt")]
    public void Open_refuses_a_file_cut_anywhere(string name)
    {
        byte[] file = File.ReadAllBytes(Golden.PathOf($"checkpoints/{name}"));
        for (int length = 1; length < file.Length; length += 7)
            Opened.Refused(file[..length]);
    }

    [Theory]
    [InlineData("\u0080\u0002.", "*its stack is empty*")]
    [InlineData("\u0080\u0006.", "*its protocol is 6, and 5 is the newest*")]
    [InlineData("N", "*ends early, inside the opcode at byte 1*")]
    [InlineData("N0.", "*its stack is empty*")]
    [InlineData("(0.", "*its stack is empty*")]
    [InlineData("t.", "*its stack has no mark*")]
    [InlineData("h\u0007.", "*refers to a value 7 that it never made*")]
    [InlineData("}(Nu.", "*a key without a value*")]
    [InlineData("](NNu.", "*sets items of something that is not a dictionary*")]
    [InlineData("}Na.", "*appends to something that is not a list*")]
    [InlineData("]Nb.", "*sets the attributes of something that has none*")]
    [InlineData("N)R.", "*calls what is not a name*")]
    [InlineData("ccollections\nOrderedDict\nNR.", "*calls what is not a name, or with what is not a tuple*")]
    [InlineData("ctorch._utils\n_rebuild_tensor_v2\n)R.",
        "*calls 'torch._utils._rebuild_tensor_v2' with arguments that do not belong to it*")]
    [InlineData("ctorch\nFloatStorage\n)R.", "*calls 'torch.FloatStorage' with arguments*")]
    [InlineData("cos\nsystem\n.", "*refers to 'os.system'*InertTypes*")]
    [InlineData("cos\nsystem", "*ends early*")]
    [InlineData("c__builtin__\ngetattr\n.", "*refers to '__builtin__.getattr'*")]
    [InlineData("ctorch.storage\n_load_from_bytes\n.", "*refers to 'torch.storage._load_from_bytes'*")]
    [InlineData("NQ.", "*a persistent id is not that of a storage*")]
    [InlineData("(X\u0006\0\0\0modulettQ.", "*its stack has no mark*")]
    [InlineData("(X\u0006\0\0\0moduletQ.", "*holds a whole module*")]
    [InlineData("i__main__\nX\n.", "*the opcode 0x69 is not one that weights need*")]
    [InlineData("\u0082\u0001.", "*the opcode 0x82*")]
    [InlineData("I1\n.", "*the opcode 0x49*")]
    [InlineData("X\u00ff\u00ff\u00ff\u00ffa.", "*ends early*")]
    [InlineData("\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ffa.", "*ends early*")]
    [InlineData("\u008b\0\u0005\0\0.", "*an integer has 1280 bytes*")]
    [InlineData("\u008c\u0002\u00ff\u00ff.", "*a text is not UTF-8*")]
    [InlineData("X\u0005\0\0\0a\u001b[2Jcx\u001b[2J\ny\n.", "*refers to 'x?[2J.y'*")]
    public void Open_refuses_a_pickle_that_is_not_data(string pickle, string message) =>
        Opened.Refused(Opened.Zip(new PickleText().Op(pickle).ToArray())).Should().Match(message);

    [Theory]
    [InlineData(0, 2, 1, "*reaches element 1 of storage '0', which has 1*")]
    [InlineData(1, 1, 1, "*reaches element 1 of storage '0'*")]
    [InlineData(-1, 1, 1, "*a negative offset, size or stride*")]
    [InlineData(0, -1, 1, "*a negative offset, size or stride*")]
    [InlineData(0, 1, -1, "*a negative offset, size or stride*")]
    [InlineData(0, 2, long.MaxValue, "*reaches element 9223372036854775807*")]
    [InlineData(0, 3, long.MaxValue, "*beyond 2^63 bytes*")]
    [InlineData(long.MaxValue, 2, 1, "*beyond 2^63 bytes*")]
    [InlineData(0, 1L << 62, 0, "*beyond 2^63 bytes*")]
    [InlineData(0, 1L << 40, 0, "*has tensors that repeat their elements, and would take more than * bytes of memory*")]
    public void Open_refuses_a_tensor_outside_of_its_storage(long offset, long size, long stride, string message) =>
        Opened.Refused(Opened.Zip(PickleText.StateDict(("w", "FloatStorage", "0", 1, offset, [size], [stride])), "0")).Should()
            .Match(message);

    [Fact]
    public void Open_refuses_sizes_without_strides_and_too_many_of_both()
    {
        Opened.Refused(Opened.Zip(PickleText.StateDict(("w", "FloatStorage", "0", 1, 0, [1], [])), "0")).Should()
            .Match("*1 sizes and 0 strides*");
        long[] ones = [.. Enumerable.Repeat(1L, 65)];
        Opened.Refused(Opened.Zip(PickleText.StateDict(("w", "FloatStorage", "0", 1, 0, ones, ones)), "0")).Should()
            .Match("*arguments that do not belong to it*");
        // An empty tensor of sizes whose product overflows has strides that do.
        Opened.Refused(Opened.Zip(PickleText.StateDict(("w", "FloatStorage", "0", 1, 0, [0, 1L << 40, 1L << 40], [1, 1, 1])), "0")).Should()
            .Match("*beyond 2^63*");
    }

    [Theory]
    [InlineData("FloatStorage", long.MaxValue, "*storage '0' claims 9223372036854775807 elements*")]
    [InlineData("FloatStorage", -1, "*storage '0' claims -1 elements*")]
    [InlineData("ByteStorage", 1L << 50, "*has 4 bytes, where its type and size say 1125899906842624*")]
    [InlineData("ComplexFloatStorage", 1, "*entry 'w': it is a complex tensor, which cannot be read. Convert it in Python*")]
    [InlineData("QInt8Storage", 4, "*entry 'w': it is a quantised tensor, which cannot be read. Take the checkpoint from before*")]
    [InlineData("WideStorage", 1, "*refers to 'torch.WideStorage'*")]
    public void Open_refuses_a_storage_that_is_not_there(string type, long count, string message) =>
        Opened.Refused(Opened.Zip(PickleText.StateDict(("w", type, "0", count, 0, [1], [1])), "0")).Should().Match(message);

    [Fact]
    public void Open_refuses_a_storage_of_two_kinds() =>
        Opened.Refused(
            Opened.Zip(PickleText.StateDict(("v", "FloatStorage", "0", 1, 0, [1], [1]), ("w", "IntStorage", "0", 1, 0, [1], [1])), "0"))
            .Should().Match("*storage '0' is described in two ways*");

    [Fact]
    public void Open_survives_dictionaries_that_hold_themselves_or_each_other_many_times()
    {
        // {'a': itself}
        Opened.Refused(Opened.Zip(new PickleText().Op("}q\0").Text("a").Op("h\0s.").ToArray())).Should().Match("*it holds no state_dict*");
        // Sixty levels, each holding the one before twice: 2^60 paths.
        PickleText pickle = new PickleText().Op("}").One("w", "0").Op("sq\0");
        for (int i = 0; i < 60; i++)
            pickle.Op("0}(").Text("a").Op("h\0").Text("b").Op("h\0uq\0");
        Opened.Refused(Opened.Zip(pickle.Op(".").ToArray(), "0")).Should().Match("*it holds no state_dict*");
        // 40,000 dictionaries inside each other: no recursion as deep as that.
        PickleText deep = new PickleText().Op("}q\0");
        for (int i = 0; i < 40_000; i++)
            deep.Op("0}").Text("a").Op("h\0sq\0");
        Opened.Refused(Opened.Zip(deep.Op(".").ToArray())).Should().Match("*it holds no state_dict*");
    }
}
