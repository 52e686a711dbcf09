using DenoisedSmoothing.Sampling;
using TorchSharp;

namespace DenoisedSmoothing.Torch.Tests.Sampling;

public sealed class DeviceThreadTests
{
    [Fact]
    public async Task All_work_of_a_device_is_one_threads_in_the_order_given()
    {
        List<(int Work, int Thread)> seen = [];
        Task[] tasks = [.. Enumerable.Range(0, 50).Select(i => DeviceThread.Of(torch.CPU).Run(() =>
        {
            seen.Add((i, Environment.CurrentManagedThreadId));
            return i;
        }))];
        await Task.WhenAll(tasks);

        seen.Select(each => each.Work).Should().Equal(Enumerable.Range(0, 50));
        seen.Select(each => each.Thread).Distinct().Should().ContainSingle().Which.Should().NotBe(Environment.CurrentManagedThreadId);
    }

    [Fact]
    public async Task What_fails_is_its_own_and_the_next_is_done()
    {
        Task<int> fails = DeviceThread.Of(torch.CPU).Run<int>(() => throw new FormatException("of its own"));
        Task<int> works = DeviceThread.Of(torch.CPU).Run(() => 7);

        await fails.Invoking(task => task).Should().ThrowAsync<FormatException>().WithMessage("of its own");
        (await works).Should().Be(7);
    }
}
