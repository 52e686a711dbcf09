return await Certify.CommandLine.RunAsync(args);
