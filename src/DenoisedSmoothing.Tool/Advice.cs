using System.Text.RegularExpressions;
using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Tool;

/// <summary>The library's advice, with what can be typed in place of what can be programmed.</summary>
internal static partial class Advice
{
    private const string DataPath = "Name its folder with --data-path, and its kind with --data.";

    private const string LogWanted = "a certification log is needed.";

    // What is said about either model's file: {0} is classifier or denoiser.
    private static readonly (string Api, string Typed)[] s_ofPart =
    [
        ("OnnxOptions.Images", "--{0}-input"),
        ("OnnxOptions.Output", "--{0}-output"),
        ("Say with output which", "Say with --{0}-output which"),
        ("Leave output out.", "Leave --{0}-output out."),
        ("(NetworkCatalog.Classifiers)", "(--{0}-network)"),
        ("PretrainedModelOptions.Normalization", "--normalization"),
        ("load that (TorchScript.LoadClassifier, or OnnxClassifier.Load after torch.onnx.export)",
            "give that to --{0}-file, or the .onnx of torch.onnx.export"),
        ("CheckpointOptions.Key", "--{0}-key"),
        ("CheckpointOptions.StripPrefixes", "--{0}-prefix"),
        ("Build the network, and load them with Checkpoint.Open and StateDict.Load.", "Name their network with --{0}-network."),
    ];

    private static readonly (string Api, string Typed)[] s_ofAll =
    [
        ("OnnxOptions.Timesteps", "--timestep-input"),
        ("CheckpointOptions.InertTypes", "--inert-type"),
        ("(resizeTo)", "(--resize)"),
        ("resizeTo", "--resize"),
        ("such as by new ImagePreprocess().Resize(256).CenterCrop(224)", "such as with --image-resize 256 --image-crop 224"),
        (" For grey images, wrap it in GreyToColorClassifier or GreyToColorDenoiser.", " It takes colour, and these images are grey."),
        (" Read them as grey.", " Read them as grey (--grey)."),
        (" Read them as colour, or wrap classifier and denoiser in GreyToColorClassifier and GreyToColorDenoiser.",
            " Read them as colour: leave --grey out, or take another data set."),
        ("Add TorchSharp-cuda-windows or TorchSharp-cuda-linux to your application instead of TorchSharp-cpu, and check the driver",
            "Build dds with -p:TorchRuntime=cuda-linux (or cuda-windows), or set DDS_LIBTORCH of an installed dds to the native folder of "
            + "an application with TorchSharp-cuda-linux (or -windows), and check the driver"),
        ("name another checkpoint folder", "give another --out"),
        ("Name another checkpoint folder", "Give another --out"),
        ("Raise Budget or alpha.", "Raise --budget or --alpha."),
        ("Raise n or alpha.", "Raise --n or --alpha."),
        ("Set n to", "Set --n to"),
        ("Set predictN to", "Set --n to"),
        ("Load it with TorchScript.LoadClassifier or TorchScript.LoadDenoiser.", "Give it to --classifier-file or --denoiser-file."),
        ("Load it with OnnxClassifier.Load or OnnxDenoiser.Load.", "Give it to --classifier-file or --denoiser-file."),
        ("Load it with AotInductor.LoadClassifier or AotInductor.LoadDenoiser.", "Export the model to ONNX for this program."),
        ("Build the network, and load them with Checkpoint.Open and StateDict.Load.", "Give them to --classifier-file or --denoiser-file."),
        ("Read it with MnistFamily or FashionMnist.", DataPath),
        ("Read it with ImageFolder or ImageCsv.", DataPath),
        ("Read it with CertificationLog.", "Give it to dds analyze, verify or audit."),
        ("Read them with CertificationLog.", "Give them to dds analyze, verify or audit."),
    ];

    /// <summary>A message from the library in the terms of the command line.</summary>
    public static string Of(string message)
    {
        foreach ((string api, string typed) in s_ofAll)
            message = message.Replace(api, typed, StringComparison.Ordinal);
        // Log verbs take no images and mostly no models.
        foreach (string elsewhere in (string[])[DataPath, "Give it to --classifier-file or --denoiser-file.",
            "Give them to --classifier-file or --denoiser-file."])
        {
            message = message.Replace(
                $"{LogWanted} {elsewhere}", $"{LogWanted} Give one that dds certify or predict wrote.", StringComparison.Ordinal);
        }

        return Batch().Replace(message, static match => match.Groups["rows"].Success ? $"--batch {match.Groups["rows"]}" : "--batch");
    }

    /// <summary>The message for an error about a model's file.</summary>
    /// <param name="error">What the library says.</param>
    /// <param name="part">classifier or denoiser.</param>
    public static string Of(Exception error, string part)
    {
        string choice = error is CheckpointException { Choices: [{ } first, ..] } ? " " + Quoted(first) : "";
        string message = error is not CheckpointException { Option: { } option } known ? error.Message : option switch
        {
            nameof(CheckpointOptions.Key) when choice.Length > 0 =>
                $"{known.Problem} Choose one of them, such as with --{part}-key{choice}.",
            nameof(CheckpointOptions.Key) => $"{known.Problem} Leave --{part}-key out.",
            nameof(CheckpointOptions.StripPrefixes) =>
                $"{known.Problem}{Environment.NewLine}The missing entries are there under a prefix: strip it with --{part}-prefix{choice}.",
            nameof(CheckpointOptions.InertTypes) => $"{known.Problem} Nothing of the file was run. If this is a type that merely holds "
                + $"settings, read past it with --inert-type{choice}; otherwise load the file in Python, and save only its weights again "
                + "(torch.save(model.state_dict(), path), or safetensors).",
            _ => error.Message,
        };
        foreach ((string api, string typed) in s_ofPart)
            message = message.Replace(api, typed.Replace("{0}", part, StringComparison.Ordinal), StringComparison.Ordinal);
        return Of(message);
    }

    /// <summary>A word, quoted so that a shell takes it as one.</summary>
    public static string Quoted(string word) =>
        Plain().IsMatch(word) ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"SmoothingOptions\.Batch(?: = (?<rows>\d+))?")]
    private static partial Regex Batch();

    [GeneratedRegex(@"^[\w./:=,+@%-]+$", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();
}
