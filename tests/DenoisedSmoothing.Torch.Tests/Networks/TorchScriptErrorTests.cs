using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Networks;
using DenoisedSmoothing.Schedules;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Networks;

/// <summary>
/// Files of which libtorch 2.10 makes a C++ exception that TorchSharp does not catch, or at which it reads memory that is not there: the
/// process would end, and these tests with it. Each was tried in a process of its own without what is tested here, and did.
/// </summary>
public sealed class TorchScriptErrorTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("torchscript-errors-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Load_module_without_forward_is_an_error_at_every_entry()
    {
        // PyTorch 2.6: torch.jit.script of a module that has a parameter and no forward.
        string path = Golden.PathOf("cases/torchscript/tensors-only.pt");
        Action[] entries =
        [
            () => TorchScriptNetwork.Load(path).Dispose(),
            () => TorchScript.LoadClassifier(path, 2).Dispose(),
            () => TorchScript.LoadDenoiser(path, new CosineSchedule(1000)).Dispose(),
        ];
        entries.Should().AllSatisfy(load => load.Should().Throw<CheckpointException>()
            .WithMessage("*tensors-only.pt: this script has no method forward. Put*"));
    }

    [Fact]
    public void Load_module_of_other_methods_names_them() =>
        Load("  def encode(self: __torch__.M,\n    x: Tensor) -> Tensor:\n    return x\n  def forward_once(self: __torch__.M,\n    x: "
            + "Tensor) -> Tensor:\n    return x\n")
            .Should().Throw<CheckpointException>().WithMessage("*no method forward (it has encode, forward_once)*");

    [Theory]
    [InlineData("return ops.torchvision.nms(x, x, 0.5)", "*calls torchvision::nms, which libtorch alone does not have*")]
    [InlineData("return __torch__.other.helper(x, )", "*the code of '__torch__.other.helper' is missing*")]
    [InlineData("return __torch__.helper(x, )", "*the code of '__torch__.helper' is missing*")]
    public void Load_code_of_other_libraries_is_refused_before_libtorch_is_asked(string body, string message) =>
        Load(Forward("Tensor", body)).Should().Throw<CheckpointException>().WithMessage(message);

    // PyTorch 2.6 says the same words of the same code (torch.jit.load): C++ raises torch::jit::ErrorReport, which TorchSharp lets through.
    [Theory]
    [InlineData("return torch.frobnicate(x)", "Unknown builtin op: aten::frobnicate.")]
    [InlineData("return y", "undefined value y")]
    [InlineData("a = annotate(Foo, x)\n    return a", "Unknown type name 'Foo'")]
    [InlineData("return torch.add(x, self.weight)", "object has no attribute or method 'weight'")]
    [InlineData("return x +", "expected ident but found 'newline' here")]
    [InlineData("return 3", "annotated as having type Tensor but is actually of type int")]
    [InlineData("return torch.add(x, \"a\")", "Arguments for call are not valid.")]
    [InlineData("return CONSTANTS.c5", "constant index 5 is out of bounds (constant table has 0 entries)")]
    [InlineData("return (self).forward(x, )", "method 'forward' is called recursively")]
    [InlineData("return torch.add(x, 99999999999999999999999999)", "Integral constant out of range")]
    public void Load_code_that_does_not_compile_is_an_error_with_its_reason(string body, string reason)
    {
        Load(Forward("Tensor", body)).Should().Throw<CheckpointException>()
            .WithMessage($"*script0.pt: libtorch cannot load this script on 'cpu': *{reason}*");
        // Nothing is held that another script needs.
        using TorchScriptNetwork sound = TorchScriptNetwork.Load(Save(Forward("Tensor", "return x")));
        using Tensor images = zeros(1, 3, 4, 4);
        sound.call(images).Dispose();
    }

    [Theory]
    [InlineData("999\n", "version 999, but the maximum supported version for reading is 10")]
    [InlineData("abc\n", "Couldn't parse the version abc")]
    [InlineData("-5\n", "version -5, but the minimum supported version for reading is 1")]
    public void Load_archive_of_another_version_is_an_error(string version, string reason) =>
        With(("version", [.. version.Select(c => (byte)c)]))
        .Should().Throw<CheckpointException>().WithMessage($"*{reason}*");

    [Theory]
    [InlineData("garbage", "*byte 0 of its pickle*")]
    [InlineData("\u0080\u0002K\u0003.", "*Expected Tuple but got Int*")]
    public void Load_archive_of_other_constants_is_an_error(string constants, string message) =>
        With(("constants.pkl", System.Text.Encoding.Latin1.GetBytes(constants))).Should().Throw<CheckpointException>().WithMessage(message);

    [Theory]
    [InlineData("(", "x", ")", 5000)]
    [InlineData("torch.neg(", "x", ")", 5000)]
    [InlineData("", "x", " + x", 5000)]
    [InlineData("-", "x", "", 9000)]
    public void Load_code_that_would_exhaust_the_stack_is_an_error(string before, string inner, string after, int times) =>
        Load(Forward("Tensor", "return " + string.Concat(Enumerable.Repeat(before, times)) + inner
            + string.Concat(Enumerable.Repeat(after, times)))).Should().Throw<CheckpointException>().WithMessage("*nested too deep*");

    [Fact]
    public void Load_blocks_and_objects_that_would_exhaust_the_stack_are_an_error()
    {
        string blocks = string.Concat(Enumerable.Range(2, 2000).Select(level => $"{new string(' ', 2 * level)}if True:\n"));
        Load($"  def forward(self: __torch__.M,\n    x: Tensor) -> Tensor:\n{blocks}{new string(' ', 4010)}y = x\n    return x\n")
            .Should().Throw<CheckpointException>().WithMessage("*nested too deep*");
        byte[] lists = [.. Enumerable.Repeat((byte)']', 20_000), .. Enumerable.Repeat((byte)'a', 19_999)];
        Load(Forward("Tensor", "return x"), pickled: WithAttribute(lists)).Should().Throw<CheckpointException>()
            .WithMessage("*nested more than 500 deep*");
        byte[] tuples = [(byte)')', .. Enumerable.Repeat((byte)0x85, 20_000)];
        With(("constants.pkl", [0x80, 2, .. tuples, (byte)'.'])).Should().Throw<CheckpointException>()
            .WithMessage("*nested more than 500 deep*");
    }

    // libtorch 2.10 loads all of these, and then reads memory that is not the script's, or ends with a signal.
    [Theory]
    [InlineData(6, "2,3", "3,1", 0, 4, "*storage '0' of this script should have 24 bytes, and has 4*")]
    [InlineData(6, "2,3", "3,1", 0, null, "*storage '0' of this script should have 24 bytes, and is missing*")]
    [InlineData(2_000_000_000, "2,3", "3,1", 0, 24, "*storage '0' of this script should have 8000000000 bytes, and has 24*")]
    [InlineData(6, "2000,3000", "3,1", 0, 24, "*a tensor of shape [2000, 3000] reaches element 8996 of storage '0', which has 6*")]
    [InlineData(6, "2,3", "1000000000,1000000000", 0, 24, "*reaches element 3000000000 of storage '0', which has 6*")]
    [InlineData(6, "2,3", "3,1", 1_000_000, 24, "*reaches element 1000005 of storage '0', which has 6*")]
    [InlineData(6, "2,3", "3,1", -4, 24, "*a negative offset*")]
    [InlineData(6, "2,3", "-3,1", 0, 24, "*a negative offset*")]
    public void Load_tensor_outside_of_its_storage_is_an_error(
        int count, string sizes, string strides, int offset, int? length, string message) =>
        Attribute("w : Tensor", TensorOf(count, sizes, strides, offset), length).Should().Throw<CheckpointException>().WithMessage(message);

    [Fact]
    public void Call_attribute_of_another_type_is_an_error()
    {
        // BININT1 7, where the code says that w is a tensor.
        string path = TorchScriptFile.SaveMethods(Path.Combine(_folder.FullName, "attribute.pt"),
            Forward("Tensor", "return torch.add(x, self.w)"), pickled: WithAttribute("K\a"u8), attribute: "w : Tensor");
        using TorchScriptNetwork network = TorchScriptNetwork.Load(path);
        using Tensor images = zeros(1, 3, 2, 2);
        network.Invoking(it => it.call(images)).Should().Throw<InvalidOperationException>().WithMessage("*Expected Tensor but got Int*");
    }

    [Theory]
    [InlineData("return torch.add(x, int(\"abc\"))", "stoll")] // std::invalid_argument
    [InlineData("return torch.add(x, 1 // 0)", "division by 0")]
    [InlineData("a = [x]\n    return a[5]", "list index out of range")]
    [InlineData("return torch.ones([1000000, 1000000, 1000])", "can't allocate memory")]
    public void Call_whatever_a_script_raises_is_an_error_with_its_reason(string body, string reason)
    {
        using TorchScriptNetwork network = TorchScriptNetwork.Load(Save(Forward("Tensor", body)));
        using Tensor images = zeros(1, 3, 2, 2);
        LiveTensors.ShouldNotChange(() => network.Invoking(it => it.call(images)).Should().Throw<InvalidOperationException>()
            .WithMessage($"*failed on Float32 [1,3,2,2] on cpu:*{reason}*"));
    }

    [Fact]
    public void Call_many_chained_operators_do_not_exhaust_the_stack()
    {
        // Nearly twice as deep as libtorch gets on a thread of the usual 8 MB.
        string chain = string.Concat(Enumerable.Range(0, 12_000).Select(i => $"    a{i + 1} = torch.neg({(i == 0 ? "x" : $"a{i}")})\n"));
        using TorchScriptNetwork network = TorchScriptNetwork.Load(
            Save($"  def forward(self: __torch__.M,\n    x: Tensor) -> Tensor:\n{chain}    return a12000\n"));
        using Tensor images = ones(1, 3, 2, 2);
        for (int i = 0; i < 3; i++)
        {
            using Tensor same = network.call(images);
            same.sum().item<float>().Should().Be(12);
        }
    }

    [Fact]
    public void Call_keeps_the_modes_of_the_caller_from_the_first_time_on()
    {
        using TorchScriptNetwork network = TorchScriptNetwork.Load(Save(Forward("Tensor", "return torch.mul(x, x)")));
        for (int i = 0; i < 4; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor images = ones(new long[] { 1, 3, 2, 2 }, requires_grad: true);
            network.call(images).sum().backward();
            images.grad!.sum().item<float>().Should().Be(24);
            using (no_grad())
                network.call(images).requires_grad.Should().BeFalse();
            using IDisposable inference = inference_mode();
            network.call(images).requires_grad.Should().BeFalse();
        }
    }

    [Fact]
    public void Load_name_of_a_class_inside_of_a_text_is_no_use_of_it()
    {
        using TorchScriptNetwork network =
            TorchScriptNetwork.Load(
            Save(Forward("Tensor", "a = \"see __torch__.other.N and ops.torchvision_.nms \\\" __torch__.q.R\"\n    return x")));
        using Tensor images = zeros(1, 3, 4, 4);
        network.call(images).Dispose();
    }

    [Theory]
    [InlineData("code/__torch__.py", "*the code of '__torch__.M' is missing*")]
    [InlineData("data.pkl", "*no data.pkl*")]
    [InlineData("version", "*libtorch cannot load this script on 'cpu':*version*")]
    public void Load_archive_without_a_record_is_an_error(string record, string message) =>
        Load(Forward("Tensor", "return x"), record).Should().Throw<CheckpointException>().WithMessage(message);

    [Theory]
    [InlineData("\u0080\u0002c__torch__\nN\n)\u0081}b.", "*the code of '__torch__.N' is missing*")]
    [InlineData("\u0080\u0002N.", "*does not begin with a module*")]
    [InlineData("", "*its pickle ends early*")]
    [InlineData("\u0080\u0002ccollections\nOrderedDict\n)\u0081}b.", "*does not begin with a module*")]
    public void Load_archive_of_other_objects_is_an_error(string pickled, string message) =>
        Load(Forward("Tensor", "return x"), pickled: System.Text.Encoding.Latin1.GetBytes(pickled)).Should().Throw<CheckpointException>()
            .WithMessage(message);

    [Theory]
    [InlineData("Dict[str, Tensor]", "return {\"out\": x}")]
    [InlineData("Tuple[str, int]", "return (\"a\", 3)")]
    [InlineData("List[str]", "return [\"a\"]")]
    [InlineData("str", "return \"a\"")]
    [InlineData("None", "return None")]
    [InlineData("int", "return 3")]
    public void Load_forward_that_returns_no_single_tensor_is_an_error(string returns, string body) =>
        Load(Forward(returns, body)).Should().Throw<CheckpointException>()
            .WithMessage($"*forward returns '{returns}', not one tensor. Wrap the model*");

    [Theory]
    [InlineData(null, "Tuple[Tensor, int, Tensor]", "*returns 'Tuple[Tensor, int, Tensor]', not one tensor. *which one is meant: 0, 2.")]
    [InlineData("1", "Tuple[Tensor, int, Tensor]", "*of which '1' is 'int'. *which one is meant: 0, 2.")]
    [InlineData("3", "Tuple[Tensor, int, Tensor]", "*which has no '3'. *which one is meant: 0, 2.")]
    [InlineData("-1", "Tuple[Tensor, int, Tensor]", "*which has no '-1'. *which one is meant: 0, 2.")]
    [InlineData("logits", "Tuple[Tensor, int, Tensor]", "*which has no 'logits'. *which one is meant: 0, 2.")]
    [InlineData(null, "List[Tensor]", "*returns 'List[Tensor]', not one tensor. Say with output which one is meant, by its place from 0.")]
    [InlineData("1", "Tensor", "*returns 'Tensor', which has no '1'. Leave output out.")]
    [InlineData("out", "Dict[str, Tensor]", "*returns 'Dict[str, Tensor]', which has no 'out'. Wrap the model*")]
    public void Load_several_results_without_a_right_choice_say_which_there_are(string? output, string returns, string message)
    {
        string path = Save(Forward(returns, "return x"));
        FluentActions.Invoking(() => TorchScript.LoadClassifier(path, 10, output: output)).Should().Throw<CheckpointException>()
            .WithMessage(message);
    }

    [Fact]
    public void Load_forward_that_takes_no_tensor_is_an_error() =>
        Load("  def forward(self: __torch__.M,\n    xs: List[Tensor],\n    n: int=3) -> Tensor:\n    return xs[0]\n")
            .Should().Throw<CheckpointException>().WithMessage("*forward takes 'xs: List[Tensor]', which is not a tensor*");

    [Fact]
    public void Load_arguments_with_defaults_need_not_be_given()
    {
        string path =
            Save("  def forward(self: __torch__.M,\n    x: Tensor,\n    mask: Optional[Tensor]=None,\n    sizes: List[int]=[1, 2],\n    "
            + "mode: str=\"a, (b\") -> Tensor:\n    return torch.mean(x, [2, 3])\n");
        using (TorchScriptNetwork network = TorchScriptNetwork.Load(path))
            network.InputCount.Should().Be(1);
        using Tensor images = ones(2, 3, 4, 4);
        using IDisposable classifier = TorchScript.LoadClassifier(path, 3);
        ((IClassifier)classifier).Classify(images).Dispose();
    }

    [Fact]
    public void Load_every_cut_and_every_damaged_byte_is_an_error_or_harmless()
    {
        byte[] whole = File.ReadAllBytes(Golden.PathOf("cases/torchscript/assert.pt"));
        string path = Path.Combine(_folder.FullName, "damaged.pt");
        for (int length = 0; length < whole.Length; length += 97)
            Refuses(whole[..length]);
        int refused = 0;
        for (int at = 0; at < whole.Length; at += 7)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 0xff;
            File.WriteAllBytes(path, damaged);
            try
            {
                TorchScriptNetwork.Load(path).Dispose();
            }
            catch (CheckpointException)
            {
                refused++;
            }
        }

        // What is left are dates, padding and the debug positions' own fields of the zip headers.
        refused.Should().BeGreaterThan(whole.Length / 7 / 2);

        void Refuses(byte[] bytes)
        {
            File.WriteAllBytes(path, bytes);
            Action load = () => TorchScriptNetwork.Load(path).Dispose();
            load.Should().Throw<CheckpointException>();
        }
    }

    [Theory]
    // PyTorch 2.6: a module that asserts 224x224, and one with weights in float64.
    [InlineData("assert.pt", "assert.pt failed on Float32 [2,3,2,2] on cpu: AssertionError: images must be 224x224")]
    [InlineData("double.pt",
        "double.pt failed on Float32 [2,3,2,2] on cpu: mat1 and mat2 must have the same dtype, but got Float and Double"
        + ". Its weights are float64, and images are float32: wrap the model before saving*")]
    public void Call_error_of_a_script_keeps_its_reason(string file, string message)
    {
        using TorchScriptNetwork network = TorchScriptNetwork.Load(Golden.PathOf("cases/torchscript/" + file));
        using Tensor images = zeros(2, 3, 2, 2);
        LiveTensors.ShouldNotChange(() => network.Invoking(it => it.call(images)).Should().Throw<InvalidOperationException>()
            .WithMessage(message));
    }

    [Fact]
    public void Call_wrong_number_of_arguments_says_so()
    {
        using TorchScriptNetwork network = TorchScriptNetwork.Load(Save(Forward("Tensor", "return x")));
        using Tensor images = zeros(2, 3, 2, 2), timesteps = zeros(2);
        network.Invoking(it => it.call(images, timesteps)).Should().Throw<InvalidOperationException>()
            .WithMessage("*Expected at most 2 argument(s)*");
    }

    private static string Forward(string returns, string body) =>
        $"  def forward(self: __torch__.M,\n    x: Tensor) -> {returns}:\n    {body}\n";

    // M with "training" and "w".
    private static byte[] WithAttribute(ReadOnlySpan<byte> value) =>
        [0x80, 2, .. "c__torch__\nM\n)"u8, 0x81, .. "}(X\b\0\0\0training"u8, 0x89, .. "X\x01\0\0\0w"u8, .. value, .. "ub."u8];

    // torch._utils._rebuild_tensor_v2(storage, offset, size, stride, False, OrderedDict()).
    private static byte[] TensorOf(int count, string sizes, string strides, int offset)
    {
        return
        [
            .. "ctorch._utils\n_rebuild_tensor_v2\n((X\a\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\00X\x03\0\0\0cpu"u8, .. Integer(count),
            .. "tQ"u8, .. Integer(offset), (byte)'(', .. Integers(sizes), (byte)'t', (byte)'(', .. Integers(strides), (byte)'t',
            0x89, .. "ccollections\nOrderedDict\n)RtR"u8,
        ];

        static IEnumerable<byte> Integers(string list) => list.Split(',').SelectMany(number => Integer(int.Parse(number, null)));
        static byte[] Integer(int value) => [(byte)'J', .. BitConverter.GetBytes(value)];
    }

    private Action Attribute(string attribute, byte[] value, int? length)
    {
        string path = TorchScriptFile.SaveMethods(Path.Combine(_folder.FullName, "tensor.pt"),
            Forward("Tensor", "return torch.add(x, torch.sum(self.w))"), null, WithAttribute(value), attribute,
            length is { } bytes ? [("data/0", new byte[bytes])] : []);
        return () => TorchScriptNetwork.Load(path).Dispose();
    }

    private Action With((string, byte[]) record)
    {
        string path = TorchScriptFile.SaveMethods(Path.Combine(_folder.FullName, "other.pt"), Forward("Tensor", "return x"), more: record);
        return () => TorchScriptNetwork.Load(path).Dispose();
    }

    private string Save(string methods, string? without = null, byte[]? pickled = null) =>
        TorchScriptFile.SaveMethods(Path.Combine(_folder.FullName, $"script{_folder.GetFiles().Length}.pt"), methods, without, pickled);

    private Action Load(string methods, string? without = null, byte[]? pickled = null)
    {
        string path = Save(methods, without, pickled);
        return () => TorchScriptNetwork.Load(path).Dispose();
    }
}
