namespace DenoisedSmoothing.AspNetCore;

/// <summary>The names of the served classifiers, in the order in which they were added.</summary>
internal sealed class ModelNames
{
    private readonly List<string> _names = [];

    public IReadOnlyList<string> All => _names;

    public bool Contains(string name) => _names.Contains(name);

    /// <exception cref="ArgumentException">The name is taken, or cannot be part of a path.</exception>
    public void Add(string name)
    {
        if (!name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            throw new ArgumentException($"'{name}' cannot name a classifier: use letters, digits, '-', '_' and '.'.", nameof(name));
        if (_names.Contains(name))
            throw new ArgumentException($"There is already a smoothed classifier '{name}'.", nameof(name));
        _names.Add(name);
    }
}
