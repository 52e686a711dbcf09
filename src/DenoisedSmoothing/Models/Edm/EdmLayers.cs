using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models.Edm;

/// <summary>Layers under the names that the reference makes from the resolution, such as 16x16_block0.</summary>
internal sealed class EdmLayers : Module
{
    private readonly List<(EdmLayerKind Kind, Module Layer)> _layers = [];

    public EdmLayers() : base(nameof(EdmLayers))
    {
    }

    public IEnumerable<(EdmLayerKind Kind, Module Layer)> Layers => _layers;

    public void Add(int resolution, string name, EdmLayerKind kind, Module layer)
    {
        register_module($"{resolution}x{resolution}_{name}", layer);
        _layers.Add((kind, layer));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach ((_, Module layer) in _layers.Where(static layer => layer.Kind == EdmLayerKind.Auxiliary))
                EdmFilter.Dispose(layer);
        }

        base.Dispose(disposing);
    }
}
