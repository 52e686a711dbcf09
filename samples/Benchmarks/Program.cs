using System.CommandLine;
using System.Globalization;
using BenchmarkDotNet.Running;
using DenoisedSmoothing.Benchmarks;
using DenoisedSmoothing.Tool;

// Commands of our own by name; everything else is BenchmarkDotNet's.
CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
RootCommand root = new("Measures this library. Without a command: micro-benchmarks, with BenchmarkDotNet's options.")
{
    StatisticsCommand.Create(),
    SimulateCommand.Create(),
    TransferCommand.Create(),
    ThroughputCommand.Create(),
    PoolCommand.Create(),
    QueueCommand.Create(),
};
if (args.Length > 0 && (root.Subcommands.Any(command => command.Name == args[0]) || args[0] is "--help" or "-h" or "-?"))
    return await root.WithPlainNumbers().Parse(args).InvokeAsync();
BenchmarkSwitcher.FromAssembly(typeof(NoiseBenchmarks).Assembly).Run(args);
return 0;
