using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Parts;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Networks;

/// <summary>
/// A network saved by <c>torch.jit.save</c>: weights and code in one file, so no class is needed for it here. It stands wherever a network
/// does: in <see cref="ModuleClassifier"/> with images, in <see cref="OneShotDenoiser"/> with images and timesteps.
/// </summary>
/// <remarks>
/// A TorchScript file is a program: load only files that you trust. The script computes as it was saved, on the device that it was loaded
/// to; a script traced in training mode stays there, and one saved in half precision must convert at its own border. Call it from one
/// thread at a time. On a GPU the first calls of a script may round differently from later, optimised ones.
/// </remarks>
public sealed class TorchScriptNetwork : nn.IModule<Tensor, Tensor>, nn.IModule<Tensor, Tensor, Tensor>, IFingerprinted, IDisposable
{
    private readonly jit.ScriptModule _script;
    private readonly string _name;

    private TorchScriptNetwork(jit.ScriptModule script, string name, string fingerprint)
    {
        (_script, _name, Fingerprint) = (script, name, fingerprint);
        Precision = ModuleFingerprint.PrecisionOf(script);
        script.eval();
    }

    /// <summary><c>torchscript:</c> and the beginning of the file's SHA-256.</summary>
    public string Fingerprint { get; }

    /// <inheritdoc/>
    public string Precision { get; }

    /// <summary>How many tensors the script's <c>forward</c> takes.</summary>
    public int InputCount => _script.GetNumberOfInputs();

    /// <summary>Loads a script.</summary>
    /// <param name="path">A file by <c>torch.jit.save(torch.jit.script(model), path)</c> or <c>torch.jit.trace</c>. Trusted: it carries code.</param>
    /// <param name="device">Where it computes, such as <c>cpu</c> or <c>cuda:1</c>, wherever it was saved.</param>
    /// <exception cref="CheckpointException">The file is no TorchScript archive (the message says what it is), or cannot be loaded.</exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded; the message says what to do.</exception>
    public static TorchScriptNetwork Load(string path, string device = "cpu")
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(device);
        Device target = LibTorch.DeviceNamed(device);
        CheckKind(path);
        string hash;
        using (FileStream file = File.OpenRead(path))
            hash = Convert.ToHexStringLower(SHA256.HashData(file));
        try
        {
            return new TorchScriptNetwork(jit.load(path, target), Path.GetFileName(path), $"torchscript:{hash[..16]}");
        }
        catch (ExternalException e)
        {
            throw new CheckpointException($"{path}: libtorch cannot load this script on '{device}': {FirstLine(e)}", e);
        }
    }

    /// <summary>Calls a script of one argument.</summary>
    /// <param name="images">[N,C,H,W] on the script's device, of the type that it takes.</param>
    /// <returns>What it returns; fresh.</returns>
    /// <exception cref="InvalidOperationException">The script fails, or returns something else than one tensor.</exception>
    public Tensor call(Tensor images) => Run(images);

    /// <summary>Calls a script of two arguments.</summary>
    /// <param name="images">[N,C,H,W] on the script's device, of the type that it takes.</param>
    /// <param name="timesteps">[N] on the script's device.</param>
    /// <returns>What it returns; fresh.</returns>
    /// <exception cref="InvalidOperationException">The script fails, or returns something else than one tensor.</exception>
    public Tensor call(Tensor images, Tensor timesteps) => Run(images, timesteps);

    /// <summary>Frees the script.</summary>
    public void Dispose() => _script.Dispose();

    /// <summary>Whether a file is a zip archive with a script inside, as <c>torch.jit.save</c> writes it.</summary>
    /// <param name="path">Any file.</param>
    public static bool IsTorchScript(string path)
    {
        try
        {
            using ZipArchive zip = ZipFile.OpenRead(path);
            return zip.Entries.Any(entry => entry.FullName.EndsWith("/constants.pkl", StringComparison.Ordinal));
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private Tensor Run(params Tensor[] arguments)
    {
        using DisposeScope scope = NewDisposeScope();
        object answer;
        try
        {
            answer = _script.call(arguments);
        }
        catch (ExternalException e)
        {
            IEnumerable<string> given = arguments.Select(argument => $"{argument.dtype} [{string.Join(',', argument.shape)}] on {argument.device}");
            throw new InvalidOperationException($"{_name} failed on {string.Join(" and ", given)}: {FirstLine(e)}", e);
        }

        return answer is Tensor tensor
            ? tensor.MoveToOuterDisposeScope()
            : throw new InvalidOperationException(
                $"{_name} returns a {answer?.GetType().Name ?? "None"}, not one tensor: wrap the model before saving, so that forward returns its logits or its prediction alone.");
    }

    private static void CheckKind(string path)
    {
        if (IsTorchScript(path))
            return;
        string kind;
        try
        {
            using ZipArchive zip = ZipFile.OpenRead(path);
            kind = zip.Entries.Any(entry => entry.FullName.EndsWith("/data.pkl", StringComparison.Ordinal))
                ? "it was written by torch.save and holds weights without the network. Build the network and load them with StateDict.Load, or save the model with torch.jit.save"
                : zip.Entries.Any(entry => entry.FullName.EndsWith("archive_format", StringComparison.Ordinal))
                    ? "it was written by torch.export. Save the model with torch.jit.save, or export it to ONNX"
                    : "it is some other zip archive";
        }
        catch (InvalidDataException)
        {
            kind = "it is not even a zip archive. An old .pt or .th file by torch.save holds weights without the network: build the network and load them with StateDict.Load";
        }

        throw new CheckpointException($"{path}: this is no TorchScript archive: {kind}.");
    }

    // libtorch adds a C++ stack trace; the exception within has it all.
    private static string FirstLine(ExternalException e) =>
        e.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? "no reason given";
}
