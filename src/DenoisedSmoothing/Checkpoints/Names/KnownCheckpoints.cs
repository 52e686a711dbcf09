namespace DenoisedSmoothing.Checkpoints;

/// <summary>
/// The published checkpoints of the field by their shapes, so that an error can say what a file is and not only that it does not fit: the
/// most common complaint about these networks is a checkpoint loaded into the wrong configuration.
/// </summary>
/// <remarks>
/// Shapes follow from the flags in the model cards of openai/guided-diffusion and openai/improved-diffusion, and from the sources of
/// huggingface/transformers, timm, microsoft/denoised-smoothing, locuslab/smoothing and akamaster/pytorch_resnet_cifar10. What shapes do
/// not show (heads, noise schedule, data set) cannot be told from them.
/// </remarks>
internal static class KnownCheckpoints
{
    private const string Labels = "label_emb.weight";

    private static readonly KnownCheckpoint[] All =
    [
        // Image size, channels, the first level's channels, the last input block and its channels.
        .. Guided("64x64", 192, 192, 15, 768),
        .. Guided("128x128", 256, 256, 14, 1024),
        .. Guided("256x256", 256, 256, 17, 1024),
        .. Guided("512x512", 256, 128, 20, 1024),
        new("a guided-diffusion upsampler (6 input channels)", [
            ("input_blocks.0.0.weight", [-1, 6, 3, 3]),
            ("time_embed.0.weight", [-1, -1]),
        ]),
        new("a guided-diffusion classifier of noisy images", [
            ("out.2.positional_embedding", [-1, -1]),
            ("input_blocks.0.0.weight", [-1, 3, 3, 3]),
        ]),
        .. Improved("CIFAR-10 (50M)", 128, 4, 15, 256),
        .. Improved("ImageNet 64x64 (100M)", 128, 4, 15, 512),
        .. Improved("ImageNet 64x64 (270M)", 192, 4, 15, 768),
        .. Improved("LSUN 256x256 (100M)", 128, 3, 17, 512),
        .. HuggingFaceViT("B/16 224x224", 768, 16, 197, 12),
        .. HuggingFaceViT("B/16 384x384", 768, 16, 577, 12),
        .. HuggingFaceViT("B/32 384x384", 768, 32, 145, 12),
        .. HuggingFaceViT("L/16 224x224", 1024, 16, 197, 24),
        .. TimmViT("S/16 224x224", 384, 16, 197, 12),
        .. TimmViT("B/16 224x224", 768, 16, 197, 12),
        .. TimmViT("B/16 384x384", 768, 16, 577, 12),
        .. TimmViT("L/16 224x224", 1024, 16, 197, 24),
        .. TimmBeit("B/16 224x224", 768, 732, 12, 12),
        .. TimmBeit("B/16 384x384", 768, 2212, 12, 12),
        .. TimmBeit("L/16 224x224", 1024, 732, 16, 24),
        .. TimmBeit("L/16 384x384", 1024, 2212, 16, 24),
        .. TimmBeit("L/16 512x512", 1024, 3972, 16, 24),
        new("WRN-28-10 (RobustBench's names)", [
            ("block1.layer.0.conv1.weight", [160, 16, 3, 3]),
            ("block3.layer.3.conv2.weight", [640, 640, 3, 3]),
            ("fc.weight", [-1, 640]),
        ]),
        .. CifarResNets("fc", "Cohen et al.'s names"),
        .. CifarResNets("linear", "akamaster's names"),
        new("LeNet for 28x28", [("conv1.weight", [20, 1, 5, 5]), ("conv2.weight", [50, 20, 5, 5]), ("fc2.weight", [-1, 500])]),
        new("torchvision ResNet-50", [
            ("conv1.weight", [64, 3, 7, 7]),
            ("layer3.5.conv3.weight", [1024, 256, 1, 1]),
            ("fc.weight", [-1, 2048]),
        ], "layer3.6.conv3.weight"),
        new("DnCNN of 17 layers", [("dncnn.0.weight", [64, 3, 3, 3]), ("dncnn.47.weight", [3, 64, 3, 3])]),
        new("wide DnCNN of 17 layers", [("dncnn.0.weight", [128, 3, 3, 3]), ("dncnn.47.weight", [3, 128, 3, 3])]),
        new("MemNet", [
            ("feature_extractor.conv.weight", [64, 3, 3, 3]),
            ("dense_memory.2.gate_unit.conv.weight", [64, 576, 1, 1]),
            ("reconstructor.conv.weight", [3, 64, 3, 3]),
        ]),
    ];

