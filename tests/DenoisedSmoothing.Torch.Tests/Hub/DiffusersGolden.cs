using System.Text.Json;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Hub;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Hub;

/// <summary>What huggingface/diffusers itself computed (diffusers.*, made by diffusers.py), and folders like its own.</summary>
internal static class DiffusersGolden
{
    /// <summary>What is told of a network or a run.</summary>
    public static JsonElement Told(string name)
    {
        using JsonDocument told = Golden.Json("diffusers.json");
        return told.RootElement.GetProperty("networks").GetProperty(name).Clone();
    }

    public static JsonElement Schedules()
    {
        using JsonDocument told = Golden.Json("diffusers.json");
        return told.RootElement.GetProperty("schedules").Clone();
    }

    /// <summary>The settings that the reference was given.</summary>
    public static UNet2DModelOptions Options(string name) => Options(Told(name).GetProperty("config"));

    public static UNet2DModelOptions Options(JsonElement config) => DiffusersUNet.Options(Config(config));

    public static DiffusersConfig Config(JsonElement config, string? type = null)
    {
        string path = Path.GetTempFileName();
        try
        {
            Dictionary<string, object> settings = config.EnumerateObject().ToDictionary(one => one.Name, one => (object)one.Value);
            if (type is not null)
                settings["_class_name"] = type;
            File.WriteAllText(path, JsonSerializer.Serialize(settings));
            return DiffusersConfig.Read(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    public static Tensor Input(string name)
    {
        JsonElement told = Told(name);
        return SyntheticWeights.Input(told.GetProperty("input_tag").GetUInt32(),
            [.. told.GetProperty("input_shape").EnumerateArray().Select(size => size.GetInt64())]);
    }

    /// <summary>||ours - golden|| / ||golden||.</summary>
    public static double RelativeError(string name, Tensor ours)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Golden.PathOf("diffusers.safetensors"));
        using Tensor golden = file.Read(name);
        return Parity.RelativeError(ours, golden);
    }

    /// <summary>The entries of a keys.tsv with the goldens' synthetic weights.</summary>
    public static Dictionary<string, Tensor> Weights(string keys)
    {
        using IDisposable guard = no_grad();
        Dictionary<string, Tensor> entries = File.ReadLines(Golden.PathOf(keys)).Select(line => line.Split('\t'))
            .ToDictionary(part => part[0], part => empty([.. part[1].Split('x').Select(long.Parse)]));
        SyntheticWeights.Fill(entries);
        return entries;
    }

    /// <summary>A pipeline's folder with the network "ddpm" of the goldens.</summary>
    /// <param name="root">An empty folder.</param>
    /// <param name="scheduler">Settings of the scheduler.</param>
    public static void WritePipeline(string root, object scheduler)
    {
        Write(Path.Combine(root, "model_index.json"), new
        {
            _class_name = "DDPMPipeline",
            scheduler = new[] { "diffusers", "DDPMScheduler" },
            unet = new[] { "diffusers", "UNet2DModel" },
        });
        WriteNetwork(Path.Combine(root, "unet"));
        Write(Path.Combine(root, "scheduler", "scheduler_config.json"), scheduler);
    }

    public static void WriteNetwork(string folder)
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, object> config = Told("ddpm").GetProperty("config").EnumerateObject()
            .ToDictionary(one => one.Name, one => (object)one.Value);
        config["_class_name"] = "UNet2DModel";
        Write(Path.Combine(folder, "config.json"), config);
        UNet2DModel network = Parity.Filled(new UNet2DModel(Options("ddpm")));
        SafetensorsWriter.Write(Path.Combine(folder, "diffusion_pytorch_model.safetensors"), network.state_dict(), null);
        network.Dispose();
    }

    public static void Write(string path, object content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, JsonSerializer.Serialize(content));
    }
}
