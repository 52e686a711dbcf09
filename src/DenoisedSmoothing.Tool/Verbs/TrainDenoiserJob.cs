namespace DenoisedSmoothing.Tool;

/// <summary>What train-denoiser is asked to do.</summary>
internal sealed record TrainDenoiserJob(string Network, NoiseLevels Levels, DataChoice Data, TrainingChoice Training, double Ema,
    string Device);
