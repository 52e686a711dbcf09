using System.Globalization;

namespace DenoisedSmoothing.Training;

/// <summary>
/// How gradients change a network: method, learning rate over time, clipping, and the average of the weights that is kept.
/// </summary>
/// <remarks>The defaults are those used to train the bundled denoiser; <see cref="Sgd"/> gives those of the field.</remarks>
public sealed record OptimizerRecipe
{
    /// <summary>The method.</summary>
    /// <value>AdamW.</value>
    public OptimizerMethod Method { get; init; }

    /// <summary>The highest learning rate, after warm-up; finite, above 0.</summary>
    /// <value>0.001.</value>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>How the learning rate changes over the run.</summary>
    /// <value>A cosine, down to 0.</value>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Cosine;

    /// <summary>Steps of linear warm-up, at least 0.</summary>
    /// <value>100.</value>
    public int WarmupSteps { get; init; } = 100;

    /// <summary>Weight decay, finite, at least 0: decoupled for AdamW, added to the gradient for SGD.</summary>
    public double WeightDecay { get; init; }

    /// <summary>The weight decay of the last step, reached along half a cosine; null where it stays constant. For AdamW.</summary>
    public double? FinalWeightDecay { get; init; }

    /// <summary>Whether biases, the scales of norms, class tokens and positions have no weight decay. For AdamW.</summary>
    public bool DecaysMatricesOnly { get; init; }

    /// <summary>
    /// The factor for the learning rate for each layer after a parameter's own, in (0,1]: the first layers then change least. For
    /// transformers (<see cref="TransformerLayers"/>) and AdamW.
    /// </summary>
    /// <value>1: one learning rate for all.</value>
    public double LayerDecay { get; init; } = 1;

    /// <summary>The momentum of SGD, in [0,1); AdamW has its own and does not use it.</summary>
    public double Momentum { get; init; }

    /// <summary>Whether SGD looks ahead along its momentum (Nesterov).</summary>
    public bool Nesterov { get; init; }

    /// <summary>Gradients are scaled down to at most this l2 norm over all parameters; above 0, or null for no limit.</summary>
    /// <value>1.</value>
    public double? ClipGradientNorm { get; init; } = 1;

    /// <summary>Each parameter's gradient is separately scaled down to at most this l2 norm; above 0, or null for no limit.</summary>
    public double? ClipEachGradientNorm { get; init; }

    /// <summary>
    /// Decay of the exponential moving average of the weights, in [0,1), which the network holds after training. 0 keeps the last weights.
    /// </summary>
    /// <value>0.999.</value>
    public double EmaDecay { get; init; } = 0.999;

    /// <summary>
    /// How the methods of the field are trained: SGD with momentum 0.9, weight decay 1e-4, no warm-up, clipping or averaging.
    /// </summary>
    /// <param name="learningRate">0.1 for ResNets on CIFAR-10 and ImageNet, 0.01 for small networks on MNIST and its family.</param>
    /// <param name="schedule">A factor of a tenth every 50 epochs when not given; Cohen et al. 2019 use 30 or 50.</param>
    public static OptimizerRecipe Sgd(double learningRate, LearningRateSchedule? schedule = null) => new()
    {
        Method = OptimizerMethod.Sgd,
        LearningRate = learningRate,
        Schedule = schedule ?? LearningRateSchedule.Step(epochs: 50),
        WarmupSteps = 0,
        WeightDecay = 1e-4,
        Momentum = 0.9,
        ClipGradientNorm = null,
        EmaDecay = 0,
    };

    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">Finished steps.</param>
    /// <param name="steps">Steps in all.</param>
    /// <param name="epoch">Finished epochs.</param>
    public double LearningRateAt(int step, int steps, int epoch)
    {
        double warm = WarmupSteps == 0 ? 1 : Math.Min(1, (step + 1.0) / WarmupSteps);
        return LearningRate * warm * Schedule.Factor(step, steps, epoch);
    }

