using System.Text;
using System.Text.RegularExpressions;
using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Networks;

/// <summary>
/// What a TorchScript archive says about its module, checked before libtorch loads it, since libtorch believes what a file says about its
/// tensors. Layout: data.pkl begins with the module's class and has its tensors' elements in data/KEY, constants.pkl in constants/KEY;
/// code/__torch__/a/b.py has the class __torch__.a.b.C.
/// </summary>
internal sealed partial class ScriptArchive
{
    /// <summary>
    /// How deep brackets and blocks may be nested in code: libtorch's parser calls itself for each. Scripts are saved flat.
    /// </summary>
    public const int MaxNesting = 200;

    // The namespaces of operators that libtorch 2.10 has; those of aten are printed as torch.NAME.
    private static readonly HashSet<string> s_namespaces = new(StringComparer.Ordinal)
    {
        "aten", "prim", "prims", "quantized", "_quantized", "onednn", "mkldnn", "mkldnn_prepacked", "mkl", "prepacked", "sparse", "cuda",
        "profiler", "static_runtime", "inductor", "c10d", "_c10d_functional", "fb", "rngprims", "vulkan_prepack", "metal_prepack",
            "xnnpack",
    };

    private readonly string _path;
    private readonly string _class;
    private readonly Dictionary<string, string> _code;

    private ScriptArchive(string path, string @class, Dictionary<string, string> code) => (_path, _class, _code) = (path, @class, code);

    /// <summary>Reads the module's forward from an archive after checking that libtorch will find everything it needs.</summary>
    /// <param name="path">A file made by <c>torch.jit.save</c>.</param>
    /// <param name="output">Which of several results is meant; null for the only one.</param>
    /// <exception cref="CheckpointException">
    /// The archive is damaged or incomplete, or its module has no forward that turns tensors into one tensor, or into several of which one
    /// is named.
    /// </exception>
    public static ScriptMethod Forward(string path, string? output)
    {
        using SoundZip zip = SoundZip.Open(path);
        string objects = zip.Names.FirstOrDefault(name => name.Split('/') is [_, "data.pkl"])
            ?? throw CheckpointException.In(path, "this TorchScript archive has no data.pkl");
        string folder = objects[..^"data.pkl".Length];
        byte[] pickle = zip.Read(objects)!;
        Dictionary<string, string> code = zip.Names
            .Where(name => name.StartsWith(folder + "code/", StringComparison.Ordinal) && name.EndsWith(".py", StringComparison.Ordinal))
            .ToDictionary(name => name[(folder.Length + 5)..^3].Replace('/', '.'), name =>
                zip.ReadText(name)!.ReplaceLineEndings("\n"), StringComparer.Ordinal);
        CheckPickle(zip, path, folder, objects, "data/");
        CheckPickle(zip, path, folder, folder + "constants.pkl", "constants/");
        foreach ((string module, string text) in code)
        {
            string plain = Texts().Replace(text, "\"\"");
            if (Nesting(plain) > MaxNesting || Operands().EnumerateMatches(plain).MoveNext())
                throw CheckpointException.In(path, $"the code of {CheckpointException.Quote(module)} is nested too deep for libtorch");
        }

        string @class = TopClass(pickle)
            ?? throw CheckpointException.In(path, "the data.pkl of this TorchScript archive does not begin with a module");
        return new ScriptArchive(path, @class, code).Checked(Encoding.Latin1.GetString(pickle), output);
    }

    /// <summary>How deep brackets and indented blocks are nested.</summary>
    public static int Nesting(string text)
    {
        int depth = 0, deepest = 0, indent = 0;
        bool begins = true;
        foreach (char c in text)
        {
            if (c == '\n')
                (begins, indent) = (true, 0);
            else if (begins && c is ' ' or '\t')
                indent++;
            else
                begins = false;
            depth = c is '(' or '[' or '{' ? depth + 1 : c is ')' or ']' or '}' ? Math.Max(0, depth - 1) : depth;
            deepest = Math.Max(deepest, depth + (indent / 2));
        }

        return deepest;
    }

    private static void CheckPickle(SoundZip zip, string path, string folder, string name, string storages)
    {
        if (zip.Read(name) is { } pickle)
            ScriptPickle.Check(path, pickle, key => zip.ByteCount(folder + storages + key), zip.Budget);
    }

