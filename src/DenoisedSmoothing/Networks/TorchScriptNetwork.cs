using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Parts;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Networks;

/// <summary>
/// A network saved by <c>torch.jit.save</c>: weights and code in one file, so no class is needed for it here. Usable wherever a network is:
/// in <see cref="ModuleClassifier"/> with images, in <see cref="OneShotDenoiser"/> with images and timesteps.
/// </summary>
/// <remarks>
/// A TorchScript file is a program: load only files you trust. The script computes as it was saved, on the device that it was loaded to; a
/// script traced in training mode stays in it, and one saved in half precision must convert its own inputs and outputs. Call it from one
/// thread at a time. On a GPU the first calls of a script may round differently from later, optimised ones. Damage, missing code or
/// methods, operators of other libraries, and code that libtorch cannot compile cause exceptions. For the sake of the last of these,
/// loading, and the first calls with images of each shape, happen on a separate thread.
/// </remarks>
public sealed partial class TorchScriptNetwork : nn.IModule<Tensor, Tensor>, nn.IModule<Tensor, Tensor, Tensor>, IDescribed, IDisposable
{
    private static readonly FieldInfo? s_handle = typeof(nn.Module).GetField("handle", BindingFlags.Instance | BindingFlags.NonPublic);

    private readonly jit.ScriptModule _script;
    private readonly ScriptMethod _forward;
    private readonly string _name;

    // How often forward was called with arguments of each kind. libtorch watches the first call and compiles what it saw on the second.
    private readonly ConcurrentDictionary<string, int> _calls = new(StringComparer.Ordinal);

    private TorchScriptNetwork(jit.ScriptModule script, ScriptMethod forward, string name, string fingerprint)
    {
        (_script, _forward, _name) = (script, forward, name);
        if (forward.Output is { } output)
            fingerprint = $"{fingerprint}#{output}";
        Info = new PartInfo(fingerprint) { Precision = PartInfo.Of(script).Precision };
        script.eval();
    }

    /// <summary>
    /// Its fingerprint is <c>torchscript:</c> and the beginning of the file's SHA-256, with the place of the output where there are
    /// several.
    /// </summary>
    public PartInfo Info { get; }

    /// <summary>How many tensors the script's <c>forward</c> needs; arguments with a default are not counted.</summary>
    public int InputCount => _forward.Required;

    /// <summary>Loads a script.</summary>
    /// <param name="path">
    /// A file made by <c>torch.jit.save(torch.jit.script(model), path)</c> or <c>torch.jit.trace</c>. Must be trusted: it contains code.
    /// </param>
    /// <param name="device">Where to compute, such as <c>cpu</c> or <c>cuda:1</c>, wherever it was saved.</param>
    /// <param name="output">Which of the tensors that <c>forward</c> returns in a tuple or list: its place, from 0, or its name in a named
    /// tuple; null for the only one.</param>
    /// <exception cref="CheckpointException">
    /// The file is not a TorchScript archive (the message says what it is), is damaged, has no method <c>forward</c> that turns tensors
    /// into one tensor, or into several of which <paramref name="output"/> is one, or cannot be loaded.
    /// </exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded; the message says what to do.</exception>
    public static TorchScriptNetwork Load(string path, string device = "cpu", string? output = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(device);
        Device target = LibTorch.DeviceNamed(device);
        FileKind? kind = FileKind.Of(path);
        if (kind != FileKind.TorchScript)
            throw new CheckpointException(
                $"{path}: "
                + (kind?.InsteadOf("a TorchScript archive") ?? "this is not a TorchScript archive. Save the model with torch.jit.save."));
        ScriptMethod forward = ScriptArchive.Forward(path, output);
        string hash;
        using (FileStream file = File.OpenRead(path))
            hash = Convert.ToHexStringLower(SHA256.HashData(file));
        try
        {
            return NativeGuard.Run(() =>
            {
                // TorchSharp's handles to the weights are not needed: the script has its own.
                using DisposeScope handles = NewDisposeScope();
                return new TorchScriptNetwork(jit.load(path, target), forward, Path.GetFileName(path), $"torchscript:{hash[..16]}");
            });
        }
        catch (Exception e) when (e is ExternalException or NativeFailureException)
        {
            throw new CheckpointException($"{path}: libtorch cannot load this script on '{device}': {Reason(e)}", e);
        }
    }

    /// <summary>Calls a script of one argument.</summary>
    /// <param name="images">[N,C,H,W] on the script's device, of the type that it takes.</param>
    /// <returns>What it returns; fresh.</returns>
    /// <exception cref="InvalidOperationException">The script fails, or returns something other than one tensor.</exception>
    public Tensor call(Tensor images) => Run(images);

    /// <summary>Calls a script of two arguments.</summary>
    /// <param name="images">[N,C,H,W] on the script's device, of the type that it takes.</param>
    /// <param name="timesteps">[N] on the script's device.</param>
    /// <returns>What it returns; fresh.</returns>
    /// <exception cref="InvalidOperationException">The script fails, or returns something other than one tensor.</exception>
    public Tensor call(Tensor images, Tensor timesteps) => Run(images, timesteps);

