using System.Text.Json;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Hub;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Presets;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Hub;

/// <summary>Networks with their preconditioning, against NVlabs/edm itself (edm.*).</summary>
public sealed class PretrainedEdmTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData("ddpmpp", null)]
    [InlineData("ncsnpp", null)]
    [InlineData("ddpmpp_labels", null)]
    [InlineData("adm", null)]
    [InlineData("adm_labels", null)]
    [InlineData("vp", SdePreconditioning.VariancePreserving)]
    [InlineData("ve", SdePreconditioning.VarianceExploding)]
    public void PredictX0_equals_the_reference(string name, SdePreconditioning? baseline)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        EdmGolden.Write(name, _path);
        using PretrainedEdm opened = PretrainedEdm.Open(_path, baseline);
        JsonElement told = EdmGolden.Told(name);
        Tensor golden = EdmGolden.Output(name);
        double[] levels = [.. told.GetProperty("levels").EnumerateArray().Select(level => level.GetDouble())];
        for (int i = 0; i < levels.Length; i++)
        {
            Tensor x = Noisy(told, i, levels[i]), answer = opened.Model.PredictX0(x, levels[i]);
            Parity.RelativeError(answer, golden.narrow(0, i, 1)).Should().BeLessThan(1e-5);
            Tensor denoised = opened.Denoiser.Denoise((x + 1) / 2, new NoiseContext(levels[i] / 2));
            Parity.RelativeError(denoised, (answer.clamp(-1, 1) + 1) / 2).Should().BeLessThan(1e-5);
        }

        LiveTensors.ShouldNotChange(() =>
        {
            using Tensor x = Images.Random(1, 2, 3, 16, 16);
            opened.Model.PredictX0(x, 1).Dispose();
        });
    }

    [Theory]
    [InlineData("cifar10_ddpmpp")]
    [InlineData("cifar10_ncsnpp")]
    public void Cifar10_has_the_names_and_the_size_of_the_release(string name)
    {
        EdmUNetOptions known = name == "cifar10_ddpmpp" ? EdmUNetOptions.Cifar10DdpmPlusPlus : EdmUNetOptions.Cifar10NcsnPlusPlus;
        EdmShape.Of(EdmGolden.Entries(name)).Should().BeEquivalentTo(known);
        using EdmUNet network = new(known);
        Parity.Keys(network).Select(key => "model." + key).Should().BeEquivalentTo(Parity.GoldenKeys($"edm_{name}.keys.tsv"));
        network.parameters().Sum(parameter => parameter.numel()).Should().Be(EdmGolden.Told(name).GetProperty("parameters").GetInt64());
    }

    [Theory]
    [InlineData("cifar10_ddpmpp", "edm-cifar10-ddpmpp")]
    [InlineData("cifar10_ncsnpp", "edm-cifar10-ncsnpp")]
    [Trait("Category", "Slow")]
    public void Conditioned_of_the_releases_size_equals_the_reference(string name, string catalog)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        EdmGolden.Write(name, _path);
        CatalogDenoiser known = NetworkCatalog.Denoisers[catalog];
        using SigmaConditionedModel model = known.Conditioned(known.Load(_path), disposeNetwork: true);
        Parity.RelativeError(model.PredictX0(SyntheticWeights.Input(4000900, [1, 3, 32, 32]) * 2, 1), EdmGolden.Output(name))
            .Should().BeLessThan(1e-5);
    }

    [Fact]
    public void Open_and_Dispose_leave_nothing_and_name_the_function()
    {
        EdmGolden.Write("ve", _path);
        string[] names =
        [
            .. Enum.GetValues<SdePreconditioning>().Cast<SdePreconditioning?>().Prepend(null).Select(kind =>
            {
                using PretrainedEdm opened = PretrainedEdm.Open(_path, kind);
                PartInfo.Of(opened.Denoiser).LargestSigma.Should().BeGreaterThan(30);
                return PartInfo.Of(opened.Denoiser).Fingerprint;
            }),
        ];
        names.Should().OnlyHaveUniqueItems();
        LiveTensors.ShouldNotChange(() => PretrainedEdm.Open(_path).Dispose());
    }

    [Fact]
    public void Open_other_weights_says_what_to_save()
    {
        using DisposeScope scope = NewDisposeScope();
        ShouldRefuse(new() { ["conv_in.weight"] = zeros(1) }, "*SongUNet*state_dict*");
        ShouldRefuse(new() { ["enc.16x16_conv.weight"] = zeros(8, 3, 3, 3) }, "*enc.16x16_block0.conv1.weight*missing*");
        ShouldRefuse(new() { ["enc.16x16_conv.weight"] = zeros(8, 3, 3, 3), ["enc.8x8_aux_skip.weight"] = zeros(8, 3, 1, 1) },
            "*aux_skip*'skip'*not built*");
        Dictionary<string, Tensor> weights = EdmGolden.Weights("ddpmpp");
        weights.Remove("model.dec.16x16_aux_conv.bias");
        ShouldRefuse(weights, "*dec.16x16_aux_conv.bias*");
        // A width that the file has not.
        weights["model.enc.16x16_block0.conv1.weight"] = zeros(9000, 1, 3, 3);
        ShouldRefuse(weights, "*enc.16x16_block0.conv1.weight*9000*");
    }

    [Fact]
    public void Construct_what_cannot_be_is_refused()
    {
        EdmUNetOptions small = new() { Resolution = 16, Widths = [16, 16] };
        foreach (EdmUNetOptions bad in new[]
            {
                small with { Resolution = 15 }, small with { Widths = [] }, small with { Blocks = 0 }, small with { FilterTaps = 3 },
                small with { Architecture = EdmArchitecture.Dhariwal, Fourier = true }, small with { Widths = [16, 130] },
                small with { Architecture = (EdmArchitecture)5 },
            })
            FluentActions.Invoking(() => new EdmUNet(bad)).Should().Throw<ArgumentException>(bad.ToString());
        FluentActions.Invoking(() => new SdePreconditionedNetwork(new FakeNetwork((x, _) => x), (SdePreconditioning)5))
            .Should().Throw<ArgumentOutOfRangeException>();
    }

    private static Tensor Noisy(JsonElement told, int i, double level) =>
        SyntheticWeights.Input(told.GetProperty("input_tag").GetUInt32() + 100 * (uint)i, [1, 3, 16, 16]) * (1 + level);

    private void ShouldRefuse(Dictionary<string, Tensor> weights, string message)
    {
        SafetensorsWriter.Write(_path, weights, null);
        FluentActions.Invoking(() => PretrainedEdm.Open(_path)).Should().Throw<CheckpointException>().WithMessage(message);
    }
}