    private ScriptMethod Checked(string pickle, string? output)
    {
        foreach (string name in References(pickle))
        {
            if (!IsDefined(name))
                throw CheckpointException.In(_path,
                    $"the code of {CheckpointException.Quote(name)} is missing from this TorchScript archive");
        }

        string[] foreign = [.. _code.Values.SelectMany(text => Operators().Matches(text))
            .Where(call => !s_namespaces.Contains(call.Groups[1].Value))
            .Select(call => $"{call.Groups[1].Value}::{call.Groups[2].Value}").Distinct().Order(StringComparer.Ordinal)];
        if (foreign.Length > 0)
        {
            throw CheckpointException.In(_path,
                $"this script calls {string.Join(", ", foreign.Take(3))}{(foreign.Length > 3 ? " ..." : "")}, which libtorch alone does "
                    + $"not have",
                "Save the model without that step, or export it to ONNX.");
        }

        int dot = _class.LastIndexOf('.');
        string body = ClassBody(_code[_class[..dot]], _class[(dot + 1)..]);
        Match[] methods = [.. Methods().Matches(body).AsEnumerable<Match>()];
        Match? forward = methods.FirstOrDefault(method => method.Groups[1].Value == "forward");
        if (forward is null || ScriptMethod.Parse(body.AsSpan(forward.Index + forward.Length - 1)) is not { } method)
        {
            string others = methods.Length == 0
                ? ""
                : $" (it has {string.Join(", ", methods.Take(8).Select(other => other.Groups[1].Value))})";
            throw CheckpointException.In(_path, $"this script has no method forward{others}",
                "Put the computation into the model's forward before torch.jit.script: what is in __call__, or in another method, is "
                    + "not called.");
        }

        int? place = ScriptResult.Of(method.Returns, Fields).Place(_path, output);
        return method.Arguments.FirstOrDefault(argument => !argument.HasDefault && !argument.TakesTensor) is { } other
            ? throw CheckpointException.In(_path, $"forward takes {CheckpointException.Quote(other.ToString())}, which is not a tensor",
                "Wrap the model before saving, so that forward takes images, or images and timesteps, as tensors.")
            : method with { Output = place };
    }

    /// <summary>The fields of a named tuple; null for another class.</summary>
    private IReadOnlyList<ScriptArgument>? Fields(string @class)
    {
        int dot = @class.LastIndexOf('.');
        if (!_code.TryGetValue(@class[..dot], out string? text)
            || text.IndexOf($"class {@class[(dot + 1)..]}(NamedTuple):", StringComparison.Ordinal) < 0)
            return null;
        return [.. NamedFields().Matches(ClassBody("\n" + text, @class[(dot + 1)..]))
            .Select(field => ScriptArgument.Parse(field.ValueSpan.Trim()))];
    }

    // The pickle's first instruction after the protocol is GLOBAL: a module and a name, each ended by a line feed.
    private static string? TopClass(byte[] pickle)
    {
        if (pickle is not [0x80, _, (byte)'c', ..])
            return null;
        string[] lines = Encoding.Latin1.GetString(pickle, 3, Math.Min(pickle.Length - 3, 1000)).Split('\n');
        return lines.Length > 2 && lines[0].StartsWith("__torch__", StringComparison.Ordinal) ? $"{lines[0]}.{lines[1]}" : null;
    }

    /// <summary>
    /// Every name of the archive's own classes and functions that is used: in the pickle, and in the code outside strings.
    /// </summary>
    private IEnumerable<string> References(string pickle)
    {
        IEnumerable<string> objects = Globals().Matches(pickle).Select(global => $"{global.Groups[1].Value}.{global.Groups[2].Value}");
        IEnumerable<string> uses = _code.Values.SelectMany(text => Names().Matches(Texts().Replace(text, "\"\"")))
            .Select(name => name.Value);
        // Those in torch.classes are libtorch's own.
        return objects.Concat(uses).Append(_class).Distinct()
            .Where(name => name.Contains('.', StringComparison.Ordinal)
                && !name.StartsWith("__torch__.torch.classes.", StringComparison.Ordinal));
    }

    // The name may continue after what is defined, such as with the member of an enumeration.
    private bool IsDefined(string name)
    {
        string[] parts = name.Split('.');
        for (int length = parts.Length - 1; length > 0; length--)
        {
            if (_code.TryGetValue(string.Join('.', parts[..length]), out string? text))
                return Regex.IsMatch(text, $@"^(class|def) {Regex.Escape(parts[length])}\(", RegexOptions.Multiline);
        }

        return false;
    }

    private static string ClassBody(string code, string name)
    {
        int start = code.IndexOf($"\nclass {name}(", StringComparison.Ordinal) + 1;
        Match next = NextDefinition().Match(code, start + 1);
        return next.Success ? code[start..next.Index] : code[start..];
    }

    [GeneratedRegex(@"c(__torch__[\w.]*)\n(\w+)\n")]
    private static partial Regex Globals();

    [GeneratedRegex(@"\b__torch__(?:\.\w+)+")]
    private static partial Regex Names();

    [GeneratedRegex(@"""(?:[^""\\\n]|\\.)*""|'(?:[^'\\\n]|\\.)*'")]
    private static partial Regex Texts();

    [GeneratedRegex(@"[^,()\[\]{}\n]{4097}")]
    private static partial Regex Operands();

    [GeneratedRegex(@"\bops\.(\w+)\.(\w+)\(")]
    private static partial Regex Operators();

    [GeneratedRegex(@"^  def (\w+)\(", RegexOptions.Multiline)]
    private static partial Regex Methods();

    [GeneratedRegex(@"^  \w+ : .+$", RegexOptions.Multiline)]
    private static partial Regex NamedFields();

    [GeneratedRegex(@"^(?:class|def) ", RegexOptions.Multiline)]
    private static partial Regex NextDefinition();
}
