using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Checkpoints;

/// <summary>Opens checkpoints from memory, and catches what they are refused for.</summary>
internal static class Opened
{
    public static Checkpoint From(byte[] file, CheckpointOptions? options = null) =>
        Checkpoint.Open(new MemoryStream(file), "file", options ?? new CheckpointOptions(), leaveOpen: false);

    public static Checkpoint Golden(string name) => From(File.ReadAllBytes(Testing.Golden.PathOf($"checkpoints/{name}")));

    /// <summary>The message that a file is refused with.</summary>
    public static string Refused(byte[] file, CheckpointOptions? options = null)
    {
        Action open = () => From(file, options).Dispose();
        string message = open.Should().Throw<CheckpointException>().Which.Message;
        message.Should().StartWith("file: ").And.NotContainAny("\n", "\u001b");
        message.Length.Should().BeLessThan(1000);
        return message;
    }

    /// <summary>A zip file of one pickle and some storages of four bytes.</summary>
    public static byte[] Zip(byte[] pickle, params string[] keys) => TorchZipFile.Make(pickle, [.. keys.Select(key => (key, new byte[4]))]);

    /// <summary>A state_dict of one float32 entry "w" with one element.</summary>
    public static PickleText One(this PickleText pickle, string name, string key) =>
        pickle.Text(name).Tensor("FloatStorage", key, 1, 0, [1], [1]);
}
