using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Hub;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Hub;

/// <summary>What is no denoiser of pixels, or is damaged, is said before anything is built.</summary>
public sealed class PretrainedDiffusionRefusalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public PretrainedDiffusionRefusalTests() => DiffusersGolden.WritePipeline(_folder, new { _class_name = "DDPMScheduler" });

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("""{"_class_name":"LDMPipeline","vqvae":["diffusers","VQModel"],"unet":["diffusers","UNet2DModel"]}""",
        "*vqvae: VQModel*pixels*")]
    [InlineData("""{"_class_name":"StableDiffusionPipeline","vae":["diffusers","AutoencoderKL"],"text_encoder":["transformers","CLIP"]}""",
        "*vae: AutoencoderKL*noise is in the pixels*")]
    [InlineData("""{"_class_name":"IFPipeline","text_encoder":["transformers","T5EncoderModel"],"unet":["x","UNet2DConditionModel"]}""",
        "*told what to paint*T5EncoderModel*")]
    [InlineData("""{"_class_name":"Odd","unet":["diffusers","UNet2DConditionModel"]}""", "*UNet2DConditionModel*told what to paint*")]
    [InlineData("""{"_class_name":"DiTPipeline","transformer":["diffusers","DiTTransformer2DModel"]}""", "*DiTPipeline*no 'unet'*")]
    [InlineData("""{"_class_name":"DDPMPipeline","unet":["diffusers","UNet1DModel"]}""", "*UNet1DModel*UNet2DModel*")]
    [InlineData("[]", "*JSON object*")]
    [InlineData("""{"_class_name":""", "*JSON object*")]
    [InlineData("<!DOCTYPE html><html></html>", "*JSON object*web page*")]
    public void Open_a_pipeline_that_cannot_denoise_pixels_says_why(string index, string message)
    {
        File.WriteAllText(Path.Combine(_folder, "model_index.json"), index);
        ShouldRefuse(message);
    }

    [Theory]
    [InlineData("""{"down_block_types":["SkipDownBlock2D"]}""", "*'SkipDownBlock2D'*AttnDownBlock2D*")]
    [InlineData("""{"_class_name":"UNet2DModel","num_class_embeds":10}""", "*class*classifier*unconditional*")]
    [InlineData("""{"_class_name":"UNet2DModel","class_embed_type":"timestep"}""", "*class*")]
    [InlineData("""{"_class_name":"UNet2DModel","act_fn":"mish"}""", "*'act_fn' is 'mish'*silu*")]
    [InlineData("""{"_class_name":"UNet2DModel","time_embedding_type":"learned"}""", "*'time_embedding_type' is 'learned'*")]
    [InlineData("""{"_class_name":"UNet2DModel","resnet_time_scale_shift":"spatial"}""", "*'spatial'*")]
    [InlineData("""{"_class_name":"UNet2DModel","time_embedding_dim":7}""", "*time_embedding_dim*")]
    [InlineData("""{"_class_name":"UNet2DModel","gated":true}""", "*'gated' is not one that UNet2DModel*")]
    [InlineData("""{"_class_name":"UNet2DModel","norm_num_groups":5}""", "*5 groups*")]
    [InlineData("""{"_class_name":"UNet2DModel","norm_num_groups":null}""", "*'norm_num_groups'*whole number*")]
    [InlineData("""{"_class_name":"UNet2DModel","block_out_channels":[1000000000,1,1,1],"norm_num_groups":1}""", "*")]
    [InlineData("""{"_class_name":"UNet2DModel","out_channels":4}""", "*4 channels of 3*")]
    [InlineData("""{"_class_name":"UNet2DConditionModel"}""", "*told what to paint*")]
    [InlineData("""{"sample_size":32}""", "*not a configuration of a UNet2DModel*")]
    [InlineData("""{"_class_name":"UNet2DModel","in_channels":1,"in_channels":3}""", "*JSON object*")]
    [InlineData("""{"_class_name":"UNet2DModel"}""", "*'conv_in.weight'*[32, 3, 3, 3]*config.json*[224, 3, 3, 3]*")]
    public void Open_a_network_that_is_not_built_here_says_which_setting(string config, string message)
    {
        File.WriteAllText(Path.Combine(_folder, "unet", "config.json"), config);
        ShouldRefuse(message);
    }

    [Fact]
    public void Open_without_a_part_says_which()
    {
        Delete("unet/diffusion_pytorch_model.safetensors");
        ShouldRefuse("*no weights*diffusion_pytorch_model.safetensors*");
        Delete("scheduler/scheduler_config.json");
        ShouldRefuse("*scheduler_config.json*schedule*");
        Delete("unet/config.json");
        ShouldRefuse("*config.json*no such file*");
        FluentActions.Invoking(() => PretrainedDiffusion.Open(Path.Combine(_folder, "missing")))
            .Should().Throw<DirectoryNotFoundException>().WithMessage("*missing*");
        FluentActions.Invoking(() => PretrainedDiffusion.Open(Path.Combine(_folder, "model_index.json")))
            .Should().Throw<CheckpointException>().WithMessage("*it is a file*folder*");
    }

    [Fact]
    public void Open_with_weights_of_another_network_names_what_is_missing()
    {
        using var scope = NewDisposeScope();
        string path = Path.Combine(_folder, "unet", "diffusion_pytorch_model.safetensors");
        SafetensorsWriter.Write(path,
            new Dictionary<string, Tensor> { ["conv_in.weight"] = zeros(32, 3, 3, 3), ["other"] = zeros(1) }, null);
        ShouldRefuse("*missing*");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..100]);
        ShouldRefuse("*");
    }

    [Fact]
    public void Open_with_several_weights_says_what_to_do_and_takes_the_only_one()
    {
        string folder = Path.Combine(_folder, "unet"), whole = Path.Combine(folder, "diffusion_pytorch_model.safetensors");
        string half = Path.Combine(folder, "diffusion_pytorch_model.fp16.safetensors");
        File.Move(whole, half);
        PretrainedDiffusion.Open(_folder).Dispose();
        File.Copy(half, Path.Combine(folder, "diffusion_pytorch_model.non_ema.safetensors"));
        ShouldRefuse("*several weights*fp16*non_ema*Rename*");
    }

    private void Delete(string file) => File.Delete(Path.Combine(_folder, file));

    private void ShouldRefuse(string message) =>
        FluentActions.Invoking(() => PretrainedDiffusion.Open(_folder)).Should().Throw<CheckpointException>().WithMessage(message);
}
