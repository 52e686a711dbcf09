using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Checkpoints;

/// <summary>
/// Files of kinds that people have, of tests/Goldens/cases: the weights of a linear layer are 0 to 5, its bias 0, wherever they lie.
/// </summary>
public class CheckpointCasesTests
{
    [Theory]
    [InlineData("list-of-one.pth")]
    [InlineData("tuple.pth")]
    [InlineData("folds-by-number.pth")]
    [InlineData("version.pt")]
    [InlineData("path.pt")]
    [InlineData("linear.dat")]
    [InlineData("lightning-with-loss.ckpt")]
    [InlineData("averaged-model.pt")]
    public void Load_takes_the_weights_of_a_case(string name)
    {
        using Checkpoint checkpoint = Open(name);
        LoadsInto(nn.Linear(3, 2), checkpoint);
    }

    [Theory]
    [InlineData("lightning-with-loss.ckpt", "model.")]
    [InlineData("averaged-model.pt", "module.")]
    public void Load_takes_a_prefix_that_not_every_name_has(string name, string prefix)
    {
        using Checkpoint checkpoint = Open(name, prefix);
        checkpoint.LeftOut.Should().ContainSingle();
        LoadsInto(nn.Linear(3, 2), checkpoint);
    }

    [Fact]
    public void Load_gives_advice_that_helps()
    {
        using var linear = nn.Linear(3, 2);
        using Checkpoint kept = Checkpoint.Open(Path("lightning-with-loss.ckpt"), new CheckpointOptions { StripPrefixes = [] });
        CheckpointException e = Refused(linear, kept);
        e.Advice.Should().Be("The missing entries are there under the prefix 'model.': set CheckpointOptions.StripPrefixes to it.");
        e.Option.Should().Be(nameof(CheckpointOptions.StripPrefixes));
        using Checkpoint advised = Checkpoint.Open(Path("lightning-with-loss.ckpt"), new CheckpointOptions { StripPrefixes = e.Choices });
        LoadsInto(linear, advised);

        // What was left out is said.
        using Checkpoint half = Open("lightning-with-loss.ckpt", "criterion.");
        CheckpointException other = Refused(linear, half);
        other.Problem.Should().Contain("2 left out, without the prefix 'criterion.': 'model.weight', 'model.bias'");
    }

    [Theory]
    [InlineData("model")]
    [InlineData("module")]
    public void Load_takes_what_was_stripped_back_where_the_modules_own_names_begin_so(string name)
    {
        using var scope = NewDisposeScope();
        using var made = nn.Sequential((name, nn.Linear(3, 2)));
        using var loaded = nn.Sequential((name, nn.Linear(3, 2)));
        using Checkpoint checkpoint = Written(made.state_dict().ToDictionary(pair => $"module.{pair.Key}", pair => pair.Value));
        checkpoint.StrippedPrefix.Should().Be($"module.{name}.");
        LiveTensors.ShouldNotChange(() => StateDict.Load(loaded, checkpoint));
        StateDict.Fingerprint(loaded).Should().Be(StateDict.Fingerprint(made));
    }

    [Theory]
    [InlineData("half.pt")]
    [InlineData("float.pt")]
    public void Load_takes_a_batch_norms_counter_of_another_type(string name)
    {
        using var norm = nn.BatchNorm2d(2);
        using Checkpoint checkpoint = Open(name);
        LiveTensors.ShouldNotChange(() => StateDict.Load(norm, checkpoint));
        using var scope = NewDisposeScope();
        Tensor counter = norm.state_dict()["num_batches_tracked"];
        counter.dtype.Should().Be(ScalarType.Int64);
        counter.item<long>().Should().Be((long)checkpoint.Read("num_batches_tracked").to(ScalarType.Float64).item<double>());
    }

