using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Checkpoints;

public class StateDictTests
{
    [Fact]
    public void Load_copies_a_file_into_parameters_and_buffers()
    {
        using var made = Network();
        using var loaded = Network();
        SyntheticWeights.Fill(made);
        made.state_dict()["bn.num_batches_tracked"].fill_(7);
        using SafetensorsFile file = FileOf(made.state_dict());
        LiveTensors.ShouldNotChange(() => StateDict.Load(loaded, file));

        foreach (var (name, entry) in loaded.state_dict())
            Bytes(entry).Should().Equal(Bytes(made.state_dict()[name]), name);
        loaded.parameters().Should().OnlyContain(parameter => parameter.requires_grad && parameter.is_leaf);
        StateDict.Fingerprint(loaded).Should().Be(StateDict.Fingerprint(made));
    }

    [Theory]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float64)]
    public void Load_converts_between_floating_point_types(ScalarType stored)
    {
        using var scope = NewDisposeScope();
        using var made = Network();
        using var loaded = Network();
        SyntheticWeights.Fill(made);
        Dictionary<string, Tensor> converted = made.state_dict()
            .ToDictionary(pair => pair.Key, pair => pair.Value.is_floating_point() ? pair.Value.detach().to(stored) : pair.Value);
        using SafetensorsFile file = FileOf(converted);

        LiveTensors.ShouldNotChange(() => StateDict.Load(loaded, file));

        foreach (var (name, entry) in loaded.state_dict())
        {
            entry.dtype.Should().Be(name.EndsWith("tracked", StringComparison.Ordinal) ? ScalarType.Int64 : ScalarType.Float32);
            Bytes(entry).Should().Equal(Bytes(converted[name].to(entry.dtype)), name);
        }
    }

    /// <summary>As in the checkpoints of 2018, and as PyTorch loads them.</summary>
    [Fact]
    public void Load_batch_norm_without_its_count_is_complete()
    {
        using var scope = NewDisposeScope();
        using var made = Network();
        using var loaded = Network();
        SyntheticWeights.Fill(made);
        Dictionary<string, Tensor> old = made.state_dict();
        old.Remove("bn.num_batches_tracked").Should().BeTrue();
        StateDict.Load(loaded, old);
        StateDict.Fingerprint(loaded).Should().Be(StateDict.Fingerprint(made));

        old.Remove("bn.running_var").Should().BeTrue();
        Action act = () => StateDict.Load(loaded, old);
        act.Should().Throw<CheckpointException>().WithMessage("*2 missing*");
    }

    [Fact]
    public void Load_from_a_dictionary_disposes_nothing_of_the_caller()
    {
        using var scope = NewDisposeScope();
        using var made = Network();
        using var loaded = Network();
        Dictionary<string, Tensor> weights = made.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.detach().clone());
        LiveTensors.ShouldNotChange(() => StateDict.Load(loaded, weights));
        weights.Values.Should().NotContain(tensor => tensor.IsInvalid);
        StateDict.Fingerprint(loaded).Should().Be(StateDict.Fingerprint(made));
    }

    [Fact]
    public void Load_lists_what_does_not_fit_and_changes_nothing()
    {
        using var scope = NewDisposeScope();
        using var module = Network();
        Dictionary<string, Tensor> weights = module.state_dict().ToDictionary(pair => pair.Key, pair => zeros_like(pair.Value));
        weights.Remove("conv.bias");
        weights["conv.weight"] = zeros(4, 1, 3, 3);
        weights["bn.num_batches_tracked"] = zeros([], ScalarType.Bool);
        for (int i = 0; i < 7; i++)
            weights[$"head.{i}.weight"] = zeros(i, 2);
        string before = StateDict.Fingerprint(module);

        Action load = () => StateDict.Load(module, weights);

        string[] lines = load.Should().Throw<CheckpointException>().Which.Message.Split(Environment.NewLine);
        lines.Should().Equal(
            "The state_dict does not fit the module Sequential of 7 entries:",
            "  1 missing: 'conv.bias' [4]",
            "  7 unexpected: 'head.0.weight' [0, 2], 'head.1.weight' [1, 2], 'head.2.weight' [2, 2], 'head.3.weight' [3, 2], "
                + "'head.4.weight' [4, 2] and 2 more",
            "  1 of another shape: 'conv.weight' [4, 1, 3, 3] for [4, 3, 3, 3]",
            "  1 of another type: 'bn.num_batches_tracked' BOOL for I64",
            "Take the checkpoint of this network in this configuration.");
        StateDict.Fingerprint(module).Should().Be(before);
    }

    [Fact]
    public void Load_names_the_file_and_a_prefix_to_strip()
    {
        using var module = Network();
        using SafetensorsFile file = FileOf(module.state_dict().ToDictionary(pair => $"module.{pair.Key}", pair => pair.Value));
        Action load = () => StateDict.Load(module, file);
        load.Should().Throw<CheckpointException>()
            .WithMessage(
            "weights.safetensors does not fit*7 missing*7 unexpected*are there under the prefix 'module.': open the file by "
            + "Checkpoint.Open, with CheckpointOptions.StripPrefixes set to it.");
    }

    [Theory]
    [InlineData("bias", "weight")]
    [InlineData("head.conv.weight", "head.fc.weight")]
    public void Load_of_a_few_names_in_common_speaks_of_no_prefix(params string[] names)
    {
        using var module = Network();
        Refused(module, new Entries("two", [.. names.Select(name => new TensorEntry(name, ScalarType.Float32, [4]))]),
            "*2 unexpected: *Take the checkpoint of this network in this configuration.");
    }

    [Fact]
    public void Load_says_what_known_checkpoint_it_is_given()
    {
        using var resnet = new CifarResNet(20, 10, ResNetShortcut.Convolution);
        Refused(resnet, Reference("improved_diffusion_cifar10_50m"),
            "*This is a checkpoint of improved-diffusion CIFAR-10 (50M). The module is CIFAR ResNet-20 (Cohen et al.'s names). Make the "
            + "network in that configuration, or take another checkpoint.");
        Refused(resnet, Reference("cifar_resnet110"),
            "*This is a checkpoint of CIFAR ResNet-110 (Cohen et al.'s names). The module is CIFAR ResNet-20*");
        Refused(resnet, new Entries("other", [new TensorEntry("w", ScalarType.Float32, [1])]),
            "*This is not a checkpoint of CIFAR ResNet-20*");
        using var linear = nn.Sequential(("net", nn.Linear(2, 3)));
        Refused(linear, Reference("guided_diffusion_imagenet256_uncond"),
            "*This is a checkpoint of guided-diffusion 256x256, unconditional. Make the network*");
        Refused(linear, new Entries("inner", [new("weight", ScalarType.Float32, [3, 2]), new("bias", ScalarType.Float32, [3])]),
            "*The names of the module begin with 'net.', those of the checkpoint do not*");
    }

    [Fact]
    public void Load_names_the_key_that_the_entries_are_from()
    {
        using var module = Network();
        using Checkpoint checkpoint = Checkpoint.Open(Golden.PathOf("checkpoints/training_checkpoint.pt"));
        Refused(module, checkpoint, "*training_checkpoint.pt (key 'state_dict') does not fit the module Sequential of 7 entries*");
    }

    [Fact]
    public void Load_that_is_not_strict_takes_what_there_is_but_not_nothing()
    {
        using var scope = NewDisposeScope();
        using var module = Network();
        SyntheticWeights.Fill(module);
        byte[] weight = Bytes(module.state_dict()["conv.weight"]);

        StateDict.Load(module, new Dictionary<string, Tensor> { ["conv.bias"] = ones(4), ["else"] = ones(1) }, strict: false);

        module.state_dict()["conv.bias"].detach().data<float>().ToArray().Should().Equal(1, 1, 1, 1);
        Bytes(module.state_dict()["conv.weight"]).Should().Equal(weight);
        Action misshapen = () => StateDict.Load(module, new Dictionary<string, Tensor> { ["conv.bias"] = ones(5) }, strict: false);
        misshapen.Should().Throw<CheckpointException>().WithMessage("*1 of another shape: 'conv.bias' [5] for [4]*");
        Action nothing = () => StateDict.Load(module, new Dictionary<string, Tensor> { ["else"] = ones(1) }, strict: false);
        nothing.Should().Throw<CheckpointException>().WithMessage("*7 missing*1 unexpected*");
    }

    [Fact]
    public void Load_refuses_a_module_without_memory()
    {
        using var module = nn.Linear(2, 2, device: META);
        Action load = () => StateDict.Load(module, new Dictionary<string, Tensor>());
        load.Should().Throw<ArgumentException>().WithMessage("*meta device*");
    }

    [Fact]
    public void Fingerprint_is_stable_and_leaves_nothing_alive()
    {
        using var module = Network();
        SyntheticWeights.Fill(module);
        string first = "";
        LiveTensors.ShouldNotChange(() => first = StateDict.Fingerprint(module));

        first.Should().MatchRegex("^[0-9a-f]{64}$");
        StateDict.Fingerprint(module).Should().Be(first);
        // From the documented layout, computed outside of this library (Python's hashlib over the formula's weights).
        first.Should().Be("f8f379733a08311b16812736bde6a38471257a14d3a1e52928582351fa5b5540");
    }

    [Fact]
    public void Fingerprint_changes_with_one_bit_of_any_entry()
    {
        using var module = Network();
        SyntheticWeights.Fill(module);
        HashSet<string> seen = [StateDict.Fingerprint(module)];
        foreach (Tensor entry in module.state_dict().Values)
        {
            // Through the memory itself: the last bit of the mantissa of the last element.
            entry.bytes[^(int)entry.element_size()] ^= 1;
            seen.Add(StateDict.Fingerprint(module)).Should().BeTrue();
        }
    }

    [Fact]
    public void Fingerprint_tells_names_types_and_shapes_apart()
    {
        using var wide = nn.Sequential(("a", nn.Linear(4, 2, hasBias: false)));
        using var tall = nn.Sequential(("a", nn.Linear(2, 4, hasBias: false)));
        using var other = nn.Sequential(("b", nn.Linear(4, 2, hasBias: false)));
        using var twice = nn.Sequential(("a", nn.Linear(4, 2, hasBias: false, dtype: ScalarType.Float64)));
        using (no_grad())
        {
            foreach (var module in new[] { wide, tall, other, twice })
                module.state_dict().Values.Single().zero_();
        }

        new[] { wide, tall, other, twice }.Select(StateDict.Fingerprint).Should().OnlyHaveUniqueItems();
    }

    private static void Refused(nn.Module module, ITensorSource source, string message)
    {
        Action load = () => StateDict.Load(module, source);
        load.Should().Throw<CheckpointException>().WithMessage(message);
    }

    /// <summary>What a reference implementation's checkpoint has, without its values.</summary>
    private static Entries Reference(string name) =>
        new(name, [.. File.ReadLines(Golden.PathOf($"{name}.keys.tsv")).Select(line => line.Split('\t'))
        .Select(row => new TensorEntry(row[0], ScalarType.Float32, row[1].Split('x', StringSplitOptions.RemoveEmptyEntries)
            .Select(long.Parse)))]);

    private sealed class Entries(string name, IReadOnlyList<TensorEntry> entries) : ITensorSource
    {
        public string Name => name;

        IReadOnlyList<TensorEntry> ITensorSource.Entries => entries;

        public Tensor Read(string name) => throw new InvalidOperationException("Nothing is read before everything fits.");
    }

    private static nn.Module<Tensor, Tensor> Network() => nn.Sequential(("conv", nn.Conv2d(3, 4, 3)), ("bn", nn.BatchNorm2d(4)));

    private static SafetensorsFile FileOf(IReadOnlyDictionary<string, Tensor> tensors)
    {
        MemoryStream stream = new();
        SafetensorsWriter.Write(stream, tensors, null);
        stream.Position = 0;
        return SafetensorsFile.Open(stream, "weights.safetensors");
    }

    private static byte[] Bytes(Tensor tensor) => tensor.detach().contiguous().bytes.ToArray();
}
