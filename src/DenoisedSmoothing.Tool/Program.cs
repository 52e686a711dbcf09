return await DenoisedSmoothing.Tool.CommandLine.RunAsync(args);
