namespace DenoisedSmoothing.AspNetCore.Tests;

/// <summary>One server for the tests of a class that leave it as it is.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    private TestServer? _server;

    internal TestServer Instance => _server!;

    public async Task InitializeAsync() => _server = await TestServer.StartAsync();

    public async Task DisposeAsync() => await _server!.DisposeAsync();
}