    /// <summary>Frees the script.</summary>
    public void Dispose()
    {
        // TorchSharp 0.107 makes a wrapper for each inner module in order to dispose it, and one more for the script itself that it never
        // disposes: the weights would stay in memory for good. The one native handle is all there is to free.
        if (s_handle?.GetValue(_script) is not SafeHandle handle)
        {
            _script.Dispose();
            return;
        }

        handle.Dispose();
        handle.SetHandleAsInvalid();
    }

    /// <summary>Whether a file is a zip archive with a script inside, as written by <c>torch.jit.save</c>.</summary>
    /// <param name="path">Any file.</param>
    public static bool IsTorchScript(string path) => FileKind.Of(path) == FileKind.TorchScript;

    /// <summary>Whether <c>forward</c> can be called with this many tensors.</summary>
    internal bool Takes(int count) => _forward.Required <= count && count <= _forward.Arguments.Count
        && _forward.Arguments.Take(count).All(argument => argument.TakesTensor);

    private Tensor Run(params Tensor[] arguments)
    {
        string given = string.Join(" and ", arguments.Select(argument =>
            $"{argument.dtype} [{string.Join(',', argument.shape)}] on {argument.device}"));
        int calls = _calls.AddOrUpdate(given, 1, static (_, before) => before + 1);
        using DisposeScope scope = NewDisposeScope();
        object? answer;
        try
        {
            answer = calls > 2 ? Meant(_script.call(arguments)) : Guarded(arguments);
        }
        catch (Exception e) when (e is ExternalException or NativeFailureException or NotImplementedException)
        {
            throw new InvalidOperationException($"{_name} failed on {given}: {Reason(e)}{Advice()}", e);
        }

        return answer is Tensor tensor
            ? tensor.MoveToOuterDisposeScope()
            : throw new InvalidOperationException(
                $"{_name} returns {Named(answer)}: say which tensor is meant when loading it (output), or wrap the model before saving, "
                    + "so that forward returns its logits or its prediction alone.");
    }

    /// <summary>The result that is meant, where there are several; the whole answer where it does not have that one.</summary>
    private object? Meant(object? answer)
    {
        object?[]? all = answer switch
        {
            Tensor[] list => list,
            object?[] mixed => mixed,
            ITuple tuple => [.. Enumerable.Range(0, tuple.Length).Select(place => tuple[place])],
            _ => null,
        };
        int place = _forward.Output ?? 0;
        return all is null || place >= all.Length || _forward.Output is null && all.Length > 1 ? answer : all[place];
    }

    // Modes and dispose scopes belong to a thread, so the result is handed over without its managed part.
    private object? Guarded(Tensor[] arguments)
    {
        bool inference = is_inference_mode_enabled(), gradients = is_grad_enabled();
        object? answer = NativeGuard.Run(() =>
        {
            using IDisposable mode = inference ? inference_mode() : set_grad_enabled(gradients);
            using DisposeScope scope = NewDisposeScope();
            object? result = Meant(_script.call(arguments));
            return result is Tensor tensor ? tensor.DecoupleFromNativeHandle() : result;
        });
        return answer is nint handle ? Tensor.UnsafeCreateTensor(handle) : answer;
    }

    private string Named(object? answer) => answer switch
    {
        null => "a None, not one tensor",
        Tensor[] list => $"{list.Length} tensors, {Missing}",
        ITuple tuple => $"{tuple.Length} results, {Missing}",
        object?[] mixed => $"{mixed.Length} results, {Missing}",
        _ => $"a {answer.GetType().Name}, not one tensor",
    };

    private string Missing => _forward.Output is { } output ? $"and none is number {output}" : "not one tensor";

    // Images are float32 here.
    private string Advice() => Info.Precision is "float16" or "bfloat16" or "float64"
        ? $". Its weights are {Info.Precision}, and images are float32: wrap the model before saving, so that forward converts its "
            + $"input and returns float32."
        : "";

    // The interpreter puts its reason last, after two listings of code; other errors begin with it, followed by a C++ stack trace. The
    // inner exception has it all.
    private static string Reason(Exception e)
    {
        string said = StackTrace().Split(e.Message)[0].Trim();
        Match last = InterpreterError().Match(said);
        string reason = last.Success ? last.Groups[1].Value : said.Split('\n')[0];
        return reason.Trim() is { Length: > 0 } text ? text.ReplaceLineEndings(" ") : "no reason given";
    }

    [GeneratedRegex(@"^(?:Exception raised from |frame #\d)", RegexOptions.Multiline)]
    private static partial Regex StackTrace();

    [GeneratedRegex(@"^RuntimeError: (.*)\z", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.RightToLeft)]
    private static partial Regex InterpreterError();
}
