using System.Net;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.AspNetCore.Tests;

/// <summary>What goes wrong in a server's life: answers come right, are refused or fail, and none is wrong.</summary>
public class FaultTests
{
    private static Func<Tensor, Tensor?> Slowly(int milliseconds) => _ =>
    {
        Thread.Sleep(milliseconds);
        return null;
    };

    [Fact]
    public async Task Client_gone_frees_its_place_and_draws_no_more()
    {
        await using TestServer server = await TestServer.StartAsync(options => options.MostInWork = 1);
        server.Model.Before = Slowly(20);
        using CancellationTokenSource gone = new();
        Task<HttpResponseMessage> hard = server.PostAsync("/certify", .5f, gone.Token);
        await TestServer.UntilAsync(() => server.Served.Queue.InWork == 1 && server.Model.Passes > 3);
        await gone.CancelAsync();
        await FluentActions.Awaiting(() => hard).Should().ThrowAsync<OperationCanceledException>();
        await TestServer.UntilAsync(() => server.Served.Queue.InWork == 0);
        int passes = server.Model.Passes;
        await Task.Delay(100);
        server.Model.Passes.Should().Be(passes);
        (await server.AnswerAsync("/certify?budget=500", .6f)).GetProperty("label").GetInt32().Should().Be(1);
    }

    [Fact]
    public async Task Client_gone_while_waiting_is_never_worked_for()
    {
        await using TestServer server = await TestServer.StartAsync(options => options.MostInWork = 1);
        server.Model.Before = Slowly(10);
        Task<HttpResponseMessage> first = server.PostAsync("/certify?seconds=1", .5f);
        await TestServer.UntilAsync(() => server.Served.Queue.InWork == 1);
        using CancellationTokenSource gone = new();
        Task<HttpResponseMessage> second = server.PostAsync("/certify", .7f, gone.Token);
        await TestServer.UntilAsync(() => server.Served.Queue.Waiting == 1);
        await gone.CancelAsync();
        await TestServer.UntilAsync(() => server.Served.Queue.Waiting == 0);
        await FluentActions.Awaiting(() => second).Should().ThrowAsync<OperationCanceledException>();
        (await first).Dispose();
    }

