using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Networks;
using DenoisedSmoothing.Schedules;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Networks;

/// <summary>
/// Files of which libtorch 2.10 makes a C++ exception that TorchSharp does not catch: the process would end, and these tests with it. Tried
/// one by one in processes of their own: all of "ends the process" did.
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
    public void Load_code_that_libtorch_cannot_compile_ends_the_process_unless_refused(string body, string message) =>
        Load(Forward("Tensor", body)).Should().Throw<CheckpointException>().WithMessage(message);

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
    [InlineData("", "*does not begin with a module*")]
    [InlineData("\u0080\u0002ccollections\nOrderedDict\n)\u0081}b.", "*does not begin with a module*")]
    public void Load_archive_of_other_objects_is_an_error(string pickled, string message) =>
        Load(Forward("Tensor", "return x"), pickled: System.Text.Encoding.Latin1.GetBytes(pickled)).Should().Throw<CheckpointException>()
            .WithMessage(message);

    [Theory]
    [InlineData("Dict[str, Tensor]", "return {\"out\": x}")]
    [InlineData("Tuple[Tensor, Tensor]", "return (x, x)")]
    [InlineData("List[str]", "return [\"a\"]")]
    [InlineData("str", "return \"a\"")]
    [InlineData("None", "return None")]
    [InlineData("int", "return 3")]
    public void Load_forward_that_returns_no_single_tensor_is_an_error(string returns, string body) =>
        Load(Forward(returns, body)).Should().Throw<CheckpointException>()
            .WithMessage($"*forward returns '{returns}', not one tensor. Wrap the model*");

    [Fact]
    public void Load_forward_that_takes_no_tensor_is_an_error() =>
        Load("  def forward(self: __torch__.M,\n    xs: List[Tensor],\n    n: int=3) -> Tensor:\n    return xs[0]\n")
            .Should().Throw<CheckpointException>().WithMessage("*forward takes 'xs: List[Tensor]', which is no tensor*");

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

    private string Save(string methods, string? without = null, byte[]? pickled = null) =>
        TorchScriptFile.SaveMethods(Path.Combine(_folder.FullName, $"script{_folder.GetFiles().Length}.pt"), methods, without, pickled);

    private Action Load(string methods, string? without = null, byte[]? pickled = null)
    {
        string path = Save(methods, without, pickled);
        return () => TorchScriptNetwork.Load(path).Dispose();
    }
}
