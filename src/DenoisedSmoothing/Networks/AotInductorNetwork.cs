using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Networks;

/// <summary>
/// A network compiled ahead of time by PyTorch's AOTInductor (<c>torch._inductor.aoti_compile_and_package</c>, a .pt2 file): native code
/// for one kind of device. It stands wherever a network does: in <see cref="ModuleClassifier"/> with images, in
/// <see cref="OneShotDenoiser"/> with images and timesteps.
/// </summary>
/// <remarks>
/// The file is native code: load only files that you trust. It runs on the device and, unless compiled with dynamic shapes, on the batch
/// that it was compiled for: set <see cref="SmoothingOptions.Batch"/> to that. A .pt2 file by <c>torch.export.save</c> alone is not compiled
/// and is refused. libtorch 2.10 ends the process where a package is damaged or was compiled for another system, instead of raising an
/// error: try a package in a process of its own first. Untested with a real package: compiling one needs PyTorch.
/// </remarks>
public sealed class AotInductorNetwork : nn.IModule<Tensor, Tensor>, nn.IModule<Tensor, Tensor, Tensor>, IFingerprinted, IDisposable
{
    private readonly ExportedProgram _program;
    private readonly string _name;

    private AotInductorNetwork(ExportedProgram program, string name, string fingerprint, string precision) =>
        (_program, _name, Fingerprint, Precision) = (program, name, fingerprint, precision);

    /// <summary><c>aot-inductor:</c> and the beginning of the file's SHA-256.</summary>
    public string Fingerprint { get; }

    /// <inheritdoc/>
    public string Precision { get; }

    /// <summary>Loads a compiled network.</summary>
    /// <param name="path">A .pt2 file by <c>aoti_compile_and_package</c>, for this system and device. Trusted: it is native code.</param>
    /// <param name="precision">Its arithmetic, for the certificate: the file does not say.</param>
    /// <exception cref="CheckpointException">libtorch cannot load the file.</exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded; the message says what to do.</exception>
    public static AotInductorNetwork Load(string path, string precision = "float32")
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(precision);
        LibTorch.EnsureAvailable();
        CheckPackage(path);
        string hash;
        using (FileStream file = File.OpenRead(path))
            hash = Convert.ToHexStringLower(SHA256.HashData(file));
        try
        {
            return new AotInductorNetwork(export.load(path), Path.GetFileName(path), $"aot-inductor:{hash[..16]}", precision);
        }
        catch (Exception e) when (e is ExternalException or InvalidOperationException)
        {
            throw new CheckpointException(
                $"{path}: libtorch cannot load this as an AOTInductor package. It must come from torch._inductor.aoti_compile_and_package, for this system and device.", e);
        }
    }

    /// <summary>Calls a network of one argument.</summary>
    /// <param name="images">[N,C,H,W] as the network was compiled for.</param>
    /// <returns>Its first output; fresh.</returns>
    public Tensor call(Tensor images) => Run(images);

    /// <summary>Calls a network of two arguments.</summary>
    /// <param name="images">[N,C,H,W] as the network was compiled for.</param>
    /// <param name="timesteps">float32 [N].</param>
    /// <returns>Its first output; fresh.</returns>
    public Tensor call(Tensor images, Tensor timesteps) => Run(images, timesteps);

    /// <summary>Frees the network.</summary>
    public void Dispose() => _program.Dispose();

    // TorchSharp 0.107 ends the process on a file that is no package: refuse here what can be told. Layout: torch/export/pt2_archive/_constants.py.
    private static void CheckPackage(string path)
    {
        using FileStream file = File.OpenRead(path);
        try
        {
            using ZipArchive zip = new(file, ZipArchiveMode.Read);
            if (zip.Entries.Any(entry => entry.FullName.Contains("data/aotinductor/", StringComparison.Ordinal) && entry.Length > 0))
                return;
        }
        catch (InvalidDataException)
        {
            // Said below.
        }

        throw new CheckpointException(
            $"{path}: this is no AOTInductor package (a zip file with compiled code under data/aotinductor/). Make one with torch._inductor.aoti_compile_and_package, for this system and device.");
    }

    private Tensor Run(params Tensor[] arguments)
    {
        using DisposeScope scope = NewDisposeScope();
        try
        {
            // The compiled code reads memory as it was told to: contiguous.
            return _program.run([.. arguments.Select(argument => argument.contiguous())])[0].MoveToOuterDisposeScope();
        }
        catch (ExternalException e)
        {
            throw new InvalidOperationException(
                $"{_name} failed on {string.Join(" and ", arguments.Select(argument => $"[{string.Join(',', argument.shape)}] on {argument.device}"))}: was it compiled for this shape, batch and device?", e);
        }
    }
}