    /// <summary>The weight decay of a step.</summary>
    /// <param name="step">Finished steps.</param>
    /// <param name="steps">Steps in all.</param>
    public double WeightDecayAt(int step, int steps) => FinalWeightDecay is not { } final
        ? WeightDecay
        : final + (WeightDecay - final) * 0.5 * (1 + Math.Cos(Math.PI * step / steps));

    // Settings that most recipes leave alone are written only where they are changed, so that checkpoints of earlier versions continue.
    internal IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        new("optimizer", Method.ToString()),
        new("learning rate", Text(LearningRate)),
        new("schedule", Schedule.ToString()),
        new("warm-up steps", Text(WarmupSteps)),
        new("weight decay", Text(WeightDecay)),
        new("momentum", Text(Momentum) + (Nesterov ? " (Nesterov)" : "")),
        new("gradient clipping", ClipGradientNorm is { } norm ? Text(norm) : "none"),
        new("averaging", Text(EmaDecay)),
        .. FinalWeightDecay is { } final ? [new("final weight decay", Text(final))] : None,
        .. DecaysMatricesOnly ? [new("weight decay of", "matrices only")] : None,
        .. LayerDecay < 1 ? [new("decay by layer", Text(LayerDecay))] : None,
        .. ClipEachGradientNorm is { } each ? [new("gradient clipping of each parameter", Text(each))] : None,
    ];

    private static IEnumerable<KeyValuePair<string, string>> None => [];

    internal void Validate()
    {
        Require(Enum.IsDefined(Method), $"{nameof(Method)} must be AdamW or Sgd; it is {Method}.");
        Require(Schedule is not null, $"{nameof(Schedule)} must be given.");
        Require(LearningRate > 0 && double.IsFinite(LearningRate),
            $"{nameof(LearningRate)} must be finite and above 0; it is {Text(LearningRate)}.");
        Require(WarmupSteps >= 0, $"{nameof(WarmupSteps)} must be at least 0; it is {WarmupSteps}.");
        Require(WeightDecay >= 0 && double.IsFinite(WeightDecay),
            $"{nameof(WeightDecay)} must be finite and at least 0; it is {Text(WeightDecay)}.");
        Require(Momentum is >= 0 and < 1, $"{nameof(Momentum)} must be in [0,1); it is {Text(Momentum)}.");
        Require(Method == OptimizerMethod.Sgd || (Momentum == 0 && !Nesterov),
            $"{nameof(Momentum)} and {nameof(Nesterov)} are SGD's: leave them out with AdamW.");
        Require(!Nesterov || Momentum > 0, $"{nameof(Nesterov)} needs a {nameof(Momentum)} above 0.");
        Require(ClipGradientNorm is null or > 0,
            $"{nameof(ClipGradientNorm)} must be above 0, or null; it is {Text(ClipGradientNorm ?? 0)}.");
        Require(ClipEachGradientNorm is null or > 0,
            $"{nameof(ClipEachGradientNorm)} must be above 0, or null; it is {Text(ClipEachGradientNorm ?? 0)}.");
        Require(FinalWeightDecay is null || (FinalWeightDecay >= 0 && double.IsFinite(FinalWeightDecay.Value)),
            $"{nameof(FinalWeightDecay)} must be finite and at least 0, or null; it is {Text(FinalWeightDecay ?? 0)}.");
        Require(LayerDecay is > 0 and <= 1, $"{nameof(LayerDecay)} must be above 0 and at most 1; it is {Text(LayerDecay)}.");
        Require(Method == OptimizerMethod.AdamW || (FinalWeightDecay is null && !DecaysMatricesOnly && LayerDecay == 1),
            $"{nameof(FinalWeightDecay)}, {nameof(DecaysMatricesOnly)} and {nameof(LayerDecay)} are AdamW's: leave them out with Sgd.");
        Require(EmaDecay is >= 0 and < 1, $"{nameof(EmaDecay)} must be in [0,1); it is {Text(EmaDecay)}.");
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
            throw new ArgumentException("OptimizerRecipe: " + message);
    }

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
