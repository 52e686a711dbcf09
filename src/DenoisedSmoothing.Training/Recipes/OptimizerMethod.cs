namespace DenoisedSmoothing.Training;

/// <summary>How gradients become steps.</summary>
public enum OptimizerMethod
{
    /// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019), with betas 0.9 and 0.999 and epsilon 1e-8.</summary>
    AdamW,

    /// <summary>Stochastic gradient descent with momentum, as in PyTorch: weight decay is added to the gradient.</summary>
    Sgd,
}
