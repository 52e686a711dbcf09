using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Checkpoints;

/// <summary>
/// Weights in lists, in tuples and under numbers, beside what a trainer keeps. The files of tests/Goldens/cases were written by Python's
/// pickler in the layouts of published checkpoints.
/// </summary>
public class CheckpointPlacesTests
{
    [Theory]
    [InlineData("list-of-one.pth", "state_dict.0")]
    [InlineData("tuple.pth", "0")]
    [InlineData("folds-by-number.pth", "0")]
    [InlineData("version.pt", "state_dict")]
    [InlineData("path.pt", "state_dict")]
    public void Open_finds_the_only_weights_of_a_case(string name, string key)
    {
        using Checkpoint checkpoint = Checkpoint.Open(Golden.PathOf($"cases/checkpoints/{name}"));
        checkpoint.Key.Should().Be(key);
        checkpoint.Entries.Select(entry => entry.ToString()).Should().Equal("weight F32 [2, 3]", "bias F32 [2]");
    }

    [Fact]
    public void Open_lists_the_weights_of_a_cascade_and_takes_one_by_its_key()
    {
        byte[] file = Opened.Zip(new PickleText().Op("}").Text("state_dict").Op("](}").One("a", "0").Op("s}").One("b", "0").Op("ses.")
            .ToArray(), "0");
        Action open = () => Opened.From(file);
        CheckpointException e = open.Should().Throw<CheckpointException>().Which;
        e.Problem.Should().Be("file: it holds several dictionaries of tensors: 'state_dict.0' (1 tensor), 'state_dict.1' (1 tensor).");
        e.Advice.Should().Be("Set CheckpointOptions.Key to one of them.");
        e.Message.Should().Be($"{e.Problem} {e.Advice}");
        e.Option.Should().Be(nameof(CheckpointOptions.Key));
        e.Choices.Should().Equal("state_dict.0", "state_dict.1");
        using Checkpoint second = Opened.From(file, new CheckpointOptions { Key = e.Choices[1] });
        second.Entries.Single().Name.Should().Be("b");
    }

    [Fact]
    public void Open_lists_folds_under_numbers_and_takes_one_that_is_there_twice()
    {
        byte[] folds = Opened.Zip(new PickleText().Op("}(K\0}").One("a", "0").Op("sK\u0001}").One("a", "0").Op("su.").ToArray(), "0");
        FluentActions.Invoking(() => Opened.From(folds)).Should().Throw<CheckpointException>()
            .Which.Choices.Should().Equal("0", "1");
        using Checkpoint second = Opened.From(folds, new CheckpointOptions { Key = "1" });
        second.Key.Should().Be("1");
        // Both folds of the case are one dictionary: there is nothing to choose.
        using Checkpoint same = Checkpoint.Open(Golden.PathOf("cases/checkpoints/folds-by-number.pth"));
        same.Key.Should().Be("0");
        using Checkpoint other = Checkpoint.Open(
            Golden.PathOf("cases/checkpoints/folds-by-number.pth"), new CheckpointOptions { Key = "1" });
        (other.Key, other.Entries.Count).Should().Be(("1", 2));
        FluentActions.Invoking(() => Checkpoint.Open(
            Golden.PathOf("cases/checkpoints/folds-by-number.pth"), new CheckpointOptions { Key = "1.weight" })).Should()
            .Throw<CheckpointException>().WithMessage("*no tensors under the key '1.weight'*");
    }

    [Fact]
    public void Open_passes_an_optimizer_by()
    {
        // (weights, {'state': {0: {'exp_avg': tensor}}}), and the same optimizer under its usual keys.
        string[] optimizers = ["optimizer", "optim", "optimizer_states"];
        foreach (string key in optimizers)
        {
            PickleText pickle = new PickleText().Op("}(").Text("mine").Op("](}").One("w", "0").Op("se")
                .Text(key).Op("](}").Text("state").Op("}(").Op("K\0}").One("exp_avg", "0").Op("sK\u0001}").One("exp_avg", "0").Op("suseu.");
            using Checkpoint checkpoint = Opened.From(Opened.Zip(pickle.ToArray(), "0"));
            checkpoint.Key.Should().Be("mine.0", key);
        }
    }

    [Fact]
    public void Open_takes_what_has_a_name_before_what_has_a_number()
    {
        // {'history': [{'loss': tensor}, {'loss': tensor}], 'mine': {'w': tensor}}
        PickleText pickle = new PickleText().Op("}(").Text("history").Op("](}").One("loss", "0").Op("s}").One("loss", "0").Op("se")
            .Text("mine").Op("}").One("w", "0").Op("su.");
        using Checkpoint checkpoint = Opened.From(Opened.Zip(pickle.ToArray(), "0"));
        checkpoint.Key.Should().Be("mine");
    }

