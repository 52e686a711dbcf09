using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Pickle;

/// <summary>What the names, calls and bytes of a pickle mean to its reader: everything that a pickle can do.</summary>
/// <remarks>What is made here is charged to the file's budget, which the reader shares with its <see cref="PickleMachine"/>.</remarks>
internal interface IPickleTypes
{
    /// <summary>The longest pickle that is read.</summary>
    long MaxByteCount { get; }

    /// <summary>What the pickle is read for, in the plural, for messages.</summary>
    string Wanted { get; }

    /// <summary>What to do where something is refused for a reason other than damage.</summary>
    string Remedy { get; }

    /// <summary>What a name means.</summary>
    /// <param name="name">Module and name, joined by a dot.</param>
    /// <exception cref="PickleException">It is not on the list.</exception>
    PickleGlobal Find(string name);

    /// <summary>What a persistent id refers to.</summary>
    object? Persistent(object? id);

    /// <summary>What a call yields; nothing is called.</summary>
    /// <param name="function">What is called.</param>
    /// <param name="arguments">A tuple.</param>
    object? Call(object? function, object? arguments);

    /// <summary>Sets the state of an object.</summary>
    void SetState(object? target, object? state);

    /// <summary>A string of Python 2, which may be text or bytes.</summary>
    object OldString(ByteInput input, long length);

    /// <summary>Bytes of Python 3.</summary>
    object Bytes(ByteInput input, long length);
}
