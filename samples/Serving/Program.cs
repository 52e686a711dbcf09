using Serving;

return await ServingCommand.RunAsync(args);
