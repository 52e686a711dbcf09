using System.CommandLine;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Testing;
using TorchSharp;

namespace DenoisedSmoothing.Tool.Tests;

public sealed class TrainClassifierVerbTests : IDisposable
{
    private static readonly string[] s_small =
        ["--data", "bundled", "--split", "test", "--max", "16", "--batch", "4", "--recipe", "quick"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dds-train-classifier-");

    public static TheoryData<string> Objectives =>
        ["clean", "gaussian", "stability", "consistency", "macer", "smoothadv", "smoothmix", "drt", "ft-cadis"];

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Objectives))]
    public async Task Every_objective_writes_a_classifier_that_certify_loads(string objective)
    {
        string file = At(objective + ".safetensors");
        string[] sigma = objective == "clean" ? [] : ["--sigma", "0.5"];
        string output = await Run(["train-classifier", "--objective", objective, .. sigma, .. s_small, "--steps", "2", "--out", file]);

        if (objective == "drt")
            file = At("drt.1.safetensors");
        output.Should().Contain("2 steps of 4").And.Contain("step 2/2").And.Contain(file);
        await Run("certify", "--sigma", "0.5", "--classifier-file", file, "--denoiser", "none", "--max", "2", "--n0", "4", "--n", "8",
            "--batch", "4");
    }

    [Fact]
    public async Task Members_are_certified_as_an_ensemble_of_any_form()
    {
        await Run(["train-classifier", "--objective", "drt", "--sigma", "0.5", .. s_small, "--steps", "1", "--out", At("d.safetensors")]);
        string[] command = ["certify", "--sigma", "0.5", "--denoiser", "none", "--max", "2", "--n0", "4", "--n", "8", "--batch", "4",
            "--seed", "1"];
        string members = $"{At("d.1.safetensors")},{At("d.2.safetensors")}";
        await Run([.. command, "--ensemble", members, "--out", At("log.tsv")]);
        foreach (string form in new[] { "consensus", "max-margin" })
        {
            (int other, _, string said) = await Dds.RunAsync([.. command, "--ensemble", members, "--aggregate", form,
                "--out", At("log.tsv"), "--resume"]);
            other.Should().Be(1, "another form is another classifier");
            said.Should().Contain("classifier");
        }

        (int exit, _, string error) = await Dds.RunAsync([.. command, "--ensemble", members, "--classifier-file", At("d.1.safetensors")]);
        exit.Should().Be(1);
        error.Should().Contain("--ensemble several");
        (await Dds.RunAsync([.. command, "--aggregate", "mean"])).Error.Should().Contain("--aggregate is for an --ensemble");
    }

    [Theory]
    [InlineData("--beta does not belong to --objective consistency, which takes --sigma, --draws, --lambda, --eta.",
        "--objective", "consistency", "--sigma", "0.5", "--beta", "1")]
    [InlineData("--sigma does not belong to --objective clean", "--objective", "clean", "--sigma", "0.5")]
    [InlineData("--draws does not belong to --objective gaussian", "--sigma", "0.5", "--draws", "2")]
    [InlineData("--objective macer needs --sigma", "--objective", "macer")]
    [InlineData("Draws must be at least 2", "--objective", "consistency", "--sigma", "0.5", "--draws", "1")]
    [InlineData("DDN with one step", "--objective", "smoothadv", "--sigma", "0.5", "--attack", "Ddn", "--attack-steps", "1")]
    [InlineData("trains without a denoiser", "--sigma", "0.5", "--schedule", "cosine")]
    public async Task Options_of_other_objectives_are_refused(string message, params string[] args)
    {
        (int exit, _, string error) = await Dds.RunAsync(
            ["train-classifier", .. s_small, "--steps", "1", "--out", At("x.safetensors"), .. args]);

        exit.Should().Be(1);
        error.Should().Contain(message).And.NotContain("   at ");
    }

    [Fact]
    public async Task Further_images_have_the_labels_of_their_labeller()
    {
        LabeledImages images = FashionMnistPair.TestImages();
        List<int> expected = [.. new int[10]];
        using (FashionMnistPair pair = FashionMnistPair.Load())
        {
            for (int i = 20; i < 26; i++)
            {
                // All in one folder, whose own label says nothing.
                WritePng(At($"further/any/{i}.png"), images.Pixels(i).ToArray());
                using torch.Tensor image = images.Images([i]), scores = pair.Classifier.Classify(image), label = scores.argmax(1);
                expected[(int)label.item<long>()]++;
            }
        }

        string labeller = Path.Combine(SourceTree.Root, "src", "DenoisedSmoothing.FashionMnist", "classifier.safetensors");
        string[] command = ["train-classifier", "--objective", "gaussian", "--sigma", "0.5", .. s_small, "--steps", "4",
            "--further-path", At("further"), "--further-labeller", labeller, "--further-labeller-network", "fashion-mnist"];
        string output = await Run([.. command, "--further-weight", "0.5", "--out", At("s.safetensors")]);

        output.Should().Contain($"6 further images, with the labels 0 to 9: {string.Join(", ", expected)}").And.Contain("their weight=0.5");
        (int exit, _, string error) = await Dds.RunAsync([.. command[..^4], "--out", At("t.safetensors")]);
        exit.Should().Be(1);
        error.Should().Contain("1 classes, the training set 10").And.Contain("--further-labeller");
        (exit, _, error) = await Dds.RunAsync([.. command[..^6], "--further-weight", "0.5", "--out", At("t.safetensors")]);
        exit.Should().Be(1);
        error.Should().Contain("the images of --further-path: name them");
    }

    private static void WritePng(string path, byte[] grey)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using SkiaSharp.SKBitmap bitmap = new(28, 28, SkiaSharp.SKColorType.Gray8, SkiaSharp.SKAlphaType.Opaque);
        System.Runtime.InteropServices.Marshal.Copy(grey, 0, bitmap.GetPixels(), grey.Length);
        using FileStream file = File.Create(path);
        bitmap.Encode(file, SkiaSharp.SKEncodedImageFormat.Png, 100);
    }

    [Fact]
    public async Task Members_start_from_random_weights()
    {
        (int exit, _, string error) = await Dds.RunAsync(["train-classifier", "--objective", "drt", "--sigma", "0.5", .. s_small,
            "--classifier-file", Testing.Golden.PathOf("cases/command-line/two.pt"), "--out", At("x.safetensors")]);

        exit.Should().Be(1);
        error.Should().Contain("from random weights");
    }

    [Fact]
    public async Task A_longer_run_goes_on_from_the_checkpoint_under_the_same_settings_only()
    {
        string[] command = ["train-classifier", "--objective", "consistency", "--sigma", "0.5", .. s_small, "--out", At("c.safetensors")];
        await Run([.. command, "--steps", "2"]);

        (int exit, _, string error) = await Dds.RunAsync([.. command, "--steps", "4", "--lambda", "7"]);
        exit.Should().Be(1);
        error.Should().Contain("The checkpoint has lambda 5; this run has 7.");
        (await Run([.. command, "--steps", "4"])).Should().Contain("step 4/4");
        File.Exists(At("c.safetensors.checkpoints/step-00000004/state.json")).Should().BeTrue();
    }

    [Fact]
    public async Task Weights_to_start_from_are_the_files()
    {
        await Run(["train-classifier", "--sigma", "0.5", .. s_small, "--steps", "1", "--out", At("first.safetensors")]);
        await Run(["train-classifier", "--sigma", "0.5", .. s_small, "--steps", "1", "--learning-rate", "1e-30", "--weight-decay", "0",
            "--classifier-file", At("first.safetensors"), "--out", At("second.safetensors")]);

        // Weights under such a rate move by roundings of the average alone; random ones differ by about 0.5.
        float[] first = Weights(At("first.safetensors")), second = Weights(At("second.safetensors"));
        first.Zip(second, (one, other) => Math.Abs(one - other)).Max().Should().BeLessThan(1e-6f);
        first.Max().Should().BeGreaterThan(0.1f);
    }

    // The settings that docs/training.md gives, from the papers' code.
    [Theory]
    [InlineData("stability; sigma=1; lambda=1;", 256, "stability", "cifar10", "1")]
    [InlineData("stability; sigma=1; lambda=2;", 256, "stability", "mnist", "1")]
    [InlineData("consistency; sigma=0.25; draws=2; lambda=10; eta=0.5;", 128, "consistency", "mnist", "0.25")]
    [InlineData("consistency; sigma=0.5; draws=2; lambda=5; eta=0.5;", 128, "consistency", "mnist", "0.5")]
    [InlineData("consistency; sigma=0.12; draws=2; lambda=20; eta=0.5;", 128, "consistency", "cifar10", "0.12")]
    [InlineData("MACER; sigma=0.5; draws=16; lambda=4; beta=16; gamma=8; from epoch=0;", 64, "macer", "cifar10", "0.5")]
    [InlineData("MACER; sigma=1; draws=16; lambda=12; beta=16; gamma=8; from epoch=50;", 64, "macer", "cifar10", "1")]
    [InlineData("MACER; sigma=1; draws=16; lambda=6; beta=16; gamma=8; from epoch=31;", 64, "macer", "mnist", "1")]
    [InlineData("SmoothAdv; sigma=0.5; radius=1; draws=4; attack=Pgd; attack steps=10; warm-up epochs=10;", 64, "smoothadv", "mnist",
        "0.5")]
    [InlineData("SmoothAdv; sigma=0.25; radius=1; draws=8; attack=Pgd; attack steps=10; warm-up epochs=10;", 32, "smoothadv", "cifar10",
        "0.25")]
    [InlineData("SmoothAdv; sigma=1; radius=2; draws=2; attack=Pgd; attack steps=10; warm-up epochs=10;", 128, "smoothadv", "cifar10",
        "1")]
    [InlineData("SmoothMix; sigma=1; draws=4; attack steps=8; step length=1; eta=5; one-step=no; warm-up epochs=10;", 64, "smoothmix",
        "mnist", "1")]
    [InlineData("SmoothMix; sigma=0.25; draws=2; attack steps=4; step length=0.5; eta=5; one-step=no; warm-up epochs=10;", 128,
        "smoothmix", "cifar10", "0.25")]
    [InlineData("FT-CADIS; sigma=1; draws=4; lambda=4; radius=0.125; attack steps=4; warm start=yes;", 128, "ft-cadis", "finetune",
        "1")]
    [InlineData("DRT; sigma=1; members=2; draws=2;", 128, "drt", "mnist", "1")]
    public void Settings_that_are_not_typed_are_the_papers(string settings, int batch, string objective, string recipe, string sigma)
    {
        ObjectiveOptions options = new();
        ParseResult parsed = new Verb("try", "", [], []).With(options.All)
            .Parse(["--objective", objective, "--sigma", sigma, "--recipe", recipe]);
        parsed.Errors.Should().BeEmpty();
        (ClassifierObjective chosen, ObjectiveSetting setting) = options.Read(parsed, "folder");
        using ModuleClassifier classifier = new(torch.nn.Linear(4, 2), 2, disposeNetwork: true);

        using ModuleClassifier other = new(torch.nn.Linear(4, 2), 2, disposeNetwork: true);
        ObjectiveParts parts = new("fashion-mnist", [classifier, other], new IdentityDenoiser(), []);

        chosen.Create(setting, parts).Settings.Should().StartWith(settings);
        chosen.Batch(setting).Should().Be(batch);
    }

    [Theory]
    [InlineData("mnist", "fashion-mnist")]
    [InlineData("mnist", "bundled")]
    [InlineData("cifar10", "cifar100")]
    [InlineData("cifar10", "folder")]
    public void The_recipe_is_that_of_the_images(string recipe, string data) => PaperRecipe.Named(null, data).Name.Should().Be(recipe);

    private static float[] Weights(string file)
    {
        using Checkpoints.SafetensorsFile opened = Checkpoints.SafetensorsFile.Open(file);
        using torch.Tensor weight = opened.Read(opened.Entries.First(
            entry => entry.Name.EndsWith("conv1.weight", StringComparison.Ordinal)).Name);
        return weight.data<float>().ToArray();
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private static async Task<string> Run(params string[] args)
    {
        (int exit, string output, string error) = await Dds.RunAsync(args);
        exit.Should().Be(0, "{0} {1}", output, error);
        return output;
    }
}
