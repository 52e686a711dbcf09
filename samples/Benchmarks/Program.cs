using BenchmarkDotNet.Running;

BenchmarkSwitcher.FromAssembly(typeof(DenoisedSmoothing.Benchmarks.NoiseBenchmarks).Assembly).Run(args);
