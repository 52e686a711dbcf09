using DenoisedSmoothing.Models;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Models;

/// <summary>
/// Rows in equal slices: no activation beyond 26 MB where one row's is not, and a row's result is the same wherever it stands.
/// </summary>
public class RowSlicesTests
{
    [Theory]
    [InlineData(16, 605_184, 8)] // ViT-B/16 in float32: 10 rows would fit, 8 divide 16
    [InlineData(15, 605_184, 5)]
    [InlineData(13, 605_184, 1)]
    [InlineData(4, 605_184, 4)]
    [InlineData(3, 100_000_000, 1)] // larger than the limit by itself
    [InlineData(7, 1, 7)]
    public void Cut_takes_the_largest_divisor_that_fits(int rows, long elementsPerRow, int slice)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        Tensor[] slices = RowSlices.Cut(zeros(rows, 1), elementsPerRow);
        slices.Should().OnlyContain(part => part.shape[0] == slice).And.HaveCount(rows / slice);
    }

    [Fact]
    public void Cut_leaves_a_batch_whole_under_a_tape()
    {
        using DisposeScope scope = NewDisposeScope();
        RowSlices.Cut(zeros(16, 1), 605_184).Should().ContainSingle().Which.shape[0].Should().Be(16);
    }

    [Fact]
    public void Run_rows_do_not_depend_on_their_place()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        // Wide enough inside that a batch of 8 goes in several slices: 257 tokens of 8192.
        VisionTransformer network = Parity.Filled(new VisionTransformer(new VisionTransformerOptions
        {
            ImageSize = 64, PatchSize = 4, HiddenSize = 64, IntermediateSize = 8192, HiddenLayers = 2, AttentionHeads = 4, ClassCount = 10,
        }));
        Tensor images = SyntheticWeights.Input(1, [8, 3, 64, 64]), logits = network.call(images);
        RowSlices.Cut(images, 257L * 8192).Should().HaveCount(4);
        Tensor order = tensor(new long[] { 5, 2, 7, 0, 3, 6, 1, 4 });
        Tensor moved = network.call(images.index_select(0, order));
        moved.data<float>().ToArray().Should().Equal(logits.index_select(0, order).data<float>().ToArray());
        LiveTensors.ShouldNotChange(() => network.call(images).Dispose());
        using IDisposable tape = enable_grad(); // which takes the batch whole
        Parity.RelativeError(network.call(images).detach(), logits).Should().BeLessThan(1e-5);
    }

    [Fact]
    public void UNet_rows_in_slices_keep_their_own_timesteps_and_places()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        DiffusionUNet network = Parity.Filled(new DiffusionUNet(new DiffusionUNetOptions
        {
            ModelChannels = 32,
            ChannelMultipliers = [1, 1],
            ResidualBlocks = 1,
        }));
        // 2 rows of 3 * 32 * 192 * 192 elements: slices of one row.
        Tensor x = SyntheticWeights.Input(1, [2, 3, 192, 192]), timesteps = tensor(new[] { 10f, 900f }), all =
            network.call(x, timesteps);
        RowSlices.Cut(x, 3L * 32 * 192 * 192).Should().HaveCount(2);
        for (int row = 0; row < 2; row++)
        {
            Tensor alone = network.call(x.narrow(0, row, 1), timesteps.narrow(0, row, 1));
            alone.data<float>().ToArray().Should().Equal(all.narrow(0, row, 1).data<float>().ToArray());
        }
    }
}
