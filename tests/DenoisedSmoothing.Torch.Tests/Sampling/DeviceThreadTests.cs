using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Sampling;
using DenoisedSmoothing.Testing;
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
    public void A_device_with_and_without_a_number_is_one() =>
        DeviceThread.Of(torch.CPU).Should().BeSameAs(DeviceThread.Of(new torch.Device(DeviceType.CPU, 0)));

    [Fact]
    public async Task A_base_classifier_that_asks_on_the_same_thread_is_told_and_does_not_wait_for_ever()
    {
        VoteScheduler Behind(IBaseClassifier classifier) => new(
            [new VoteSampler(classifier, torch.CPU, new FloatGaussianNoise(.5), runsBehindHost: true)],
            new BatchRows([torch.CPU], 4, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance), 8);
        VoteScheduler inner = Behind(FakeClassifier.Checksum(3));

        Func<Task<bool>> nested = () => DeviceThread.Of(torch.CPU).Run(inner.Room.TryEnter);

        await nested.Should().ThrowAsync<InvalidOperationException>().WithMessage("*wait for one another*");
        inner.Room.TryEnter().Should().BeTrue();
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
