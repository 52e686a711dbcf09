using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training;

/// <summary>
/// As <see cref="GivenLogits"/>, for objectives that attack: a pass without logits answers zeros whose gradient with respect to the images
/// is 0.
/// </summary>
internal sealed class GivenPasses : nn.Module<Tensor, Tensor>
{
    private readonly int _classes;
    private int _next;

    public GivenPasses(params Tensor?[] logits) : base(nameof(GivenPasses))
    {
        Logits = [.. logits.Select(values => values is null ? null : nn.Parameter(values.detach().clone()))];
        for (int i = 0; i < Logits.Count; i++)
        {
            if (Logits[i] is { } parameter)
                register_parameter($"logits{i}", parameter);
        }

        _classes = (int)Logits.First(values => values is not null)!.shape[1];
    }

    public IReadOnlyList<Parameter?> Logits { get; }

    public override Tensor forward(Tensor input) => Logits[_next++] is { } given
        ? given.alias()
        : input.flatten(1).sum(1, keepdim: true).mul(zeros(1, _classes, input.dtype));
}
