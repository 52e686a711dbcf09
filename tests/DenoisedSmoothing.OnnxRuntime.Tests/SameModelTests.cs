using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Networks;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Votes;
using TorchSharp;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace DenoisedSmoothing.OnnxRuntime.Tests;

/// <summary>
/// One real CIFAR-10 ResNet-20 (akamaster/pytorch_resnet_cifar10), as checkpoint, safetensors, TorchScript and ONNX: the same function, up
/// to rounding.
/// The expected logits were computed by PyTorch. TorchScript and ONNX files normalise by themselves; the weights alone do not.
/// </summary>
public sealed class SameModelTests(ITestOutputHelper output)
{
    [SkippableTheory]
    [InlineData("safetensors")]
    [InlineData("torch.save")]
    [InlineData("torchscript")]
    [InlineData("onnx")]
    public void Logits_of_each_format_are_the_expected_ones(string format)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        using SafetensorsFile golden = SafetensorsFile.Open(PretrainedResNet.PathOf("expected.safetensors"));
        Tensor expected = golden.Read(golden.Entries.Single().Name);
        Tensor images = SyntheticWeights.Input(PretrainedResNet.InputTag, [8, 3, 32, 32], -2, 2);
        using IDisposable model = Load(format, out IClassifier classifier);
        Tensor logits = classifier.Classify(images);
        Parity.RelativeError(logits, expected).Should().BeLessThan(1e-4);
        logits.argmax(1).data<long>().ToArray().Should().Equal(expected.argmax(1).data<long>().ToArray());
    }

    [SkippableFact]
    public void Votes_on_noisy_images_hardly_differ_between_formats()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        const int batch = 100, batches = 8;
        string[] formats = ["safetensors", "torch.save", "torchscript", "onnx"];
        List<IDisposable> models = [];
        IClassifier[] classifiers =
            [.. formats.Select(format => { models.Add(Load(format, out IClassifier classifier)); return classifier; })];
        int[] differing = new int[formats.Length];
        HashSet<long> classes = [];
        for (int round = 0; round < batches; round++)
        {
            using DisposeScope one = NewDisposeScope();
            // Blobs of colour: the network takes them for a variety of things.
            Tensor images = ModuleClassifier.Resize(SyntheticWeights.Input((uint)(100 + round), [batch, 3, 4, 4], 0, 1), 32, 32)
                .clamp(0, 1);
            float[] noise = new float[images.numel()];
            GaussianNoise.Fill(1, new NoiseCoordinate(0, round, VotePhase.Estimation, 0), noise);
            Tensor noisy = images + 0.25f * tensor(noise, images.shape);
            long[][] votes = [.. classifiers.Select(classifier => classifier.Classify(noisy).argmax(1).data<long>().ToArray())];
            classes.UnionWith(votes[0]);
            for (int i = 0; i < formats.Length; i++)
                differing[i] += votes[i].Zip(votes[0]).Count(pair => pair.First != pair.Second);
        }

        models.ForEach(model => model.Dispose());
        output.WriteLine(
            $"Of {batch * batches} votes, other than safetensors': {string.Join(", ", formats.Zip(differing).Skip(1))}; {classes.Count} "
            + $"classes got votes.");
        classes.Should().HaveCountGreaterThan(5);
        differing.Should().OnlyContain(count => count <= 2, "rounding flips near ties only");
    }

    [SkippableFact]
    public void Onnx_and_TorchScript_give_the_same_bits_at_every_call_and_thread_count()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Tensor images = SyntheticWeights.Input(3, [16, 3, 32, 32], 0, 1);
        foreach (string format in new[] { "onnx", "torchscript" })
        {
            using IDisposable model = Load(format, out IClassifier classifier);
            float[] first = classifier.Classify(images).data<float>().ToArray();
            for (int call = 0; call < 4; call++)
                classifier.Classify(images).data<float>().ToArray().Should().Equal(first, format);
        }

        string path = PretrainedResNet.PathOf("resnet20.onnx");
        float[][] logits = [.. new[] { 1, 2, 3 }.Select(threads =>
        {
            using OnnxClassifier classifier = OnnxClassifier.Load(path, options: new OnnxOptions { Threads = threads });
            return classifier.Classify(images).data<float>().ToArray();
        })];
        logits[1].Should().Equal(logits[0]);
        logits[2].Should().Equal(logits[0]);
    }

    [SkippableTheory]
    [InlineData("onnx")]
    [InlineData("torchscript")]
    public void A_rows_logits_do_not_depend_on_its_place_in_the_batch(string format)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        using IDisposable model = Load(format, out IClassifier classifier);
        Tensor images = SyntheticWeights.Input(4, [13, 3, 32, 32], 0, 1);
        Tensor logits = classifier.Classify(images), turned = classifier.Classify(images.roll(5, 0).contiguous()).roll(-5, 0);
        turned.data<float>().ToArray().Should().Equal(logits.data<float>().ToArray());
    }

    private static IDisposable Load(string format, out IClassifier classifier)
    {
        switch (format)
        {
            case "onnx":
                OnnxClassifier onnx = OnnxClassifier.Load(PretrainedResNet.PathOf("resnet20.onnx"));
                classifier = onnx;
                return onnx;
            case "torchscript":
                ModuleClassifier script = TorchScript.LoadClassifier(PretrainedResNet.PathOf("resnet20.torchscript.pt"), 10);
                classifier = script;
                return script;
            default:
                CifarResNet network = new(20, 10, ResNetShortcut.Pad);
                using (Checkpoint file =
                    Checkpoint.Open(PretrainedResNet.PathOf(format == "torch.save" ? "resnet20-12fca82f.th" : "resnet20.safetensors")))
                    StateDict.Load(network, file);
                ModuleClassifier module = new(network, 10, Normalization.ImageNet, disposeNetwork: true);
                classifier = module;
                return module;
        }
    }
}
