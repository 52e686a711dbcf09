namespace DenoisedSmoothing.Checkpoints;

/// <summary>How a <see cref="Checkpoint"/> is opened.</summary>
public sealed record CheckpointOptions
{
    /// <summary>
    /// Which dictionary of a torch.save file holds the weights: a path joined by dots, such as <c>state_dict</c>, <c>model.ema</c> or, in a
    /// list or under a number, <c>state_dict.0</c>; empty for the outermost one. Other formats have no such thing: leave it null.
    /// </summary>
    /// <value>
    /// Null: the first one with tensors of ema_state_dict, state_dict_ema, model_ema, ema_model, ema, params_ema, state_dict,
    /// model_state_dict, model, net, network, module, weights, params, denoiser, classifier; then of two of these joined by a dot; then the
    /// outermost one, if it has tensors itself; then the only one that has any. Numbers in the path do not count, unless there are several;
    /// what belongs to an optimizer is skipped.
    /// </value>
    public string? Key { get; init; }

    /// <summary>
    /// Prefixes to strip from the names, one after the other, each where any name has it; entries without them are left out
    /// (<see cref="Checkpoint.LeftOut"/>). Classifiers of Cohen et al. and Salman et al. are a Sequential of a normalisation without
    /// weights and the network: theirs are <c>1.</c>, then <c>module.</c>. An empty list keeps all names.
    /// </summary>
    /// <value>
    /// Null: <c>_orig_mod.</c> (torch.compile), <c>module.</c> (DataParallel) and <c>model.</c> (Lightning), in any order, where every name
    /// has them except those of single numbers and of anything called a loss, a criterion or a metric. A network whose own names begin this
    /// way is loaded all the same.
    /// </value>
    public IReadOnlyList<string>? StripPrefixes { get; init; }

    /// <summary>
    /// More Python types (such as <c>omegaconf.dictconfig.DictConfig</c>) that a torch.save file may hold beside the weights and that are
    /// skipped. Nothing in a file is ever run, whatever is named here; a weight of such a type is not found.
    /// </summary>
    /// <value>None: a closed list of types for settings, numbers, paths and dates is always accepted, and others are refused.</value>
    public IReadOnlyCollection<string> InertTypes { get; init; } = [];

    /// <summary>
    /// Whether the checksums (CRC-32) of a zip file are compared with what is read. They detect damage, not malice. torch.save can be told
    /// to leave them out; a file without them is read all the same.
    /// </summary>
    /// <value>True.</value>
    public bool VerifyChecksums { get; init; } = true;

    internal void Validate()
    {
        if (StripPrefixes is not null && StripPrefixes.Any(string.IsNullOrEmpty))
        {
            throw new ArgumentException(
                "StripPrefixes needs texts that are not empty; leave the list empty to keep all names.", nameof(StripPrefixes));
        }

        if (InertTypes is null || InertTypes.Any(string.IsNullOrEmpty))
            throw new ArgumentException("InertTypes needs names of types, module and name joined by a dot.", nameof(InertTypes));
    }
}
