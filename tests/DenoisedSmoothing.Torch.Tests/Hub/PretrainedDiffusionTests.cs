using System.Text.Json;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Hub;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Hub;

/// <summary>Folders of diffusers, against what diffusers itself makes of them (diffusers.*).</summary>
public sealed class PretrainedDiffusionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Settings and weights as diffusers and torch.save wrote them.</summary>
    [Fact]
    public void Open_a_pipeline_with_a_bin_file_denoises_as_diffusers_does()
    {
        using DisposeScope scope = NewDisposeScope();
        using PretrainedDiffusion opened = PretrainedDiffusion.Open(Golden.PathOf("diffusers/tiny"));
        (opened.Name, opened.SampleSize).Should().Be(("UNet2DModel with DDPMScheduler", (8, 8)));
        using IDisposable inference = inference_mode();
        Tensor x = DiffusersGolden.Input("tiny");
        DiffusersGolden.RelativeError("tiny", opened.Network.call(x, tensor(new[] { 3.25f, 731f }))).Should().BeLessThan(1e-5);
        ShouldDenoise(opened.Denoiser, x, opened.Diffusion!, 300, "tiny_denoised");
    }

    [Theory]
    [InlineData("epsilon")]
    [InlineData("sample")]
    [InlineData("v_prediction")]
    public void Denoise_of_each_parametrisation_equals_the_scheduler(string predicts)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        DiffusersGolden.WritePipeline(_folder, new { _class_name = "DDPMScheduler", prediction_type = predicts });
        using PretrainedDiffusion opened = PretrainedDiffusion.Open(_folder);
        JsonElement told = DiffusersGolden.Told($"denoised_{predicts}");
        opened.Diffusion!.Schedule.AlphaBar(told.GetProperty("timestep").GetInt32())
            .Should().BeApproximately(told.GetProperty("alpha_bar").GetDouble(), 1e-6);
        ShouldDenoise(opened.Denoiser, Noisy(), opened.Diffusion, told.GetProperty("timestep").GetInt32(), $"denoised_{predicts}");
    }

    [Fact]
    public void Denoise_under_an_EDM_scheduler_equals_its_preconditioning()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        DiffusersGolden.WritePipeline(_folder, new { _class_name = "EDMEulerScheduler", sigma_data = 0.6 });
        using PretrainedDiffusion opened = PretrainedDiffusion.Open(_folder);
        opened.Diffusion.Should().BeNull();
        DiffusersGolden.RelativeError("denoised_edm", opened.Predictor.PredictX0(Noisy(), 0.7)).Should().BeLessThan(1e-5);
        Tensor denoised = opened.Denoiser.Denoise((Noisy() + 1) / 2, new NoiseContext(0.35)) * 2 - 1;
        Parity.RelativeError(denoised, opened.Predictor.PredictX0(Noisy(), 0.7).clamp(-1, 1)).Should().BeLessThan(1e-5);
        PartInfo.Of(opened.Denoiser).LargestSigma.Should().Be(40);
    }

    /// <summary>Names and output of diffusers v0.13.1, before attention's were changed.</summary>
    [Fact]
    public void Open_reads_the_old_names_of_attention()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        DiffusersGolden.WritePipeline(_folder, new { _class_name = "PNDMScheduler" });
        Dictionary<string, Tensor> old = DiffusersGolden.Weights("diffusers_old_names.keys.tsv");
        old.Keys.Should().Contain("mid_block.attentions.0.proj_attn.weight");
        SafetensorsWriter.Write(Path.Combine(_folder, "unet", "diffusion_pytorch_model.safetensors"), old, null);
        using PretrainedDiffusion opened = PretrainedDiffusion.Open(_folder);
        Tensor output = opened.Network.call(SyntheticWeights.Input(3000100, [2, 3, 16, 16]), tensor(new[] { 3.25f, 731f }));
        DiffusersGolden.RelativeError("old_names", output).Should().BeLessThan(1e-5);
    }

    /// <summary>All files in one folder, as google/ddpm-cifar10-32 has them; and the U-Net's folder with the scheduler beside it.</summary>
    [Fact]
    public void Open_finds_the_files_wherever_diffusers_puts_them()
    {
        DiffusersGolden.WritePipeline(_folder, new { _class_name = "DDPMScheduler" });
        string flat = Directory.CreateDirectory(Path.Combine(_folder, "flat")).FullName;
        foreach (string file in new[] { "model_index.json", "unet/config.json", "unet/diffusion_pytorch_model.safetensors",
            "scheduler/scheduler_config.json" })
            File.Copy(Path.Combine(_folder, file), Path.Combine(flat, Path.GetFileName(file)));
        string[] names =
        [
            .. new[] { _folder, flat, Path.Combine(_folder, "unet") }.Select(folder =>
            {
                PretrainedDiffusion.IsFolder(folder).Should().BeTrue();
                using PretrainedDiffusion opened = PretrainedDiffusion.Open(folder);
                return PartInfo.Of(opened.Denoiser).Fingerprint;
            }),
        ];
        names.Distinct().Should().ContainSingle().Which.Should().Contain("UNet2DModel(").And.Contain("schedule T=1000");
        PretrainedDiffusion.IsFolder(Path.Combine(_folder, "scheduler")).Should().BeFalse();
    }

    [Fact]
    public void Open_and_Dispose_leave_nothing()
    {
        DiffusersGolden.WritePipeline(_folder, new { _class_name = "DDPMScheduler" });
        LiveTensors.ShouldNotChange(() => PretrainedDiffusion.Open(_folder).Dispose());
        File.WriteAllText(Path.Combine(_folder, "scheduler", "scheduler_config.json"), """{"_class_name":"ScoreSdeVeScheduler"}""");
        LiveTensors.ShouldNotChange(() =>
            FluentActions.Invoking(() => PretrainedDiffusion.Open(_folder)).Should().Throw<CheckpointException>());
    }

    private static Tensor Noisy() => SyntheticWeights.Input(3000200, [2, 3, 16, 16]) * 1.5;

    /// <summary>At the sigma of a timestep the denoiser computes what the reference's scheduler calls pred_original_sample.</summary>
    private static void ShouldDenoise(IDenoiser denoiser, Tensor x, DiffusionModel model, int timestep, string golden)
    {
        double bar = model.Schedule.AlphaBar(timestep), sigma = Math.Sqrt((1 - bar) / bar) / 2 * (1 - 1e-12);
        model.TimestepFor(sigma).Should().Be(timestep);
        Tensor denoised = denoiser.Denoise((x + 1) / 2, new NoiseContext(sigma)) * 2 - 1;
        DiffusersGolden.RelativeError(golden, denoised).Should().BeLessThan(1e-5);
    }
}
