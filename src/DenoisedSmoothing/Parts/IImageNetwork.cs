namespace DenoisedSmoothing.Parts;

/// <summary>A network that knows what images it takes, so that an adapter can refuse others with a message about images.</summary>
internal interface IImageNetwork
{
    /// <summary>What it takes; null where it does not know.</summary>
    InputShape? Input { get; }

    /// <summary>What a network takes, where it knows.</summary>
    static InputShape? InputOf(object network) => (network as IImageNetwork)?.Input;
}
