using System.Collections.Concurrent;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.OnnxRuntime;

/// <summary>
/// An ONNX model as a network. Usable wherever a TorchSharp network is: with images in <see cref="ModuleClassifier"/>, with images and
/// timesteps in <see cref="OneShotDenoiser"/>. <see cref="OnnxClassifier"/> and <see cref="OnnxDenoiser"/> are these two with more checks
/// on load.
/// </summary>
/// <remarks>
/// ONNX Runtime reads and writes the tensors' own memory: nothing is copied for a contiguous CPU tensor of the model's type. Tensors of
/// another type are converted, and those on another device go through the host. Safe for concurrent use: a session has no state between
/// calls.
/// </remarks>
public sealed class OnnxNetwork : nn.IModule<Tensor, Tensor>, nn.IModule<Tensor, Tensor, Tensor>, IDescribed, IDisposable
{
    private readonly InferenceSession _session;
    private readonly string _name;
    private readonly RunOptions _run = new();
    // The output shape for each input shape: known after the first call, so that later answers are written in place.
    private readonly ConcurrentDictionary<(long N, long C, long H, long W), long[]> _outputShapes = new();

    private OnnxNetwork(InferenceSession session, OnnxSignature signature, string path, OnnxOptions options)
    {
        (_session, Signature, _name) = (session, signature, Path.GetFileName(path));
        using IDisposableReadOnlyCollection<OrtMemoryInfo> memory = session.GetMemoryInfosForInputs();
        string place = memory.Count == 0 || memory[0].Name == OrtMemoryInfo.DefaultInstance.Name ? "" : $"@{memory[0].Name}";
        Info = new PartInfo($"onnx:{OnnxFileHash.Of(path)[..16]}{place}")
        {
            Precision = options.Precision ?? signature.Images.ScalarType.ToString().ToLowerInvariant(),
            InputShape = new InputShape(Fixed(1), Fixed(2), Fixed(3)),
        };

        int? Fixed(int axis) => signature.Images.Shape[axis] is > 0 and var extent ? (int)extent : null;
    }

    /// <summary>
    /// Its fingerprint is <c>onnx:</c>, the beginning of the SHA-256 of the file (and of files with its weights), and the device where it
    /// is not the CPU.
    /// </summary>
    public PartInfo Info { get; }

    /// <summary>The images it takes: [N,C,H,W], with -1 where any size is accepted.</summary>
    public IReadOnlyList<long> ImageShape => Signature.Images.Shape;

    /// <summary>Its answer's shape, with -1 where it depends on the input, or the model does not say.</summary>
    public IReadOnlyList<long> OutputShape => Signature.Output.Shape;

    /// <summary>Whether it takes timesteps as well.</summary>
    public bool TakesTimesteps => Signature.Timesteps is not null;

    internal OnnxSignature Signature { get; }

    /// <summary>Opens a model.</summary>
    /// <param name="path">A .onnx file; weights in files beside it are found by ONNX Runtime.</param>
    /// <param name="options">Names, threads and execution providers; null for the model's own names and the CPU.</param>
    /// <exception cref="CheckpointException">The file is something else (the message says what), ONNX Runtime cannot open the model, it is
    /// not a function of images [N,C,H,W], with or without timesteps, or a file with its weights is missing.</exception>
    /// <exception cref="DllNotFoundException">A native library is missing; the message says which package to add.</exception>
    public static OnnxNetwork Load(string path, OnnxOptions? options = null) => Load(path, options ?? new OnnxOptions(), outputRank: null);

    internal static OnnxNetwork Load(string path, OnnxOptions options, int? outputRank)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        LibTorch.EnsureAvailable();
        if (!File.Exists(path) && !Directory.Exists(path))
            throw new FileNotFoundException($"There is no ONNX model at '{path}'.", path);
        if (FileKind.Of(path) is { } kind && kind != FileKind.Onnx)
            throw new CheckpointException($"{path}: {kind.InsteadOf("an ONNX model")}");
        InferenceSession session = Open(path, options);
        try
        {
            return new OnnxNetwork(session, OnnxSignature.Of(path, session, options, outputRank), path, options);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Calls a model of one input.</summary>
    /// <param name="images">[N,C,H,W] as <see cref="ImageShape"/> allows, on any device.</param>
    /// <returns>Its answer as float32; a fresh tensor on the images' device.</returns>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    /// <exception cref="InvalidOperationException">The model takes timesteps, or fails.</exception>
    public Tensor call(Tensor images) => Signature.Timesteps is null
        ? Run(images, null)
        : throw new InvalidOperationException($"{_name} takes images and timesteps: it is a denoiser's network, not a classifier's.");

    /// <summary>Calls a model of two inputs.</summary>
    /// <param name="images">[N,C,H,W] as <see cref="ImageShape"/> allows, on any device.</param>
    /// <param name="timesteps">[N]; converted to the type that the model takes. They must be whole where that is an integer type, and all
    /// equal where it is one number for all rows.</param>
    /// <returns>Its answer as float32; a fresh tensor on the images' device.</returns>
    /// <exception cref="ArgumentException">The shape does not fit, or the timesteps do not.</exception>
    /// <exception cref="InvalidOperationException">The model takes no timesteps, or fails.</exception>
    public Tensor call(Tensor images, Tensor timesteps) => Signature.Timesteps is not null
        ? Run(images, timesteps)
        : throw new InvalidOperationException($"{_name} takes images only: it is not a diffusion network.");

    /// <summary>Frees the model.</summary>
    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
    }

