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
/// for one kind of device. Usable wherever a network is: in <see cref="ModuleClassifier"/> with images, in <see cref="OneShotDenoiser"/>
/// with images and timesteps.
/// </summary>
/// <remarks>
/// The file is native code: load only files you trust. It runs on the device and, unless compiled with dynamic shapes, on the batch size
/// that it was compiled for: set <see cref="SmoothingOptions.Batch"/> to that. A .pt2 file made only by <c>torch.export.save</c> is not
/// compiled and is refused. Packages that are damaged, incomplete or for another system are refused too; what their code does cannot be
/// checked and may end the process: try a new package in a separate process. Untested with a real package: compiling one needs PyTorch.
/// </remarks>
public sealed class AotInductorNetwork : nn.IModule<Tensor, Tensor>, nn.IModule<Tensor, Tensor, Tensor>, IDescribed, IDisposable
{
    private const string Package = "an AOTInductor package of torch._inductor.aoti_compile_and_package";

    private readonly ExportedProgram _program;
    private readonly string _name;

    private AotInductorNetwork(ExportedProgram program, string name, string fingerprint, string precision) =>
        (_program, _name, Info) = (program, name, new PartInfo(fingerprint) { Precision = precision });

    /// <summary>Its fingerprint is <c>aot-inductor:</c> and the beginning of the file's SHA-256.</summary>
    public PartInfo Info { get; }

    /// <summary>Loads a compiled network.</summary>
    /// <param name="path">
    /// A .pt2 file made by <c>aoti_compile_and_package</c> for this system and device. Must be trusted: it is native code.
    /// </param>
    /// <param name="precision">Its arithmetic, for the certificate: the file does not say.</param>
    /// <exception cref="CheckpointException">The file is not such a package (the message says what it is), is damaged, incomplete or for
    /// another system, or libtorch cannot load it.</exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded; the message says what to do.</exception>
    public static AotInductorNetwork Load(string path, string precision = "float32")
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(precision);
        LibTorch.EnsureAvailable();
        FileKind? kind = FileKind.Of(path);
        if (kind != FileKind.AotInductor)
            throw new CheckpointException($"{path}: {kind?.InsteadOf(Package) ?? $"this is no {Package[3..]}."}");
        AotInductorPackage.Check(path);
        string hash;
        using (FileStream file = File.OpenRead(path))
            hash = Convert.ToHexStringLower(SHA256.HashData(file));
        try
        {
            return new AotInductorNetwork(NativeGuard.Run(() => export.load(path)), Path.GetFileName(path), $"aot-inductor:{hash[..16]}",
                precision);
        }
        catch (Exception e) when (e is ExternalException or InvalidOperationException or NativeFailureException)
        {
            throw new CheckpointException(
                $"{path}: libtorch cannot load this as an AOTInductor package. It must come from "
                    + $"torch._inductor.aoti_compile_and_package, for this system and device.", e);
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

    private Tensor Run(params Tensor[] arguments)
    {
        using DisposeScope scope = NewDisposeScope();
        try
        {
            // The compiled code assumes contiguous memory.
            return _program.run([.. arguments.Select(argument => argument.contiguous())])[0].MoveToOuterDisposeScope();
        }
        catch (ExternalException e)
        {
            throw new InvalidOperationException(
                $"{_name} failed on "
                + string.Join(" and ", arguments.Select(argument => $"[{string.Join(',', argument.shape)}] on {argument.device}"))
                + ": was it compiled for this shape, batch and device?", e);
        }
    }
}
