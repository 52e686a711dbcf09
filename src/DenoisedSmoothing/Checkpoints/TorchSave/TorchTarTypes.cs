using DenoisedSmoothing.Pickle;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>The pickle of the oldest torch.save files: its persistent ids are the keys of tensors and storages read before.</summary>
/// <param name="calls">What everything else means.</param>
/// <param name="objects">Tensors and storages by key.</param>
internal sealed class TorchTarTypes(PickleCalls calls, IReadOnlyDictionary<string, object> objects) : IPickleTypes
{
    public long MaxByteCount => calls.MaxByteCount;

    public string Wanted => calls.Wanted;

    public string Remedy => calls.Remedy;

    public PickleGlobal Find(string name) => calls.Find(name);

    // A tuple is a module's class and its source.
    public object? Persistent(object? id) => id is object?[] ? calls.Persistent(id)
        : TorchTar.KeyOf(id) is { } key && objects.TryGetValue(key, out object? value) ? value
        : throw new PickleException("it refers to a tensor that it does not have");

    public object? Call(object? function, object? arguments) => calls.Call(function, arguments);

    public void SetState(object? target, object? state) => calls.SetState(target, state);

    public object OldString(ByteInput input, long length) => calls.OldString(input, length);

    public object Bytes(ByteInput input, long length) => calls.Bytes(input, length);
}
