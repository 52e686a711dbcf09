using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>What training minimises: the loss of a network, without a loop. <see cref="Trainer"/> is the loop.</summary>
/// <remarks>
/// Each published method is one file that implements this. It may draw as much noise as it likes from its <see cref="StepRandom"/>, use
/// gradients with respect to images, switch its network to evaluation mode for a while (and back), and depend on step and epoch. What it
/// returns must be a function of only its settings, the network's state, the batch and the step's random numbers: then training that was
/// stopped and resumed gives the result of an uninterrupted run.
/// </remarks>
public interface ITrainingObjective
{
    /// <summary>
    /// What is trained: the parameters that require gradients get them, and checkpoints hold the whole state. Several networks trained
    /// together are one module that holds them; a network that is only used is not part of it.
    /// </summary>
    nn.Module Network { get; }

    /// <summary>
    /// Everything that decides the loss besides network, data and <see cref="TrainingOptions"/>, as <c>name; key=value; key=value</c>, such
    /// as <c>cross-entropy; label smoothing=0.05</c>. Checkpoints contain it, and a run continues only under the same text.
    /// </summary>
    string Settings { get; }

    /// <summary>The loss of a batch.</summary>
    /// <param name="batch">The step's images and labels, on the network's device.</param>
    /// <param name="random">The step's random numbers; the same step gives the same ones again.</param>
    /// <returns>A tensor of one element with a gradient, the mean over the batch. Intermediate tensors are freed by the trainer's
    /// scope.</returns>
    Tensor Loss(TrainingBatch batch, StepRandom random);
}
