using System.Text;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Checkpoints;

/// <summary>Which dictionary of a checkpoint is read, under which names, and how a file that is none is called.</summary>
public class CheckpointChoiceTests
{
    [Theory]
    [InlineData("state_dict,optimizer", "state_dict")]
    [InlineData("model,ema", "ema")]
    [InlineData("model,model_ema,state_dict", "model_ema")]
    [InlineData("net,epoch", "net")]
    [InlineData("weights_of_mine", "weights_of_mine")]
    public void Open_prefers_the_documented_keys(string keys, string chosen)
    {
        using Checkpoint checkpoint = Opened.From(Nested(keys.Split(',')));
        checkpoint.Key.Should().Be(chosen);
        checkpoint.Entries.Select(entry => entry.Name).Should().Equal($"{chosen}.w");
    }

    [Fact]
    public void Open_lists_the_keys_where_there_are_several()
    {
        Opened.Refused(Nested("first", "second")).Should()
            .Match("*several dictionaries of tensors: 'first' (1 tensor), 'second' (1 tensor). Set CheckpointOptions.Key*");
        Opened.Refused(Nested("first", "second"), new CheckpointOptions
        {
            Key = "third",
        }).Should().Match("*no tensors under the key 'third', but under 'first' (1 tensor), 'second'*");
        using Checkpoint second = Opened.From(Nested("first", "second"), new CheckpointOptions { Key = "second" });
        second.Entries.Single().Name.Should().Be("second.w");
    }

    [Fact]
    public void Open_takes_the_outermost_dictionary_by_the_empty_key()
    {
        byte[] pickle = new PickleText().Op("}(").One("own", "0").Text("model").Op("}").One("inner", "0").Op("su.").ToArray();
        using Checkpoint chosen = Opened.From(Opened.Zip(pickle, "0"));
        chosen.Entries.Single().Name.Should().Be("inner");
        using Checkpoint outermost = Opened.From(Opened.Zip(pickle, "0"), new CheckpointOptions { Key = "" });
        outermost.Entries.Single().Name.Should().Be("own");
    }

    [Theory]
    [InlineData("]", "*it holds no state_dict*torch.save(model.state_dict(), path)*")]
    [InlineData("N", "*it holds no state_dict*")]
    [InlineData("}K\u0001Ns", "*it holds no state_dict*")]
    [InlineData("}", "empty")]
    public void Open_wants_a_dictionary(string pickle, string message)
    {
        byte[] file = Opened.Zip(new PickleText().Op(pickle).Op(".").ToArray());
        if (message == "empty")
            Opened.From(file).Entries.Should().BeEmpty();
        else
            Opened.Refused(file).Should().Match(message);
    }

    [Fact]
    public void Open_reads_past_a_type_that_the_caller_names()
    {
        byte[] file = Opened.Zip(new PickleText().Op("}(").One("w", "0").Text("settings").Global("lightning", "Settings").Op(")\u0081}bu.")
            .ToArray(), "0");
        Opened.Refused(file).Should().Match("*refers to 'lightning.Settings'*CheckpointOptions.InertTypes*");
        Action open = () => Opened.From(file);
        CheckpointException e = open.Should().Throw<CheckpointException>().Which;
        e.Option.Should().Be(nameof(CheckpointOptions.InertTypes));
        using Checkpoint checkpoint = Opened.From(file, new CheckpointOptions { InertTypes = e.Choices });
        checkpoint.Entries.Single().Name.Should().Be("w");
    }

    [Fact]
    public void Open_understands_the_dictionaries_and_parts_of_the_earliest_files()
    {
        // OrderedDict([['w', tensor]]), and a persistent id with the part of a storage: a key, an offset and a length.
        PickleText pickle = new PickleText().Global("collections", "OrderedDict").Op("](](").Text("w")
            .Global("torch._utils", "_rebuild_tensor")
            .Op("((").Text("storage").Global("torch.cuda", "FloatStorage").Op("U\u00010").Text("cuda:0").Integer(10).Op("(").Text("7")
                .Integer(3).Integer(5).Op("ttQ")
            .Integer(1).Tuple([4]).Tuple([1]).Op("tRee\u0085R.");
        byte[] bytes = [.. Enumerable.Range(0, 40).Select(i => (byte)i)];
        using TorchSaveFile file = TorchSaveFile.Open(
            new MemoryStream(TorchZipFile.Make(pickle.ToArray(), ("0", bytes))), "file", CheckpointFormat.TorchZip,
                new CheckpointOptions());
        file.ReadBytes("w").Should().Equal(bytes[16..32]);
    }