    private Tensor Run(Tensor images, Tensor? timesteps)
    {
        using DisposeScope scope = NewDisposeScope();
        CheckShape(images);
        Tensor input = OnnxMemory.Hosted(images, Signature.Images.ScalarType);
        List<string> names = [Signature.Images.Name];
        List<OrtValue> values = [];
        try
        {
            values.Add(OnnxMemory.Over(input, Signature.Images.Type));
            if (Signature.Timesteps is { } wanted)
            {
                names.Add(wanted.Name);
                values.Add(OnnxMemory.Over(OnnxTimesteps.For(wanted, timesteps!, _name), wanted.Type));
            }

            Tensor output = Answer(names, values, (images.shape[0], images.shape[1], images.shape[2], images.shape[3]));
            return output.to_type(ScalarType.Float32).to(images.device).MoveToOuterDisposeScope();
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidOperationException($"{_name} failed on images [{string.Join(',', images.shape)}]: {e.Message}", e);
        }
        finally
        {
            values.ForEach(value => value.Dispose());
        }
    }

    private Tensor Answer(List<string> names, List<OrtValue> values, (long N, long C, long H, long W) key)
    {
        OnnxTensor wanted = Signature.Output;
        if (_outputShapes.TryGetValue(key, out long[]? shape))
        {
            Tensor output = empty(shape, wanted.ScalarType);
            using OrtValue bound = OnnxMemory.Over(output, wanted.Type);
            _session.Run(_run, names, values, [wanted.Name], [bound]);
            return output;
        }

        using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(_run, names, values, [wanted.Name]);
        Tensor copy = OnnxMemory.Copy(results[0], wanted.ScalarType);
        long[] made = copy.shape;
        if (made.Length == 0 || made[0] != key.N)
        {
            throw new InvalidOperationException(
                $"{_name} made [{string.Join(',', made)}] of {key.N} images, not one row for each: its batch is fixed somewhere inside, "
                    + $"such as by a Reshape to a constant. "
                + "Export it with a dynamic batch axis, or set SmoothingOptions.Batch to the batch that it was exported for.");
        }

        _outputShapes[key] = made;
        return copy;
    }

    private void CheckShape(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        OnnxTensor wanted = Signature.Images;
        if (wanted.Fits(images.shape))
            return;
        string remedy = images.dim() == 4 && wanted.Fits([wanted.Shape[0], .. images.shape[1..]])
            ? $" Its batch is fixed: set SmoothingOptions.Batch = {wanted.Shape[0]}, or export it with a dynamic batch axis."
            : images.dim() == 4 && wanted.Fits([.. images.shape[..2], .. wanted.Shape.Skip(2)])
                ? $" Its size is fixed: resize to {wanted.Shape[2]}x{wanted.Shape[3]} (resizeTo), or export it with dynamic height and "
                    + $"width."
            : images.dim() == 4 && images.shape[1] == 1 && wanted.Shape[1] == 3
                ? " For grey images, wrap it in GreyToColorClassifier or GreyToColorDenoiser."
                : "";
        throw new ArgumentException($"{_name} takes images {wanted.ShapeText}; got [{string.Join(',', images.shape)}].{remedy}",
            nameof(images));
    }

    private static InferenceSession Open(string path, OnnxOptions options)
    {
        try
        {
            using SessionOptions session = options.ToSessionOptions();
            return new InferenceSession(path, session);
        }
        catch (OnnxRuntimeException e)
        {
            throw new CheckpointException($"{path}: ONNX Runtime cannot open this model: {e.Message}", e);
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or EntryPointNotFoundException)
        {
            throw new DllNotFoundException(
                "The native library of ONNX Runtime could not be loaded, or lacks the execution provider asked for. Add one native "
                    + "package to your "
                + "application: Microsoft.ML.OnnxRuntime (CPU), Microsoft.ML.OnnxRuntime.Gpu (CUDA) or "
                    + "Microsoft.ML.OnnxRuntime.DirectML, of the version of Microsoft.ML.OnnxRuntime.Managed or newer.", e);
        }
    }
}
