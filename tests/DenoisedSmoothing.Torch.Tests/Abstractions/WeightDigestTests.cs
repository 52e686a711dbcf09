using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Abstractions;

public sealed class WeightDigestTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly IDisposable _inference = inference_mode();

    public void Dispose()
    {
        _inference.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [InlineData(ScalarType.Float32, 1.0000001f)]
    [InlineData(ScalarType.Float64, 1.0000001f)]
    [InlineData(ScalarType.BFloat16, 1.0078125f)]
    [InlineData(ScalarType.Float16, 1.0009765625f)]
    [InlineData(ScalarType.Float32, -1f)]
    [InlineData(ScalarType.BFloat16, 2f)]
    [InlineData(ScalarType.Float16, 0f)]
    [InlineData(ScalarType.Int64, 2f)]
    public void A_change_of_one_value_anywhere_changes_it(ScalarType type, float other)
    {
        Tensor first = ones([3, 5], type), second = ones([7], type);
        long before = WeightDigest.Of([first, second]);
        WeightDigest.Of([first.clone(), second.clone()]).Should().Be(before);
        HashSet<long> seen = [before];
        foreach (Tensor tensor in (Tensor[])[first, second])
        {
            Tensor flat = tensor.view(-1);
            for (int i = 0; i < flat.size(0); i++)
            {
                flat[i] = Scalar(other, type);
                seen.Add(WeightDigest.Of([first, second])).Should().BeTrue();
                flat[i] = Scalar(1, type);
            }
        }

        WeightDigest.Of([first, second]).Should().Be(before);
    }

    [Fact]
    public void Signs_of_zero_tiny_values_and_order_count()
    {
        Tensor zero = zeros(4), minus = zeros(4).neg(), tiny = full(4, 1e-45), a = rand(5), b = rand(5);
        ((long[])[WeightDigest.Of([zero]), WeightDigest.Of([minus]), WeightDigest.Of([tiny])]).Should().OnlyHaveUniqueItems();
        WeightDigest.Of([a, b]).Should().NotBe(WeightDigest.Of([b, a]));
        WeightDigest.Of([]).Should().Be(0);
        WeightDigest.Of([empty(0)]).Should().Be(0);
    }

    [Fact]
    public void Many_tensors_and_layouts_in_memory_do_not_matter()
    {
        Tensor large = rand(3000, 2000), small = rand(10, 20); // beyond one group
        long whole = WeightDigest.Of([large, small]);
        WeightDigest.Of([large.t().contiguous().t(), small]).Should().Be(whole);
        large[2999, 1999] = large[2999, 1999] + 1;
        WeightDigest.Of([large, small]).Should().NotBe(whole);
    }

    [Fact]
    public void Hashes_by_digest_are_the_hashes_and_follow_every_change()
    {
        using nn.Module<Tensor, Tensor> network = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4)), same = nn.Sequential(
            nn.Linear(3, 4), nn.BatchNorm1d(4));
        same.load_state_dict(network.state_dict());
        string Known(nn.Module module) => StateHash.Of(module, static _ => true);
        string first = Known(network);
        first.Should().Be(StateHash.Of(network)).And.Be(Known(network)).And.Be(Known(same));

        Tensor weight = network.parameters().First();
        using (no_grad())
            weight[2, 1] = weight[2, 1] + 1e-6f;
        string changed = Known(network);
        changed.Should().NotBe(first).And.Be(StateHash.Of(network));
        network.to(ScalarType.Float64);
        Known(network).Should().NotBe(changed).And.Be(StateHash.Of(network));
    }

    private static Tensor Scalar(float value, ScalarType type) => tensor(value).to_type(type);
}
