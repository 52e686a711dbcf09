using TorchSharp;

namespace DenoisedSmoothing.Parts;

/// <summary>
/// Whether a network's rows are independent: in training mode, batch norm mixes them, and dropout is noise that no certificate accounts
/// for.
/// </summary>
internal static class EvaluationMode
{
    /// <summary>Adapters put their network in evaluation mode once; after more training it has to be put there again.</summary>
    /// <exception cref="InvalidOperationException">The network is a module in training mode.</exception>
    public static void Require(object network)
    {
        if (network is torch.nn.Module { training: true } module)
            throw new InvalidOperationException(
                $"{module.GetName()} is in training mode, where rows depend on one another: call its eval() before it predicts or "
                + $"certifies.");
    }
}