    [Theory]
    [InlineData("", "*it is an empty file*")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0", "*a pointer of Git LFS*git lfs pull*")]
    [InlineData("<!DOCTYPE html><html>", "*a web page, but a checkpoint is needed. The download failed*")]
    [InlineData("\n<html>", "*a web page*")]
    [InlineData("\u0093NUMPY\u0001\0", "*a NumPy array*")]
    [InlineData("\u00de\u00ad\u00be\u00ef", "*not those of any known checkpoint*")]
    [InlineData("\u001f\u008b\u0008\0", "*it is a gzip file, but a checkpoint is needed. Unpack it first.")]
    [InlineData("\u0008\u0007\u0012\u0007pytorch", "*it is an ONNX model*OnnxClassifier.Load*")]
    [InlineData("{\"architectures\":[\"ViT\"]}", "*the configuration of a model*")]
    [InlineData("idx\tlabel\tpredict\n", "*it is a certification log*")]
    [InlineData("\u0080\u0004N.", "*it is a Python pickle, but a checkpoint is needed*")]
    [InlineData("{\"a\":1}", "*JSON without a weight_map*")]
    [InlineData("PK\u0003\u0004", "*the directory at its end is missing*")]
    public void Open_says_what_a_file_is_that_is_no_checkpoint(string file, string message) =>
        Opened.Refused(Encoding.Latin1.GetBytes(file)).Should().Match(message);

    [Fact]
    public void Open_checks_its_arguments()
    {
        Opened.Refused(File.ReadAllBytes(Golden.PathOf("checkpoints/all_dtypes.safetensors")), new CheckpointOptions { Key = "model" })
            .Should().Match("*a safetensors file, which has no dictionaries inside*");
        Action prefix = () => Opened.From(Nested("a"), new CheckpointOptions { StripPrefixes = [""] });
        prefix.Should().Throw<ArgumentException>().WithMessage("StripPrefixes needs texts*");
        Action inert = () => Opened.From(Nested("a"), new CheckpointOptions { InertTypes = [null!] });
        inert.Should().Throw<ArgumentException>().WithMessage("InertTypes needs names*");
        Action stream = () =>
            Checkpoint.Open(new System.IO.Compression.GZipStream(new MemoryStream(), System.IO.Compression.CompressionMode.Decompress),
            "zipped", new CheckpointOptions(), false);
        stream.Should().Throw<ArgumentException>().WithMessage("*seek*");
        Action missing = () => Checkpoint.Open(Path.Combine(AppContext.BaseDirectory, "none.pt"));
        missing.Should().Throw<FileNotFoundException>();
    }

    [Fact]
    public void Options_document_the_preference_that_there_is()
    {
        // The value of CheckpointOptions.Key spells the order out.
        StateDictChooser.Preference.Should().Be(
            "ema_state_dict, state_dict_ema, model_ema, ema_model, ema, params_ema, state_dict, model_state_dict, model, net, network, "
                + "module, weights, params, denoiser, classifier");
    }

    /// <summary>
    /// A training checkpoint with a dictionary of one tensor under each key; epoch is a number, optimizer has its tensors under numbers.
    /// </summary>
    private static byte[] Nested(params string[] keys)
    {
        PickleText pickle = new PickleText().Op("}(");
        foreach (string key in keys)
        {
            pickle.Text(key);
            if (key == "epoch")
                pickle.Integer(3);
            else if (key == "optimizer")
                pickle.Op("}").Integer(0).Tensor("FloatStorage", "0", 1, 0, [], []).Op("s");
            else
                pickle.Op("}").One($"{key}.w", "0").Op("s");
        }

        return Opened.Zip(pickle.Op("u.").ToArray(), "0");
    }
}
