using System.IO.Compression;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Networks;
using DenoisedSmoothing.Schedules;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Networks;

public sealed class TorchScriptTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("torchscript-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void LoadClassifier_computes_what_the_script_says()
    {
        string path = Script("x: Tensor) -> Tensor:\n    return torch.mean(x, [2, 3])");
        using ModuleClassifier classifier = TorchScript.LoadClassifier(path, 3, new Normalization([.5f, .5f, .5f], [.25f, .25f, .25f]));
        using Tensor images = full([2, 3, 4, 4], .75f);
        classifier.Classify(images).data<float>().ToArray().Should().AllSatisfy(logit => logit.Should().BeApproximately(1, 1e-6f));
        classifier.Info.Fingerprint.Should().Contain("torchscript:");
        classifier.Info.Precision.Should().Be("float32");
        LiveTensors.ShouldNotChange(() => classifier.Classify(images).Dispose());
    }

    [Fact]
    public void LoadDenoiser_computes_what_the_script_says()
    {
        string path =
            Script("x: Tensor,\n    t: Tensor) -> Tensor:\n    return torch.mul(x, torch.mul(torch.reshape(t, [-1, 1, 1, 1]), 0.001))");
        CosineSchedule schedule = new(1000);
        using OneShotDenoiser denoiser = TorchScript.LoadDenoiser(path, schedule, parametrization: Parametrization.X0);
        using DisposeScope scope = NewDisposeScope();
        Tensor noisy = rand(2, 3, 4, 4);
        int t = schedule.TimestepFor(0.5);
        Tensor expected = ((noisy * 2 - 1) * (Math.Sqrt(schedule.AlphaBar(t)) * t * 0.001) + 1) / 2;
        Parity.RelativeError(denoiser.Denoise(noisy, new NoiseContext(0.25)), expected).Should().BeLessThan(1e-5);
        LiveTensors.ShouldNotChange(() => denoiser.Denoise(noisy, new NoiseContext(0.25)).Dispose());
    }

    [Theory]
    [InlineData("Tuple[Tensor, Tensor]", "return (x, torch.mean(x, [2, 3]))")]
    [InlineData("List[Tensor]", "return [x, torch.mean(x, [2, 3])]")]
    [InlineData("Tuple[Optional[Tensor], Tensor, int]", "return (None, torch.mean(x, [2, 3]), 3)")]
    [InlineData("Any", "return (x, torch.mean(x, [2, 3]))")]
    public void LoadClassifier_takes_the_output_that_is_meant(string returns, string body)
    {
        string path = Script($"x: Tensor) -> {returns}:\n    {body}");
        using ModuleClassifier classifier = TorchScript.LoadClassifier(path, 3, output: "1");
        using Tensor images = full([2, 3, 4, 4], .75f);
        // The first calls run on a thread of their own, later ones here.
        for (int i = 0; i < 4; i++)
        {
            LiveTensors.ShouldNotChange(() =>
            {
                using Tensor logits = classifier.Classify(images);
                logits.shape.Should().Equal(2, 3);
                logits.data<float>().ToArray().Should().AllSatisfy(logit => logit.Should().Be(.75f));
            });
        }

        classifier.Info.Fingerprint.Should().MatchRegex("torchscript:[0-9a-f]{16}#1", "another output is another function");
    }

    [Fact]
    public void LoadClassifier_takes_an_output_by_its_name_in_a_named_tuple()
    {
        string path = TorchScriptFile.SaveMethods(Path.Combine(_folder.FullName, "named.pt"),
            "  def forward(self: __torch__.M,\n    x: Tensor) -> __torch__.Out:\n"
                + "    return __torch__.Out(torch.mean(x, [2, 3]), None)\n"
                + "class Out(NamedTuple):\n  logits : Tensor\n  aux : Optional[Tensor]\n");
        using Tensor images = full([2, 3, 4, 4], .75f);
        using (ModuleClassifier classifier = TorchScript.LoadClassifier(path, 3, output: "logits"))
        using (Tensor logits = classifier.Classify(images))
            logits.shape.Should().Equal(2, 3);
        FluentActions.Invoking(() => TorchScript.LoadClassifier(path, 3)).Should().Throw<CheckpointException>()
            .WithMessage("*which one is meant: 0 ('logits'), 1 ('aux').");
        using ModuleClassifier none = TorchScript.LoadClassifier(path, 3, output: "aux");
        FluentActions.Invoking(() => none.Classify(images)).Should().Throw<InvalidOperationException>().WithMessage("*returns*None*");
    }

    [Fact]
    public void LoadDenoiser_takes_the_output_that_is_meant()
    {
        string path = Script("x: Tensor,\n    t: Tensor) -> Tuple[Tensor, Tensor]:\n    return (t, torch.zeros_like(x))");
        using OneShotDenoiser denoiser = TorchScript.LoadDenoiser(
            path, new CosineSchedule(1000), parametrization: Parametrization.X0, output: "1");
        using Tensor noisy = rand(2, 3, 4, 4), denoised = denoiser.Denoise(noisy, new NoiseContext(0.25));
        denoised.data<float>().ToArray().Should().AllSatisfy(value => value.Should().Be(.5f));
    }

    [Fact]
    public void Load_scripts_of_other_arguments_are_refused()
    {
        string one = Script("x: Tensor) -> Tensor:\n    return x"), two =
            Script("x: Tensor,\n    t: Tensor) -> Tensor:\n    return torch.add(x, t)");
        Action denoiser = () => TorchScript.LoadDenoiser(one, new CosineSchedule(1000)).Dispose();
        denoiser.Should().Throw<CheckpointException>().WithMessage("*images [N,C,H,W] and timesteps [N]; this script's takes 1 argument.");
        Action classifier = () => TorchScript.LoadClassifier(two, 10).Dispose();
        classifier.Should().Throw<CheckpointException>().WithMessage("*images [N,C,H,W]; this script's takes 2 arguments.");
    }

    [Fact]
    public void Call_a_script_that_fails_or_returns_no_tensor_is_an_error_that_names_it()
    {
        using Tensor images = zeros(2, 3, 4, 4);
        using TorchScriptNetwork failing = TorchScriptNetwork.Load(Script("x: Tensor) -> Tensor:\n    return torch.reshape(x, [7])"));
        failing.Invoking(it => it.call(images)).Should().Throw<InvalidOperationException>()
            .WithMessage("script*.pt failed on Float32 [2,3,4,4] on cpu:*");
        using TorchScriptNetwork none = TorchScriptNetwork.Load(Script("x: Tensor) -> Optional[Tensor]:\n    return None"));
        none.Invoking(it => it.call(images)).Should().Throw<InvalidOperationException>().WithMessage("*returns a None, not one tensor*");
    }

    [SkippableFact]
    public void Dispose_of_a_used_script_with_weights_leaves_nothing()
    {
        string path = PretrainedResNet.PathOf("resnet20.torchscript.pt");
        using Tensor images = zeros(1, 3, 32, 32);
        LiveTensors.ShouldNotChange(() =>
        {
            using ModuleClassifier classifier = TorchScript.LoadClassifier(path, 10);
            using IDisposable inference = inference_mode();
            classifier.Classify(images).Dispose();
        });
    }

    [Fact]
    public void Call_after_Dispose_is_an_exception()
    {
        TorchScriptNetwork network = TorchScriptNetwork.Load(Script("x: Tensor) -> Tensor:\n    return x"));
        network.Dispose();
        network.Dispose();
        using Tensor images = zeros(1, 3, 4, 4);
        network.Invoking(it => it.call(images)).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Load_files_that_are_no_scripts_say_what_they_are()
    {
        string old = Path.Combine(_folder.FullName, "old.th");
        File.WriteAllBytes(old, [0x80, 2, 0x8a, 10]);
        Load(old).Should().Throw<CheckpointException>().WithMessage("*old.th*");
        Load(Zip("weights.pt", "archive/data.pkl")).Should().Throw<CheckpointException>()
            .WithMessage("*weights.pt*torch.save*StateDict.Load*");
        Load(Zip("exported.pt2", "exported/archive_format")).Should().Throw<CheckpointException>()
            .WithMessage("*exported.pt2*torch.export*");
        Load(Zip("other.zip", "readme.txt")).Should().Throw<CheckpointException>().WithMessage("*other.zip*zip archive*");
        Load(Zip("damaged.pt", "archive/constants.pkl")).Should().Throw<CheckpointException>().WithMessage("*damaged.pt*no data.pkl*");
        Load(Path.Combine(_folder.FullName, "absent.pt")).Should().Throw<FileNotFoundException>();
    }

    private static Action Load(string path) => () => TorchScript.LoadClassifier(path, 10).Dispose();

    private string Script(string forward) =>
        TorchScriptFile.Save(Path.Combine(_folder.FullName, $"script{_folder.GetFiles().Length}.pt"), forward);

    private string Zip(string name, string entry)
    {
        string path = Path.Combine(_folder.FullName, name);
        using ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Create);
        using Stream content = zip.CreateEntry(entry).Open();
        content.Write("pt2"u8);
        return path;
    }
}
