using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Hub;

/// <summary>Where the files that make up a denoiser are in a diffusers folder.</summary>
/// <param name="Network">The U-Net's config.json.</param>
/// <param name="Weights">The U-Net's weights.</param>
/// <param name="Scheduler">The scheduler_config.json.</param>
internal sealed record DiffusersFolder(DiffusersConfig Network, string Weights, DiffusersConfig Scheduler)
{
    private const string Index = "model_index.json", Config = "config.json", SchedulerConfig = "scheduler_config.json", UNet = "unet";
    private const string SchedulerPart = "scheduler", WeightsName = "diffusion_pytorch_model";

    private const string PixelsOnly =
        "Take a pipeline that diffuses pixels, such as a DDPMPipeline or DDIMPipeline with a UNet2DModel.";

    // What turns images into codes, by its names in pipelines.
    private static readonly string[] s_encoders = ["vae", "vqvae", "vqgan", "movq", "first_stage_model"];

    /// <summary>Looks for the files.</summary>
    /// <exception cref="CheckpointException">One is missing, or the pipeline cannot denoise pixels; the message says why.</exception>
    /// <exception cref="IOException">The folder is not there, or cannot be read.</exception>
    public static DiffusersFolder Find(string folder)
    {
        if (File.Exists(folder))
            throw CheckpointException.In(folder, "it is a file, but a folder of diffusers is needed", "Name the folder that holds it.");
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"There is no folder '{folder}'.");
        if (File.Exists(Path.Combine(folder, Index)))
            RequirePixels(DiffusersConfig.Read(Path.Combine(folder, Index)));
        // A part without its own folder lies beside the index, as in diffusers itself.
        string network = Directory.Exists(Path.Combine(folder, UNet)) ? Path.Combine(folder, UNet) : folder;
        DiffusersConfig config = DiffusersConfig.Read(Existing(Path.Combine(network, Config),
            "A folder of diffusers has model_index.json with unet/config.json, or is the U-Net's own folder."));
        RequireUNet(config, config.ClassName);
        string scheduler = new[]
            {
                Path.Combine(folder, SchedulerPart, SchedulerConfig), Path.Combine(folder, SchedulerConfig),
                Path.Combine(Path.GetFullPath(folder), "..", SchedulerPart, SchedulerConfig),
                Path.Combine(Path.GetFullPath(folder), "..", SchedulerConfig),
            }
            .FirstOrDefault(File.Exists)
            ?? throw CheckpointException.In(folder, $"there is no {SchedulerPart}/{SchedulerConfig}, nor one beside the U-Net's folder",
                "Fetch the pipeline's scheduler too: without its schedule the noise of a timestep is not known.");
        return new DiffusersFolder(config, FindWeights(network), DiffusersConfig.Read(scheduler));
    }

    /// <summary>Whether a folder looks like one of diffusers.</summary>
    public static bool Looks(string path) => Directory.Exists(path)
        && (File.Exists(Path.Combine(path, Index)) || File.Exists(Path.Combine(path, Config))
            || File.Exists(Path.Combine(path, UNet, Config)));

    private static void RequirePixels(DiffusersConfig index)
    {
        (string Part, string Class)[] parts = [.. index.Parts()];
        foreach ((string part, string type) in parts)
        {
            if (s_encoders.Contains(part) || type.StartsWith("Autoencoder", StringComparison.Ordinal) || type is "VQModel")
                throw index.Error(
                    $"this pipeline diffuses the codes of an autoencoder ({part}: {type}). A certificate's noise is in the pixels, where "
                        + "this network removes none; and encoding the noisy image first would feed the network codes with noise of "
                        + "another law than it was trained on",
                    PixelsOnly);
        }

        if (parts.FirstOrDefault(static part => part.Part is "text_encoder" or "image_encoder" or "tokenizer") is { Part: { } told } one)
            throw index.Error(
                $"this pipeline is told what to paint ({told}: {one.Class}), and a denoiser under a certificate has nothing to be told",
                PixelsOnly);
        RequireUNet(index, parts.FirstOrDefault(static part => part.Part == UNet).Class
            ?? throw index.Error($"this pipeline ({index.ClassName ?? "of no class"}) has no 'unet'", PixelsOnly));
    }

    private static void RequireUNet(DiffusersConfig config, string? type)
    {
        if (type is "UNet2DConditionModel" or "UNet3DConditionModel")
            throw config.Error($"this U-Net ({type}) is told what to paint, and a denoiser under a certificate has nothing to be told",
                PixelsOnly);
        if (type is not (null or "UNet2DModel"))
            throw config.Error($"the network is a {type}, and only UNet2DModel is known here", PixelsOnly);
        if (type is null && !config.Has("down_block_types"))
            throw config.Error("this is not a configuration of a UNet2DModel: its name and 'down_block_types' are missing",
                PixelsOnly);
    }

    private static string FindWeights(string folder)
    {
        string[] whole = [.. new[] { ".safetensors", ".safetensors.index.json", ".bin" }
            .Select(ending => Path.Combine(folder, WeightsName + ending)).Where(File.Exists)];
        if (whole.Length > 0)
            return whole[0];
        // Other precisions, or other averages: diffusion_pytorch_model.fp16.safetensors and the like.
        string[] variants = [.. new[] { "*.safetensors", "*.bin" }
            .SelectMany(pattern => Directory.EnumerateFiles(folder, WeightsName + "." + pattern).Order(StringComparer.Ordinal))];
        return variants.Length switch
        {
            0 => throw CheckpointException.In(folder, $"there are no weights: neither {WeightsName}.safetensors nor {WeightsName}.bin",
                "Fetch them; a clone without git lfs has pointers only."),
            1 => variants[0],
            _ => throw CheckpointException.In(folder,
                $"there are several weights: {string.Join(", ", variants.Select(Path.GetFileName).Take(5))}",
                $"Rename those that are meant to {WeightsName}.safetensors or {WeightsName}.bin."),
        };
    }

    private static string Existing(string path, string advice) =>
        File.Exists(path) ? path : throw CheckpointException.In(path, "there is no such file", advice);
}
