using System.CommandLine;
using System.CommandLine.Invocation;
using System.Globalization;
using DenoisedSmoothing.Tool;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace Serving;

/// <summary>The command line: a server with a page, or a load test of one.</summary>
internal static class ServingCommand
{
    public static Task<int> RunAsync(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
        Option<string> urls = new("--urls") { Description = "Where to listen", DefaultValueFactory = _ => "http://localhost:5000" };
        RootCommand root = new("Serves the bundled Fashion-MNIST pair: a page, predictions and certificates over HTTP.") { urls };
        root.SetAction(async (parsed, cancellationToken) =>
        {
            await using WebApplication app = Server.Build(parsed.GetValue(urls)!);
            await app.StartAsync(cancellationToken);
            await app.WaitForShutdownAsync(cancellationToken);
            return 0;
        });
        root.Add(Load());
        ParseResult parseResult = root.WithPlainNumbers().Parse(args);
        if (parseResult.Action is ParseErrorAction error)
            error.ShowHelp = false;
        return parseResult.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
    }

    private static Command Load()
    {
        Option<double> seconds = new("--seconds") { Description = "How long each number of clients asks", DefaultValueFactory = _ => 20 };
        Option<int> requests = new("--requests")
        {
            Description = "How many requests to send for the figures of memory; 0 for none",
            DefaultValueFactory = _ => 10_000,
        };
        Option<bool> tiny = new("--tiny") { Description = "A model that costs nothing: what is measured is the server" };
        Option<int> pass = new("--pass")
        {
            Description = "Milliseconds that a pass of the tiny model takes elsewhere, as on an accelerator",
            DefaultValueFactory = _ => 0,
        };
        Option<int[]> clients = new("--clients")
        {
            Description = "How many clients ask at once, one number after another",
            DefaultValueFactory = _ => [1, 4, 16, 64],
            AllowMultipleArgumentsPerToken = true,
        };
        Option<double> radius = new("--radius") { Description = "The guard of the requests", DefaultValueFactory = _ => 0.25 };
        Command load = new("load", "Asks a server on the loopback with several clients at once, and prints what came of it.")
        {
            seconds, requests, tiny, pass, radius, clients,
        };
        load.SetAction(async (parsed, cancellationToken) =>
        {
            await LoadTest.RunAsync(
                new LoadOptions(parsed.GetValue(seconds), parsed.GetValue(requests), parsed.GetValue(tiny), parsed.GetValue(pass),
                    parsed.GetValue(radius), parsed.GetValue(clients)!),
                cancellationToken);
            return 0;
        });
        return load;
    }
}