    [Fact]
    public async Task Model_of_nan_scores_is_an_error_that_says_so_and_the_next_answer_is_right()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Model.Before = noisy => full(noisy.shape[0], 2, float.NaN);
        using (HttpResponseMessage response = await server.PostAsync("/certify", .6f))
            (await TestServer.JsonOf(response, 500)).GetProperty("detail").GetString().Should().Contain("NaN");
        server.Model.Before = null;
        (await server.AnswerAsync("/certify", .6f)).GetProperty("label").GetInt32().Should().Be(1);
    }

    [Fact]
    public async Task Model_out_of_memory_halves_the_batch_and_answers()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Model.Before = noisy => noisy.shape[0] > 8
            ? throw new InvalidOperationException("DefaultCPUAllocator: can't allocate memory")
            : null;
        JsonElement answer = await server.AnswerAsync("/certify?budget=500", .6f);
        Certificate certificate = answer.GetProperty("certificate").Deserialize<Certificate>()!;
        (certificate.Label, certificate.Provenance!.Batch).Should().Be((1, 8));
    }

    [Fact]
    public async Task Model_out_of_memory_at_one_row_is_503()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Model.Before = _ => throw new InvalidOperationException("DefaultCPUAllocator: can't allocate memory");
        using HttpResponseMessage response = await server.PostAsync("/certify", .6f);
        (await TestServer.JsonOf(response, 503)).GetProperty("detail").GetString().Should().Contain("memory");
    }

    [Fact]
    public async Task Model_that_throws_tells_the_client_nothing_of_its_insides()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Model.Before = _ => throw new IOException("/secret/path");
        using HttpResponseMessage response = await server.PostAsync("/certify", .6f);
        (await TestServer.JsonOf(response, 500)).GetRawText().Should().NotContain("secret");
    }

    [Fact]
    public async Task Model_replaced_in_the_middle_gives_no_certificate()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Model.Before = _ =>
        {
            server.Model.Fingerprint = "replaced";
            return null;
        };
        using HttpResponseMessage response = await server.PostAsync("/certify", .6f);
        (await TestServer.JsonOf(response, 500)).GetProperty("detail").GetString().Should().Contain("changed");
    }

    [Fact]
    public async Task Stop_under_load_finishes_or_refuses_and_frees_the_model_last()
    {
        TestServer server = await TestServer.StartAsync(options => (options.MostInWork, options.MostWaiting) = (4, 100));
        using ManualResetEventSlim all = new();
        server.Model.Before = noisy =>
        {
            all.Wait(TimeSpan.FromMinutes(1));
            return Slowly(5)(noisy);
        };
        Task<HttpResponseMessage>[] asked = [.. Enumerable.Range(0, 24).Select(i => server.PostAsync("/certify", .6f + i * .001f))];
        // A connection that has brought no request yet is closed without an answer, and rightly.
        await TestServer.UntilAsync(() => server.Served.Queue is { InWork: 4, Waiting: 20 });
        Task stop = server.App.StopAsync();
        all.Set();
        int finished = 0, refused = 0;
        foreach (Task<HttpResponseMessage> task in asked)
        {
            using HttpResponseMessage response = await task;
            if (response.StatusCode == HttpStatusCode.OK)
            {
                finished++;
                (await TestServer.JsonOf(response)).GetProperty("label").GetInt32().Should().Be(1);
            }
            else
            {
                refused++;
                await TestServer.JsonOf(response, 503);
            }
        }

        await stop;
        finished.Should().BeGreaterThanOrEqualTo(4, "what was in work is finished");
        refused.Should().BePositive();
        server.Model.IsDisposed.Should().BeFalse();
        await server.DisposeAsync();
        server.Model.IsDisposed.Should().BeTrue();
    }

    [Fact]
    public async Task Priority_of_who_asks_comes_first_and_full_says_when_to_come_again()
    {
        await using TestServer server = await TestServer.StartAsync(options =>
        {
            (options.MostInWork, options.MostWaiting) = (1, 2);
            options.Priority = http => http.Request.Headers.ContainsKey("X-Staff") ? 1 : 0;
        });
        using ManualResetEventSlim may = new();
        server.Model.Before = _ =>
        {
            may.Wait();
            return null;
        };
        Task<HttpResponseMessage> working = server.PostAsync("/certify", .6f);
        await TestServer.UntilAsync(() => server.Served.Queue.InWork == 1);
        Task<HttpResponseMessage>[] waiting = [server.PostAsync("/certify", .61f), server.PostAsync("/certify", .62f)];
        await TestServer.UntilAsync(() => server.Served.Queue.Waiting == 2);
        using (HttpResponseMessage refused = await server.PostAsync("/certify", .63f))
        {
            await TestServer.JsonOf(refused, 503);
            refused.Headers.RetryAfter!.Delta.Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1));
        }

        server.Client.DefaultRequestHeaders.Add("X-Staff", "yes");
        Task<HttpResponseMessage> staff = server.PostAsync("/certify", .64f);
        // One of the two that waited makes room.
        using (HttpResponseMessage displaced = await await Task.WhenAny(waiting))
            await TestServer.JsonOf(displaced, 503);
        may.Set();
        using HttpResponseMessage first = await working, second = await staff;
        await TestServer.JsonOf(first);
        await TestServer.JsonOf(second);
        foreach (Task<HttpResponseMessage> task in waiting)
            (await task).Dispose();
    }

    /// <summary>
    /// Three times as many clients as there is room for: the first sixteen are answered, and the others hear that they are refused while
    /// nothing in the server moves.
    /// </summary>
    [Fact]
    public async Task Overload_three_times_refuses_at_once_and_serves_those_who_are_in()
    {
        const int Room = 16, Clients = 3 * Room;
        await using TestServer server = await TestServer.StartAsync(options =>
            (options.MostInWork, options.MostWaiting, options.Method) = (Room / 2, Room / 2, "cohen n0=32 n=96"));
        using ManualResetEventSlim open = new();
        server.Model.Before = _ =>
        {
            open.Wait(TimeSpan.FromMinutes(1));
            return null;
        };
        Task<HttpResponseMessage>[] asked =
            [.. Enumerable.Range(0, Clients).Select(client => server.PostAsync("/certify", .5f + client * 1e-3f))];

        await TestServer.UntilAsync(() => asked.Count(static answer => answer.IsCompleted) == Clients - Room);
        foreach (HttpResponseMessage refused in await Task.WhenAll(asked.Where(static answer => answer.IsCompleted)))
        {
            refused.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
            refused.Headers.RetryAfter.Should().NotBeNull();
        }

        open.Set();
        HttpResponseMessage[] answers = await Task.WhenAll(asked);
        answers.Count(static answer => answer.StatusCode == HttpStatusCode.OK).Should().Be(Room);
        foreach (HttpResponseMessage answer in answers)
            answer.Dispose();
    }
}