    [Theory]
    [InlineData(float.PositiveInfinity, 0)]
    [InlineData(float.NaN, 0)]
    [InlineData(1234.5f, 1234)]
    public void Load_of_a_counter_that_is_no_count_is_0_and_a_mean_is_cut(float stored, long expected)
    {
        using var scope = NewDisposeScope();
        using var norm = nn.BatchNorm2d(2);
        Dictionary<string, Tensor> weights = norm.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value);
        weights["num_batches_tracked"] = tensor(stored);
        StateDict.Load(norm, weights);
        norm.state_dict()["num_batches_tracked"].item<long>().Should().Be(expected);
    }

    [Theory]
    [InlineData(ScalarType.Byte, true)]
    [InlineData(ScalarType.Int8, true)]
    [InlineData(ScalarType.Int16, true)]
    [InlineData(ScalarType.Int64, false)]
    [InlineData(ScalarType.Float32, false)]
    [InlineData(ScalarType.Bool, false)]
    public void Load_takes_integers_that_a_wider_type_holds(ScalarType stored, bool fits)
    {
        using var scope = NewDisposeScope();
        using Indexed module = new();
        Action load = () => StateDict.Load(module, new Dictionary<string, Tensor> { ["index"] = tensor(new[] { 1, 0 }).to(stored) });
        if (fits)
            load.Should().NotThrow();
        else
            load.Should().Throw<CheckpointException>().WithMessage("*1 of another type*");
    }

    /// <summary>TorchSharp itself writes the file: names, types, and lengths beyond one byte of LEB128.</summary>
    [Fact]
    public void Open_reads_what_this_TorchSharp_saves()
    {
        using var scope = NewDisposeScope();
        string path = System.IO.Path.GetTempFileName();
        try
        {
            using var made = nn.Sequential(Enumerable.Range(0, 140)
                .Select(i => ($"layer{i}", (nn.Module<Tensor, Tensor>)nn.BatchNorm1d(i == 3 ? 300 : 2))));
            SyntheticWeights.Fill(made);
            made.save(path);
            using Checkpoint checkpoint = Checkpoint.Open(path);
            checkpoint.Format.Should().Be(CheckpointFormat.TorchSharp);
            checkpoint.Entries.Should().HaveCount(700);
            using var loaded = nn.Sequential(Enumerable.Range(0, 140)
                .Select(i => ($"layer{i}", (nn.Module<Tensor, Tensor>)nn.BatchNorm1d(i == 3 ? 300 : 2))));
            LiveTensors.ShouldNotChange(() => StateDict.Load(loaded, checkpoint));
            StateDict.Fingerprint(loaded).Should().Be(StateDict.Fingerprint(made));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Int8)]
    [InlineData(ScalarType.Int16)]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Bool)]
    public void Open_reads_every_type_that_TorchSharp_saves(ScalarType type)
    {
        using var scope = NewDisposeScope();
        string path = System.IO.Path.GetTempFileName();
        try
        {
            using Indexed made = new(tensor(new[] { 1, 0 }).to(type));
            made.save(path);
            using Checkpoint checkpoint = Checkpoint.Open(path);
            Tensor read = checkpoint.Read("index");
            read.dtype.Should().Be(type);
            CheckpointValues.Of(read).Should().Equal(1, 0);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Path(string name) => Golden.PathOf($"cases/checkpoints/{name}");

    private static Checkpoint Open(string name) => Checkpoint.Open(Path(name));

    private static Checkpoint Open(string name, string prefix) => Checkpoint.Open(Path(name), new CheckpointOptions
    {
        StripPrefixes = [prefix],
    });

    private static Checkpoint Written(Dictionary<string, Tensor> tensors)
    {
        MemoryStream stream = new();
        SafetensorsWriter.Write(stream, tensors, null);
        stream.Position = 0;
        return Checkpoint.Open(stream, "weights", new CheckpointOptions(), leaveOpen: false);
    }

    private static void LoadsInto(nn.Module<Tensor, Tensor> linear, Checkpoint checkpoint)
    {
        LiveTensors.ShouldNotChange(() => StateDict.Load(linear, checkpoint));
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> loaded = linear.state_dict();
        CheckpointValues.Of(loaded["weight"]).Should().Equal(0, 1, 2, 3, 4, 5);
        CheckpointValues.Of(loaded["bias"]).Should().Equal(0, 0);
    }

    private static CheckpointException Refused(nn.Module module, Checkpoint checkpoint)
    {
        Action load = () => StateDict.Load(module, checkpoint);
        return load.Should().Throw<CheckpointException>().Which;
    }

    /// <summary>A buffer, of 32 bit integers unless another is given.</summary>
    private sealed class Indexed : nn.Module
    {
        public Indexed(Tensor? values = null)
            : base(nameof(Indexed)) => register_buffer("index", (values ?? tensor(new[] { 5, 6 })).alias().DetachFromDisposeScope());
    }
}