    /// <summary>What the entries are, or null if they are not known.</summary>
    public static string? Describe(IReadOnlyDictionary<string, IReadOnlyList<long>> entries) =>
        Array.Find(All, known => known.Fits(entries))?.Description;

    private static KnownCheckpoint[] Guided(string size, long channels, long first, int last, long deepest)
    {
        (string Name, long[] Shape)[] telling =
        [
            ("time_embed.0.weight", [4 * channels, channels]),
            ("input_blocks.0.0.weight", [first, 3, 3, 3]),
            ($"input_blocks.{last}.0.in_layers.2.weight", [deepest, deepest, 3, 3]),
            ("out.2.weight", [6, first, 3, 3]),
        ];
        // Its blocks resample themselves; improved-diffusion has separate convolutions for that.
        string[] absent = [$"input_blocks.{last + 1}.0.in_layers.2.weight", "input_blocks.3.0.op.weight", "input_blocks.4.0.op.weight"];
        return
        [
            new($"guided-diffusion {size}, class-conditional", [.. telling, (Labels, [-1, 4 * channels])], absent),
            new($"guided-diffusion {size}, unconditional", telling, [.. absent, Labels]),
        ];
    }

    private static KnownCheckpoint[] Improved(string what, long channels, int downsampler, int last, long deepest)
    {
        (string Name, long[] Shape)[] telling =
        [
            ("time_embed.0.weight", [4 * channels, channels]),
            ($"input_blocks.{downsampler}.0.op.weight", [channels, channels, 3, 3]),
            ($"input_blocks.{last}.0.in_layers.2.weight", [deepest, deepest, 3, 3]),
        ];
        string longer = $"input_blocks.{last + 1}.0.in_layers.2.weight";
        (string, long[]) learned = ("out.2.weight", [6, channels, 3, 3]), @fixed = ("out.2.weight", [3, channels, 3, 3]);
        return
        [
            new($"improved-diffusion {what}, class-conditional", [.. telling, learned, (Labels, [-1, 4 * channels])], longer),
            new($"improved-diffusion {what}", [.. telling, learned], longer, Labels),
            new($"improved-diffusion {what}, without learned sigma", [.. telling, @fixed], longer, Labels),
        ];
    }

    private static KnownCheckpoint[] HuggingFaceViT(string size, long width, long patch, long tokens, int layers) =>
    [
        new($"Hugging Face ViT-{size}", [
            ("embeddings.position_embeddings", [1, tokens, width]),
            ("embeddings.patch_embeddings.projection.weight", [width, 3, patch, patch]),
            ($"encoder.layer.{layers - 1}.attention.attention.query.weight", [width, width]),
        ], $"encoder.layer.{layers}.attention.attention.query.weight"),
    ];

    private static KnownCheckpoint[] TimmViT(string size, long width, long patch, long tokens, int layers) =>
    [
        new($"timm ViT-{size}", [
            ("pos_embed", [1, tokens, width]),
            ("patch_embed.proj.weight", [width, 3, patch, patch]),
            ($"blocks.{layers - 1}.attn.qkv.weight", [3 * width, width]),
        ], $"blocks.{layers}.attn.qkv.weight"),
    ];

    private static KnownCheckpoint[] TimmBeit(string size, long width, long positions, long heads, int layers) =>
    [
        new($"timm BEiT-{size}", [
            ("patch_embed.proj.weight", [width, 3, 16, 16]),
            ($"blocks.{layers - 1}.attn.relative_position_bias_table", [positions, heads]),
        ], $"blocks.{layers}.attn.qkv.weight"),
    ];

    private static IEnumerable<KnownCheckpoint> CifarResNets(string head, string names) =>
        new[] { 20, 32, 44, 56, 110 }.Select(depth => (Depth: depth, Blocks: (depth - 2) / 6)).Select(net =>
            new KnownCheckpoint($"CIFAR ResNet-{net.Depth} ({names})", [
                ("conv1.weight", [16, 3, 3, 3]),
                ($"layer3.{net.Blocks - 1}.conv2.weight", [64, 64, 3, 3]),
                ($"{head}.weight", [-1, 64]),
            ], $"layer3.{net.Blocks}.conv2.weight"));
}
