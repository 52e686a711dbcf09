using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training;

/// <summary>Answers each call with its next parameter, so that the gradient of a loss with respect to logits can be read.</summary>
internal sealed class GivenLogits : nn.Module<Tensor, Tensor>
{
    private int _next;

    public GivenLogits(params Tensor[] logits) : base(nameof(GivenLogits))
    {
        Logits = [.. logits.Select(values => nn.Parameter(values.detach().clone()))];
        for (int i = 0; i < Logits.Count; i++)
            register_parameter($"logits{i}", Logits[i]);
    }

    public IReadOnlyList<Parameter> Logits { get; }

    public override Tensor forward(Tensor input)
    {
        Parameter next = Logits[_next++];
        return input.shape[0] == next.shape[0] ? next.alias()
            : throw new InvalidOperationException($"{input.shape[0]} rows came, {next.shape[0]} were expected.");
    }
}
