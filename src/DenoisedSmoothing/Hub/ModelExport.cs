namespace DenoisedSmoothing.Hub;

/// <summary>What to do with a model that has no network here.</summary>
internal static class ModelExport
{
    /// <summary>Three lines of Python that save a file with its own network, which the library can read.</summary>
    public const string Advice = """
        Export the model with its network, and load that (TorchScript.LoadClassifier, or OnnxClassifier.Load after torch.onnx.export):
          import torch, transformers  # or timm.create_model, torchvision.models ...
          model = transformers.AutoModelForImageClassification.from_pretrained("FOLDER", torchscript=True).eval()
          torch.jit.save(torch.jit.trace(lambda x: model(x)[0], torch.zeros(1, 3, 224, 224)), "model.pt")
        """;
}