    [Fact]
    public void Open_keeps_a_text_and_a_number_apart()
    {
        // {0: {'a': tensor}, '0': {'b': tensor}}
        PickleText pickle = new PickleText().Op("}(K\0}").One("a", "0").Op("s").Text("0").Op("}").One("b", "0").Op("su.");
        using Checkpoint checkpoint = Opened.From(Opened.Zip(pickle.ToArray(), "0"));
        checkpoint.Entries.Single().Name.Should().Be("b", "a name comes before a number");
    }

    [Theory]
    [InlineData("torch.torch_version", "TorchVersion")]
    [InlineData("packaging.version", "Version")]
    [InlineData("numpy", "float64")]
    [InlineData("easydict", "EasyDict")]
    [InlineData("lightning_fabric.utilities.data", "AttributeDict")]
    public void Open_reads_past_texts_numbers_and_settings(string module, string name)
    {
        PickleText pickle = new PickleText().Op("}(").One("w", "0").Text("x").Global(module, name).Op("\u008c\u00032.1\u0085\u0081u.");
        using Checkpoint checkpoint = Opened.From(Opened.Zip(pickle.ToArray(), "0"));
        checkpoint.Entries.Single().Name.Should().Be("w");
    }

    [Theory]
    [InlineData("\u008c\u0003\u00ed\u00a0\u0080N")]
    [InlineData("N\u008c\u0005a\u00ed\u00b3\u00a9b")]
    [InlineData("U\u0002\u00ff\u00feN")]
    [InlineData("NU\u0001\u00e9")]
    public void Open_reads_texts_that_are_not_UTF8_as_Python_writes_them(string pair)
    {
        // Half of a surrogate pair (os.fsdecode), and a str of Python 2, as key and as value.
        PickleText pickle = new PickleText().Op("}(").One("w", "0").Op(pair.StartsWith('N') ? $"K\u0001{pair[1..]}" : pair).Op("u.");
        using Checkpoint checkpoint = Opened.From(Opened.Zip(pickle.ToArray(), "0"));
        checkpoint.Entries.Single().Name.Should().Be("w");
    }

    [Theory]
    [InlineData("\u008c\u0002\u00ed\u00a0", "*a text is not UTF-8*")]
    [InlineData("\u008c\u0001\u00c3", "*a text is not UTF-8*")]
    [InlineData("\u008c\u0003\u00ed\u00c0\u0080", "*a text is not UTF-8*")]
    public void Open_refuses_what_is_no_text_at_all(string text, string message) =>
        Opened.Refused(Opened.Zip(new PickleText().Op(text).Op(".").ToArray())).Should().Match(message);

    [Fact]
    public void Open_names_tensors_that_TorchSharp_has_not_where_they_are_wanted()
    {
        // {'w': _rebuild_qtensor(...)}, as torch.save writes a quantised network (torch/_utils.py).
        PickleText quantised = new PickleText().Op("}").Text("w").Global("torch._utils", "_rebuild_qtensor").Op("(")
            .Storage("QInt8Storage", "0", 4)
            .Op("K\0(K\u0004t(K\u0001t(").Global("torch", "per_tensor_affine").Op("G\0\0\0\0\0\0\0\0K\0t\u0089}tRs.");
        Opened.Refused(Opened.Zip(quantised.ToArray(), "0")).Should()
            .Be("file: entry 'w': it is a quantised tensor, which cannot be read. Take the checkpoint from before quantisation, or save "
                + "the tensor's dequantize() in Python.");
        PickleText float8 = new PickleText().Op("}").Text("w").Global("torch._utils", "_rebuild_tensor_v3").Op("((").Text("storage")
            .Global("torch.storage", "UntypedStorage").Text("0").Text("cpu").Op("K\u0004tQK\0(K\u0004t(K\u0001t\u0089}")
                .Global("torch", "float8_e4m3fn").Op("tRs.");
        Opened.Refused(Opened.Zip(float8.ToArray(), "0")).Should()
            .Match("*entry 'w': it is a tensor of the kind 'torch.float8_e4m3fn'*Convert it in Python*");
        PickleText beside = new PickleText().Op("}(").Text("model").Op("}").One("w", "0").Op("s").Text("other").Op("}").Text("w")
            .Global("torch._utils", "_rebuild_sparse_tensor").Op("(tRsu.");
        Opened.From(Opened.Zip(beside.ToArray(), "0")).Entries.Should().ContainSingle();
    }
}
