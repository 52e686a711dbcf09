using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Kernels;

public sealed class OperationsTests
{
    [SkippableFact]
    public void Computing_counts_and_looking_does_not()
    {
        using IDisposable inference = inference_mode();
        using Tensor x = rand(2, 3, 4), y = rand(4, 5);
        Operations.Of(() =>
        {
            using var scope = NewDisposeScope();
            Tensor rows = x.reshape(6, 4), columns = y.t(), some = rows.narrow(0, 1, 2).select(0, 1).unsqueeze(0).expand(3, -1);
            _ = (columns.shape, some.contiguous().is_contiguous(), empty(3), rows.unbind(0), rows.view(24));
        }).Should().Equal("aten::copy_"); // contiguous has to copy what was expanded
        Operations.Of(() => matmul(x, y).Dispose()).Should().Equal("aten::mm");
        Operations.Of(() => x.add(x).Dispose()).Should().Equal("aten::add");
    }

    [SkippableFact]
    public void What_is_inside_an_operation_counts_in_its_place()
    {
        using IDisposable inference = inference_mode();
        using Tensor x = rand(2, 3, 4), turned = x.transpose(0, 1);
        Operations.Of(() => turned.reshape(-1).Dispose()).Should().Equal("aten::copy_");
        Operations.Of(() => x.reshape(-1).Dispose()).Should().BeEmpty();
        Operations.Of(() => x.to_type(ScalarType.BFloat16).Dispose()).Should().Equal("aten::copy_");
        Operations.Of(() => stack([x, x]).Dispose()).Should().Equal("aten::cat");
    }

    [SkippableFact]
    public void Only_this_threads_operations_count_and_only_for_as_long()
    {
        using Tensor x = rand(3);
        Operations.Of(() =>
        {
            Thread other = new(() => x.exp().Dispose());
            other.Start();
            other.Join();
        }).Should().BeEmpty();
        x.exp().Dispose();
        Operations.Of(() => x.sin().Dispose()).Should().Equal("aten::sin");
    }

    [SkippableFact]
    public void A_pass_that_fails_ends_the_count()
    {
        using Tensor x = rand(3), y = rand(4);
        FluentActions.Invoking(() => Operations.Of(() => x.add(y).Dispose())).Should().Throw<Exception>();
        Operations.Of(() => x.cos().Dispose()).Should().Equal("aten::cos");
    }
}
