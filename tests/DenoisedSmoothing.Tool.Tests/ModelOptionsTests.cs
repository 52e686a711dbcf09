using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Testing;
using TorchSharp;

namespace DenoisedSmoothing.Tool.Tests;

/// <summary>What an error advises can be typed, and then it works.</summary>
public sealed class ModelOptionsTests : IDisposable
{
    private static readonly string[] s_little =
        ["certify", "--sigma", "0.25", "--max", "1", "--n", "20", "--n0", "5", "--seed", "1", "--batch", "5"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dds-models-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Two_dictionaries_are_told_apart_by_a_key()
    {
        string[] args = [.. s_little, "--pair", "fashion-mnist", "--classifier-file", Case("two.pt")];

        string advice = await Refused(args);
        string chosen = await Refused([.. args, "--classifier-key", "student"]);

        advice.Should().Contain("--classifier-key ").And.Contain("student").And.Contain("teacher").And.NotContain("CheckpointOptions");
        // It is another network's: found, and not loaded.
        chosen.Should().NotContain("--classifier-key").And.Contain("missing");
    }

    [Fact]
    public async Task A_prefix_is_advised_and_stripped()
    {
        string file = Bundled("student.inner.");
        string[] args = [.. s_little, "--classifier-file", file, "--classifier-network", "fashion-mnist"];

        string advice = await Refused(args);

        advice.Should().Contain("--classifier-prefix student.inner.").And.NotContain("StripPrefixes");
        await Works([.. args, "--classifier-prefix", "student.inner."]);
        await Works([.. args, "--classifier-prefix", "student.", "--classifier-prefix", "inner."]);
    }

    [Fact]
    public async Task A_type_that_holds_settings_is_read_past()
    {
        string file = At("settings.pt");
        File.WriteAllBytes(file, TorchZipFile.Make(
            new PickleText().Op("}(").Text("settings").Global("lightning", "Settings").Op(")\u0081}bu.").ToArray()));
        string[] args = [.. s_little, "--pair", "fashion-mnist", "--classifier-file", file];

        string advice = await Refused(args);

        advice.Should().Contain("Nothing of the file was run").And.Contain("--inert-type lightning.Settings;").And.NotContain("InertTypes");
        (await Refused([.. args, "--inert-type", "lightning.Settings"])).Should().Contain("holds no state_dict");
    }

    [Fact]
    public async Task Outputs_and_inputs_have_a_name_or_a_place()
    {
        string[] args =
        [
            .. s_little, "--classifier-file", Golden.PathOf("cases/onnx/two-outputs.onnx"), "--data", "folder", "--data-path",
            Case("photos"), "--image-resize", "4x4",
        ];

        (await Refused(args)).Should().Contain("more than one of 'y'").And.Contain("--classifier-output");
        await Works([.. args, "--classifier-output", "p2"]);
        await Works([.. args, "--classifier-output", "1"]);
        (await Refused([.. args, "--classifier-output", "none"])).Should().Contain("no output 'none'");
        (await Refused([.. args, "--classifier-output", "7"])).Should().Contain("no output '7'");
        (await Refused([.. args, "--classifier-key", "model"])).Should().Contain("--classifier-key is for weights alone");
    }

    [Fact]
    public async Task Mean_and_std_of_ones_own_are_what_is_certified()
    {
        string[] args = [.. s_little, "--classifier-file", Bundled(""), "--classifier-network", "fashion-mnist"];
        await Works([.. args, "--out", At("plain.tsv")]);

        await Works([.. args, "--out", At("mean.tsv"), "--mean", "0.2860", "--std", "0.3530"]);

        File.ReadAllText(At("mean.tsv") + ".meta.json").Should().Contain("mean=0.286 std=0.353");
        File.ReadAllText(At("plain.tsv") + ".meta.json").Should().NotContain("mean=0.286");
        (await Refused([.. args, "--mean", "0.5"])).Should().Contain("--mean and --std come together");
        (await Refused([.. args, "--mean", "72.9", "--std", "90"])).Should().Contain("divide them by 255");
        (await Refused([.. args, "--mean", "0.5", "--std", "0.5", "--normalization", "none"])).Should().Contain("Either --normalization");
        (await Refused([.. args, "--mean", "0,4914", "--std", "1"])).Should().Contain("mean lies in [0,1]");
    }

    [Fact]
    public async Task Photos_of_several_sizes_are_brought_to_one_before_the_noise()
    {
        string[] args =
        [
            .. s_little[..3], .. s_little[5..], "--classifier-file", Case("any-size.onnx"), "--classes", "2", "--data", "folder",
            "--data-path", Case("photos"),
        ];

        string advice = await Refused(args);

        advice.Should().Contain("--image-resize 256 --image-crop 224").And.NotContain("ImagePreprocess");
        await Works([.. args, "--image-resize", "4", "--image-crop", "4"]);
        await Works([.. args, "--image-resize", "4x4", "--out", At("p.tsv")]);
        File.ReadAllText(At("p.tsv") + ".meta.json").Should().Contain("4x4");
        (await Refused([.. args, "--image-crop", "7"])).Should().Contain("0.png");
        (await Refused([.. args, "--image-resize", "4,5"])).Should().Contain("such as 224");
    }

    [Theory]
    [InlineData("--classifier-file", "--classes", "5")]
    [InlineData("--classifier-file", "--mean", "0.5", "--std", "1")]
    [InlineData("--denoiser-file", "--schedule", "linear")]
    [InlineData("--denoiser-file", "--denoiser-key", "ema")]
    [InlineData("leave --schedule out", "--pair", "cohen-cifar10", "--schedule", "linear")]
    public async Task Options_without_an_effect_are_refused(string advice, params string[] args) =>
        (await Refused([.. s_little, "--data", "bundled", .. args])).Should().Contain(advice);

    [Theory]
    [InlineData("cases/command-line/log.tsv.gz", "a gzip file")]
    [InlineData("cases/onnx/lfs.onnx", "a pointer of Git LFS")]
    [InlineData("cases/command-line/run.tsv.meta.json", "the settings beside a certification log")]
    [InlineData("cases/command-line/photos/a/0.png", "an image")]
    [InlineData("cases/command-line/photos", "is a folder")]
    public async Task What_is_no_model_is_named(string name, string kind)
    {
        foreach (string[] file in new string[][]
        {
            ["--classifier-file", Golden.PathOf(name)], ["--denoiser-file", Golden.PathOf(name)],
            ["--classifier-file", Golden.PathOf(name), "--classifier-network", "resnet20"],
        })
        {
            (await Refused([.. s_little, "--data", "bundled", .. file])).Should().Contain(kind).And.NotContainAny("ImageFolder", "Read it");
            // Before the images are asked for.
            (await Refused([.. s_little, .. file])).Should().Contain(kind);
        }
    }

    [Fact]
    public async Task Weights_alone_are_recognised_and_what_was_assumed_is_said()
    {
        string[] args = [.. s_little, "--classifier-file", Bundled("")];

        (int exit, string output, string error) = await Dds.RunAsync([.. args, "--data", "bundled"]);

        exit.Should().Be(0, "{0} {1}", output, error);
        error.Should().Contain("recognised by names and shapes as fashion-mnist");
    }

    [Fact]
    public async Task A_folder_of_a_hub_is_loaded_by_its_settings()
    {
        string folder = At("hub");
        Directory.CreateDirectory(folder);
        File.Copy(Golden.PathOf(Path.Combine("hub", "pytorch_model.bin")), Path.Combine(folder, "pytorch_model.bin"));
        File.WriteAllText(Path.Combine(folder, "config.json"), """
            {"model_type":"convnext","num_stages":3,"hidden_sizes":[8,16,24],"depths":[1,2,1],"layer_norm_eps":0.001,
             "id2label":{"0":"a","1":"b","2":"c","3":"d","4":"e"}}
            """);
        File.WriteAllText(Path.Combine(folder, "preprocessor_config.json"), """
            {"image_processor_type":"ConvNextImageProcessor","size":{"shortest_edge":32},"crop_pct":0.875,"resample":3}
            """);
        string[] args =
        [
            .. s_little[..3], .. s_little[5..], "--classifier-file", folder, "--data", "folder", "--data-path", Case("photos"),
            "--image-resize", "32x32",
        ];

        (await Works([.. args, "--out", At("hub.tsv")])).Should().Contain("prepares photos by").And.Contain("--image-crop");

        File.ReadAllText(At("hub.tsv") + ".meta.json").Should().Contain("ConvNext").And.Contain("resize=32x32");
        (await Refused([.. args, "--classes", "7"])).Should().Contain("--classes 7 is not what").And.Contain(": 5.");
        (await Refused([.. args, "--classifier-network", "resnet20"])).Should().Contain("--classifier-network cannot be used with");
        File.WriteAllText(Path.Combine(folder, "config.json"), """{"model_type":"mobilevit"}""");
        (await Refused(args)).Should().Contain("known here are vit").And.Contain("torch.jit.save").And.Contain("--classifier-file")
            .And.NotContain("OnnxClassifier");
    }

    private static string Case(string name) => Golden.PathOf($"cases/command-line/{name}");

    private string At(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>The bundled classifier's weights under a prefix.</summary>
    private string Bundled(string prefix)
    {
        using FashionMnistPair pair = FashionMnistPair.Load("cpu");
        torch.nn.Module network = (torch.nn.Module)((Classification.ModuleClassifier)pair.Classifier).Network;
        string file = At($"weights{prefix.Length}.safetensors");
        SafetensorsWriter.Write(file, network.state_dict().ToDictionary(entry => prefix + entry.Key, entry => entry.Value), null);
        return file;
    }

    private static async Task<string> Works(string[] args)
    {
        (int exit, string output, string error) = await Dds.RunAsync(args);
        exit.Should().Be(0, "{0} {1}", output, error);
        return error.ReplaceLineEndings(" ");
    }

    private static async Task<string> Refused(string[] args)
    {
        (int exit, string output, string error) = await Dds.RunAsync(args);
        exit.Should().Be(1, "{0} {1}", output, error);
        return error;
    }
}
