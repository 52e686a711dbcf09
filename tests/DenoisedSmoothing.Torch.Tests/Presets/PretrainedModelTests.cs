using System.Text.Json;
using System.Text.Json.Nodes;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Presets;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Torch.Tests.Hub;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Presets;

/// <summary>Folders as a hub has them, with the logits of transformers' own models (networks_hub.py).</summary>
public sealed class PretrainedModelTests : IDisposable
{
    private const string Symmetric = """
        {"image_processor_type":"ViTImageProcessor","size":{"height":SIDE,"width":SIDE},"resample":2,"do_normalize":true,
         "image_mean":[0.5,0.5,0.5],"image_std":[0.5,0.5,0.5],"do_rescale":true,"rescale_factor":0.00392156862745098}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("hub").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("hf_vit")]
    [InlineData("hf_vit_grey")]
    [InlineData("hf_deit")]
    [InlineData("hf_deit_teacher")]
    [InlineData("hf_beit")]
    [InlineData("hf_beit_other")]
    [InlineData("hf_resnet")]
    [InlineData("hf_resnet_basic")]
    [InlineData("hf_resnet_early")]
    [InlineData("hf_convnext")]
    [InlineData("hf_convnextv2")]
    [InlineData("hf_swin")]
    public void Open_folder_gives_transformers_logits(string name)
    {
        using HubGolden golden = new(name);
        WriteFolder(golden);
        LiveTensors.ShouldNotChange(() =>
        {
            using PretrainedModel model = PretrainedModel.Open(_folder);
            using DisposeScope scope = NewDisposeScope();
            using IDisposable inference = inference_mode();
            // The reference saw pixels in [-1,1), which mean = std = .5 makes of [0,1).
            golden.RelativeError(model.Classify(golden.Input().div(2).add(0.5))).Should().BeLessThan(1e-5);
            model.ClassCount.Should().Be(5);
            model.ImageSize.Should().Be(golden.Side);
            model.Notes.Should().BeEmpty();
            model.Info.InputShape.Should().Be(new InputShape(golden.Channels));
        });
    }

    [Theory]
    [InlineData("pytorch_model.bin")]
    [InlineData("pytorch_model.bin.index.json", "pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin")]
    public void Open_folder_with_files_of_torch_save_is_the_same(params string[] files)
    {
        using HubGolden golden = new("hf_convnext");
        WriteFolder(golden);
        File.Delete(Path.Combine(_folder, "model.safetensors"));
        foreach (string file in files)
            File.Copy(Golden.PathOf(Path.Combine("hub", file)), Path.Combine(_folder, file));
        using PretrainedModel model = PretrainedModel.Open(_folder);
        using Tensor images = golden.Input(), symmetric = images.div(2).add(0.5), logits = model.Classify(symmetric);
        golden.RelativeError(logits).Should().BeLessThan(1e-5);
    }

    [Fact]
    public void Open_folder_with_safetensors_in_shards_is_the_same()
    {
        using HubGolden golden = new("hf_vit");
        WriteFolder(golden);
        File.Delete(Path.Combine(_folder, "model.safetensors"));
        using (NewDisposeScope())
        {
            Dictionary<string, Tensor> weights = golden.Weights();
            Dictionary<string, string> map = [];
            foreach ((int i, KeyValuePair<string, Tensor>[] part) in weights.Chunk(20).Index())
            {
                string shard = $"model-{i + 1}.safetensors";
                SafetensorsWriter.Write(Path.Combine(_folder, shard), part.ToDictionary(), null);
                foreach ((string name, _) in part)
                    map[name] = shard;
            }

            File.WriteAllText(Path.Combine(_folder, "model.safetensors.index.json"), JsonSerializer.Serialize(new { weight_map = map }));
        }

        using PretrainedModel model = PretrainedModel.Open(_folder);
        using Tensor images = golden.Input(), symmetric = images.div(2).add(0.5), logits = model.Classify(symmetric);
        golden.RelativeError(logits).Should().BeLessThan(1e-5);
        File.Delete(Path.Combine(_folder, "model-2.safetensors"));
        Refused().WithMessage("*1 of its * files are missing: 'model-2.safetensors'*");
    }

    [Fact]
    public void Open_folder_reads_labels_and_what_is_done_with_images()
    {
        using HubGolden golden = new("hf_vit");
        WriteFolder(golden);
        Set("preprocessor_config.json", """
            {"feature_extractor_type":"DeiTFeatureExtractor","size":40,"crop_size":32,"do_center_crop":true,"resample":3,
             "image_mean":[0.485,0.456,0.406],"image_std":[0.229,0.224,0.225]}
            """);
        using PretrainedModel model = PretrainedModel.Open(_folder);
        model.Name.Should().Be("vit");
        model.Labels.Should().Equal("class 0", "class 1", "class 2", "class 3", "class 4");
        model.Preprocess.ToString().Should().Be("resized to 40x40 (bicubic), middle 32x32, exactly 3x32x32");
        model.Normalization!.Mean.Should().Equal(.485f, .456f, .406f);
        // An image of another size is resized after the denoiser.
        using Tensor small = rand(2, 3, 16, 16), logits = model.Classify(small);
        logits.shape.Should().Equal(2, 5);
    }

    [Theory]
    [InlineData("""{"image_processor_type":"ConvNextImageProcessor","size":{"shortest_edge":32},"resample":3,"crop_pct":0.875}""",
        "shorter side resized to 36 (bicubic), middle 32x32, exactly 3x32x32")]
    [InlineData("""{"feature_extractor_type":"ConvNextFeatureExtractor","size":384,"resample":3,"crop_pct":0.875}""",
        "resized to 384x384 (bicubic), exactly 3x384x384")]
    [InlineData(
        """{"image_processor_type":"BitImageProcessor","size":{"shortest_edge":36},"crop_size":{"height":32,"width":32},"resample":2}""",
        "shorter side resized to 36 (bilinear), middle 32x32, exactly 3x32x32")]
    [InlineData("""{"image_processor_type":"ViTImageProcessorFast","do_resize":false}""", "as it is")]
    public void Open_folder_prepares_images_as_its_processor_does(string preprocessor, string steps)
    {
        using HubGolden golden = new("hf_convnext");
        WriteFolder(golden);
        Set("preprocessor_config.json", preprocessor);
        using PretrainedModel model = PretrainedModel.Open(_folder);
        model.Preprocess.ToString().Should().Be(steps);
    }

    [Theory]
    [InlineData("model_type", "\"efficientnet\"", "*model_type is 'efficientnet'; known here are vit, deit*torch.jit.save*")]
    [InlineData("model_type", "\"swin\"", "*a ViT's under Hugging Face's names, not those of the Swin that config.json speaks of*")]
    [InlineData("hidden_act", "\"quick_gelu\"", "*hidden_act is \"quick_gelu\", and only 'gelu' is known here*")]
    [InlineData("hidden_size", "64", "*hidden_size is 64, and the weights beside it say 32*")]
    [InlineData("num_attention_heads", "5", "*32 channels cannot be shared by 5 attention heads*")]
    [InlineData("num_attention_heads", "\"4\"", "*num_attention_heads must be a whole number; it is \"4\"*")]
    [InlineData("num_hidden_layers", "3", "*num_hidden_layers is 3, and the weights beside it say 2*")]
    [InlineData("layer_norm_eps", "-1", "*epsilon must be above 0*")]
    [InlineData("image_size", "[32, 40]", "*image_size must be one side of a square*")]
    [InlineData("qkv_bias", "false", "*qkv_bias is false, and the weights beside it say True*")]
    [InlineData("id2label", """{"0":"a","1":"b"}""", "*it names 2 classes, and the weights have 5*")]
    [InlineData("id2label", """{"0":"a","2":"b"}""", "*id2label must be an object with the numbers from 0*")]
    public void Open_folder_with_another_setting_is_refused(string key, string value, string message)
    {
        using HubGolden golden = new("hf_vit");
        WriteFolder(golden);
        JsonNode config = JsonNode.Parse(golden.Config)!;
        config[key] = JsonNode.Parse(value);
        Set("config.json", config.ToJsonString());
        Refused().WithMessage(message);
    }

    [Theory]
    [InlineData("hf_resnet", "hidden_act", "\"gelu\"", "*only 'relu' is known*")]
    [InlineData("hf_resnet", "layer_type", "\"basic\"", "*only 'bottleneck' is known*")]
    [InlineData("hf_convnext", "depths", "[1,1,1]", "*depths is [1,1,1], and the weights beside it say 1, 2, 1*")]
    [InlineData("hf_swin", "use_absolute_embeddings", "true", "*use_absolute_embeddings is true, and only false is known*")]
    [InlineData("hf_swin", "window_size", "7", "*window_size is 7, and the weights beside it say 4*")]
    [InlineData("hf_swin", "image_size", "64", "*brought to 56x56, and the network takes 64x64*")]
    [InlineData("hf_beit", "use_mean_pooling", "false", "*use_mean_pooling is false, and the weights beside it say True*")]
    public void Open_folder_of_another_family_with_another_setting_is_refused(string name, string key, string value, string message)
    {
        using HubGolden golden = new(name);
        WriteFolder(golden);
        JsonNode config = JsonNode.Parse(golden.Config)!;
        config[key] = JsonNode.Parse(value);
        Set("config.json", config.ToJsonString());
        Refused().WithMessage(message);
    }

    [Theory]
    [InlineData("""{"image_processor_type":"SegformerImageProcessor"}""", "*image_processor_type is \"SegformerImageProcessor\", and *")]
    [InlineData("""{"resample":1}""", "*resample is 1, and only 2 (bilinear) or 3 (bicubic)*")]
    [InlineData("""{"do_rescale":false}""", "*do_rescale is false*")]
    [InlineData("""{"rescale_factor":1}""", "*rescale_factor is 1, and only 1/255*")]
    [InlineData("""{"size":{"height":32,"width":40}}""", "*size must be a height and a width that are the same*")]
    [InlineData("""{"size":0}""", "*size must be a side of at least 1*")]
    [InlineData("""{"image_mean":[0.5]}""", "*image_mean must be one number for each of 3 channels*")]
    [InlineData("""{"size":32,"image_mean":[127,127,127],"image_std":[58,58,58]}""", "*Pixels are in *")]
    [InlineData("""{"size":32,"resample":2,"image_mean":[0.5,0.5,0.5]}""", "*image_std must be present if image_processor_type is not*")]
    [InlineData("[1]", "*it is not a JSON object*")]
    [InlineData("<html>", "*it is a web page*")]
    public void Open_folder_with_another_preprocessing_is_refused(string preprocessor, string message)
    {
        using HubGolden golden = new("hf_vit");
        WriteFolder(golden);
        Set("preprocessor_config.json", preprocessor);
        Refused().WithMessage(message);
    }

    [Theory]
    [InlineData("config.json", "*config.json is missing, which says what the model is*hf download*")]
    [InlineData("preprocessor_config.json", "*preprocessor_config.json is missing, which says what is done with images*")]
    [InlineData("model.safetensors", "*it has no weights, neither model.safetensors nor pytorch_model.bin*")]
    public void Open_folder_without_a_file_says_which(string missing, string message)
    {
        using HubGolden golden = new("hf_vit");
        WriteFolder(golden);
        File.Delete(Path.Combine(_folder, missing));
        Refused().WithMessage(message);
    }

    [Fact]
    public void Open_folder_with_damaged_weights_is_refused()
    {
        using HubGolden golden = new("hf_vit");
        WriteFolder(golden);
        string path = Path.Combine(_folder, "model.safetensors");
        byte[] whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, whole[..(whole.Length / 2)]);
        Refused().WithMessage("*model.safetensors*");
        File.WriteAllText(path, "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
        Refused().WithMessage("*Git LFS*");
    }

    [Fact]
    public void Open_folder_without_a_head_says_so()
    {
        using HubGolden golden = new("hf_vit");
        WriteFolder(golden);
        using (NewDisposeScope())
        {
            SafetensorsWriter.Write(Path.Combine(_folder, "model.safetensors"),
                golden.Weights().Where(entry => !entry.Key.StartsWith("classifier", StringComparison.Ordinal)).ToDictionary(), null);
        }

        Refused().WithMessage("*it has no classification head*ForImageClassification*");
    }

    [Fact]
    public void Open_timm_folder_reads_its_own_settings()
    {
        using HubGolden golden = new("timm_deit_distilled");
        golden.Write(Path.Combine(_folder, "model.safetensors"));
        Set("config.json", Timm("deit_tiny_distilled_patch16_224"));
        using (PretrainedModel model = PretrainedModel.Open(_folder))
        {
            using Tensor images = golden.Input(), symmetric = images.div(2).add(0.5), logits = model.Classify(symmetric);
            golden.RelativeError(logits).Should().BeLessThan(1e-5);
            model.Preprocess.ToString().Should().Be("shorter side resized to 35 (bicubic), middle 32x32, exactly 3x32x32");
        }

        Set("config.json", Timm("resnet50"));
        Refused().WithMessage("*not those of the resnet50*");
        Set("config.json", Timm("efficientnet_b0"));
        Refused().WithMessage("*architecture is 'efficientnet_b0'; known here are resnet18*");
        Set("config.json", Timm("deit_tiny_distilled_patch16_224").Replace("\"token\"", "\"avg\"", StringComparison.Ordinal));
        Refused().WithMessage("*global_pool is \"avg\", and only 'token'*");
        Set("config.json", Timm("deit_tiny_distilled_patch16_224").Replace("bicubic", "lanczos", StringComparison.Ordinal));
        Refused().WithMessage("*interpolation is \"lanczos\"*");
    }

    [Theory]
    [InlineData("1.module.")]
    [InlineData("module.")]
    [InlineData("")]
    public void Open_bare_weights_says_what_it_took_by_convention(string prefix)
    {
        using HubGolden golden = new("tv_resnet_basic");
        string path = Path.Combine(_folder, "checkpoint.safetensors");
        using (NewDisposeScope())
            SafetensorsWriter.Write(path, golden.Weights().ToDictionary(entry => prefix + entry.Key, entry => entry.Value), null);
        using PretrainedModel model = PretrainedModel.Open(path);
        model.Name.Should().Be("ResNet");
        model.Normalization.Should().BeSameAs(Normalization.ImageNet);
        model.ImageSize.Should().Be(224);
        model.Notes.Should().HaveCount(3).And.Contain(note => note.Contains("ImageNet's mean and std"))
            .And.Contain(note => note.Contains("ResNet under torchvision or timm names, 7 classes"));
        using Tensor images = golden.Input(), logits = model.Network.call(images);
        golden.RelativeError(logits).Should().BeLessThan(1e-5);
    }

    [Fact]
    public void Open_bare_weights_that_two_conventions_fit_takes_none()
    {
        using HubGolden golden = new("timm_deit_distilled");
        string path = Path.Combine(_folder, "vit.safetensors");
        using (NewDisposeScope())
        {
            Dictionary<string, Tensor> plain = golden.Weights().Where(entry => !entry.Key.Contains("dist")).ToDictionary();
            plain["pos_embed"] = plain["pos_embed"].narrow(1, 1, 17).clone();
            SafetensorsWriter.Write(path, plain, null);
        }

        FluentActions.Invoking(() => PretrainedModel.Open(path)).Should().Throw<CheckpointException>()
            .WithMessage("*ViT takes images with mean = std = 0.5, and DeiT with ImageNet's *PretrainedModelOptions.Normalization*");
        using PretrainedModel said = PretrainedModel.Open(path, new PretrainedModelOptions { Normalization = Normalization.ToSymmetric });
        said.Notes.Should().Contain(note => note.Contains("3 attention heads, layer norms' epsilon 1e-6"));
    }

    [Fact]
    public void Open_bare_weights_of_an_unknown_kind_says_how_to_export()
    {
        string path = Path.Combine(_folder, "other.safetensors");
        using (NewDisposeScope())
            SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["head.weight"] = zeros(2, 3) }, null);
        FluentActions.Invoking(() => PretrainedModel.Open(path)).Should().Throw<CheckpointException>()
            .WithMessage("*not those of a ViT, DeiT, BEiT, ResNet, ConvNeXt or Swin*torch.jit.save*");
    }

    private static string Timm(string architecture) => """
        {"architecture":"NAME","num_classes":7,"global_pool":"token","pretrained_cfg":{"input_size":[3,32,32],
         "interpolation":"bicubic","crop_pct":0.9,"crop_mode":"center","mean":[0.5,0.5,0.5],"std":[0.5,0.5,0.5]}}
        """.Replace("NAME", architecture, StringComparison.Ordinal);

    private FluentAssertions.Specialized.ExceptionAssertions<CheckpointException> Refused() =>
        FluentActions.Invoking(() => PretrainedModel.Open(_folder)).Should().Throw<CheckpointException>();

    private void Set(string file, string text) => File.WriteAllText(Path.Combine(_folder, file), text);

    private void WriteFolder(HubGolden golden)
    {
        golden.Write(Path.Combine(_folder, "model.safetensors"));
        Set("config.json", golden.Config);
        string symmetric = Symmetric.Replace("SIDE", $"{golden.Side}", StringComparison.Ordinal);
        if (golden.Channels == 1)
            symmetric = symmetric.Replace("[0.5,0.5,0.5]", "[0.5]", StringComparison.Ordinal);
        Set("preprocessor_config.json", symmetric);
    }
}
