using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Presets;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Presets;

/// <summary>The published pairs from files with the goldens' synthetic weights, under the names that the releases use.</summary>
public sealed class PretrainedPairsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("presets").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("1.")]
    [InlineData("1.module.")]
    [InlineData("module.")]
    [InlineData("")]
    public void CohenCifar10_loads_the_releases_names_and_certifies(string prefix)
    {
        using CifarResNet network = new(110, 10, ResNetShortcut.Convolution);
        SyntheticWeights.Fill(network);
        string path = Write(network, "cohen.safetensors", prefix);
        using PretrainedPair pair = PretrainedPairs.CohenCifar10(path);
        pair.Denoiser.Should().BeOfType<IdentityDenoiser>();
        pair.Diffusion.Should().BeNull();
        pair.Fingerprint.Should().Contain(StateDict.Fingerprint(network)[..16]);

        using Tensor image = rand(3, 32, 32), prepared = pair.Preprocess.Apply(image);
        using (no_grad())
        using (NewDisposeScope())
        {
            // Normalised with Cohen et al.'s constants, inside.
            network.eval();
            Tensor normalised = (image.unsqueeze(0) - tensor([.4914f, .4822f, .4465f])
                .reshape(1, 3, 1, 1)) / tensor([.2023f, .1994f, .2010f]).reshape(1, 3, 1, 1);
            Parity.RelativeError(pair.Classifier.Classify(prepared.unsqueeze(0)), network.call(normalised)).Should().BeLessThan(1e-6);
        }

        Certificate certificate = pair.Smooth(0.25, new CohenCertifier(n0: 8, n: 20), new SmoothingOptions { Batch = 4 }).Certify(prepared);
        certificate.Provenance!.BaseClassifier.Should().Be(pair.Fingerprint);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    public void SalmanCifar10_tells_the_denoisers_apart(int width)
    {
        using DnCnn denoiser = new(width: width);
        using CifarResNet classifier = new(110, 10, ResNetShortcut.Convolution);
        using PretrainedPair pair = PretrainedPairs.SalmanCifar10(Write(denoiser, "denoiser.safetensors", "module."),
            Write(classifier, "classifier.safetensors", "1."));
        using DisposeScope scope = NewDisposeScope();
        Tensor noisy = rand(2, 3, 32, 32);
        pair.Denoiser.Denoise(noisy, new NoiseContext(0.25)).shape.Should().Equal(noisy.shape);
    }

    [Fact]
    public void SalmanCifar10_loads_MemNet()
    {
        using MemNet denoiser = new();
        using CifarResNet classifier = new(110, 10, ResNetShortcut.Convolution);
        using PretrainedPair pair = PretrainedPairs.SalmanCifar10(Write(denoiser, "denoiser.safetensors", ""),
            Write(classifier, "classifier.safetensors", ""));
        pair.Fingerprint.Should().Contain(nameof(MemNet));
    }

    [Fact]
    public void CohenCifar10_with_another_networks_file_says_so_and_frees_what_it_made()
    {
        using DnCnn other = new();
        string path = Write(other, "other.safetensors", "");
        Action act = () => PretrainedPairs.CohenCifar10(path);
        act.Should().Throw<CheckpointException>().WithMessage("*DnCNN*");
        LiveTensors.ShouldNotChange(() => act.Should().Throw<CheckpointException>());
    }

    [Fact]
    public void Dispose_of_a_pair_leaves_nothing()
    {
        string denoiserPath, classifierPath;
        using (DnCnn denoiser = new())
            denoiserPath = Write(denoiser, "denoiser.safetensors", "module.");
        using (CifarResNet classifier = new(110, 10, ResNetShortcut.Convolution))
            classifierPath = Write(classifier, "classifier.safetensors", "1.");
        using Tensor image = rand(1, 3, 32, 32);
        LiveTensors.ShouldNotChange(() =>
        {
            using PretrainedPair pair = PretrainedPairs.SalmanCifar10(denoiserPath, classifierPath);
            using IDisposable inference = inference_mode();
            pair.BaseClassifier.Score(image, new NoiseContext(0.25)).Dispose();
        });
    }

    [Fact]
    public void Score_of_images_of_another_shape_speaks_of_images()
    {
        string path;
        using (CifarResNet classifier = new(110, 10, ResNetShortcut.Convolution))
            path = Write(classifier, "classifier.safetensors", "1.");
        using PretrainedPair pair = PretrainedPairs.CohenCifar10(path);
        using Tensor images = zeros(1, 3, 64, 64);
        pair.Classifier.Invoking(it => it.Classify(images)).Should().Throw<ArgumentException>()
            .WithMessage("This classifier takes colour 32x32 images; yours are 3x64x64. Resize or crop them to 32x32 before the noise.*");
    }

    [Fact]
    public void Cifar10_missing_file_names_it()
    {
        Action act = () => PretrainedPairs.Cifar10(Path.Combine(_folder, "absent.pt"), Path.Combine(_folder, "absent too.pt"));
        act.Should().Throw<Exception>().WithMessage("*absent.pt*");
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void Cifar10_paper_pair_from_files_certifies()
    {
        string diffusionPath, vitPath;
        using (DiffusionUNet unet = new(DiffusionUNetOptions.ImprovedDiffusionCifar10))
        using (VisionTransformer vit = new(VisionTransformerOptions.Base16Cifar10))
        {
            SyntheticWeights.Fill(unet);
            SyntheticWeights.Fill(vit);
            diffusionPath = Write(unet, "unet.safetensors", "");
            vitPath = Write(vit, "vit.safetensors", "");
        }

        using PretrainedPair pair = PretrainedPairs.Cifar10(diffusionPath, vitPath);
        ((OneShotDenoiser)pair.Denoiser).TimestepFor(0.5).Should().Be(1984, "t* of the reference's lookup (tests/Goldens/field/tstar.tsv)");
        pair.Diffusion!.TimestepFor(0.5).Should().Be(1984);
        using Tensor image = rand(3, 32, 32);
        Certificate certificate = pair.Smooth(0.5, new CohenCertifier(n0: 4, n: 16), new SmoothingOptions
        {
            Batch = 4,
            Seed = 1,
        }).Certify(image);
        certificate.N.Should().Be(16);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void ImageNet_paper_pair_from_files_scores_a_prepared_image()
    {
        string diffusionPath, beitPath;
        using (DiffusionUNet unet = new(DiffusionUNetOptions.GuidedDiffusionImageNet256))
        {
            SyntheticWeights.Fill(unet);
            diffusionPath = Write(unet, "unet.safetensors", "");
        }

        using (Beit beit = new(BeitOptions.Large16Size512))
        {
            SyntheticWeights.Fill(beit);
            beitPath = Write(beit, "beit.safetensors", "");
        }

        using PretrainedPair pair = PretrainedPairs.ImageNet(diffusionPath, beitPath);
        ((OneShotDenoiser)pair.Denoiser).TimestepFor(0.5).Should().Be(259, "t* of the reference's lookup (tests/Goldens/field/tstar.tsv)");
        pair.Diffusion!.TimestepFor(0.5).Should().Be(259);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Tensor prepared = pair.Preprocess.Apply(rand(3, 300, 400));
        prepared.shape.Should().Equal(3, 224, 224);
        Tensor scores = pair.BaseClassifier.Score(prepared.unsqueeze(0), new NoiseContext(0.5));
        scores.shape.Should().Equal(1, 1000);
        scores.isfinite().all().item<bool>().Should().BeTrue();
    }

    private string Write(nn.Module network, string name, string prefix)
    {
        string path = Path.Combine(_folder, name);
        SafetensorsWriter.Write(path, network.state_dict().Select(entry => KeyValuePair.Create(prefix + entry.Key, entry.Value)), null);
        return path;
    }
}
