namespace DenoisedSmoothing.Tool;

/// <summary>A <see cref="NumberRange{T}"/> of any type: its text says what it holds.</summary>
internal interface INumberRange;
