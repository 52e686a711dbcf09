using DenoisedSmoothing.Training;

namespace DenoisedSmoothing.Tool;

/// <summary>What finetune is asked to do.</summary>
internal sealed record FinetuneJob(
    ModelChoice Models, DataChoice Data, StrategyChoice Strategy, double Sigma, TrainingChoice Training, bool FromScratch,
        Augmentation Augmentation, double WeightDecay);
