using System.Text;
using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Tests.Checkpoints;

public sealed class SafetensorsShardsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Open_joins_the_shards_of_an_index()
    {
        Shard("model-00001-of-00002.safetensors", "a", "b");
        Shard("model-00002-of-00002.safetensors", "c");
        using Checkpoint checkpoint = Checkpoint.Open(Index(
            """{"metadata":{"total_size":3},"weight_map":{"c":"model-00002-of-00002.safetensors", """
            + """ "a":"model-00001-of-00002.safetensors","b":"model-00001-of-00002.safetensors"}}"""));
        checkpoint.Format.Should().Be(CheckpointFormat.SafetensorsIndex);
        checkpoint.Entries.Select(entry => entry.ToString()).Should().Equal("a U8 [1]", "b U8 [1]", "c U8 [1]");
    }

    [Theory]
    [InlineData("../a.safetensors")]
    [InlineData("/etc/a.safetensors")]
    [InlineData("sub/../../a.safetensors")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("C:\\\\a.safetensors")]
    [InlineData("..\\\\a.safetensors")]
    [InlineData("sub//a")]
    [InlineData("a\\u0000b")]
    public void Open_refuses_a_path_that_leaves_the_folder(string path) =>
        Refused($$$"""{"weight_map":{"a":"{{{path}}}"}}""").Should()
            .Match("*entry 'a': its file '*' is not a path inside the folder of the index*");

    [Fact]
    public void Open_names_the_shards_that_are_missing()
    {
        Shard("1.safetensors", "a");
        Refused("""{"weight_map":{"a":"1.safetensors","b":"2.safetensors","c":"sub/3.safetensors"}}""")
            .Should().Match("*2 of its 3 files are missing: '2.safetensors', 'sub/3.safetensors'. Fetch them*");
    }

    [Fact]
    public void Open_refuses_shards_of_another_checkpoint()
    {
        Shard("1.safetensors", "a", "b");
        Shard("2.safetensors", "c");
        Refused("""{"weight_map":{"a":"1.safetensors"}}""").Should()
            .Match("*'b': it is in '1.safetensors', where the index does not have it*");
        Refused("""{"weight_map":{"a":"1.safetensors","b":"1.safetensors","c":"1.safetensors"}}""").Should()
            .Match("*'c': its file '1.safetensors' does not hold it*");
        Refused("""{"weight_map":{"a":"1.safetensors","b":"2.safetensors","c":"2.safetensors"}}""").Should()
            .Match("*'b': it is in '1.safetensors'*");
        File.WriteAllText(Path.Combine(_folder.FullName, "2.safetensors"), "");
        Refused("""{"weight_map":{"a":"1.safetensors","b":"1.safetensors","c":"2.safetensors"}}""").Should()
            .Match("*2.safetensors: it has 0 bytes*");
    }

    [Theory]
    [InlineData("""{"weight_map":{}} {}""", "*not valid JSON*")]
    [InlineData("""{"weight_map":""", "*not valid JSON*")]
    [InlineData("""{"weight_map":[]}""", "*weight_map is not a map of strings*")]
    [InlineData("""{"weight_map":{"a":1}}""", "*'a': its file in weight_map is not a string*")]
    [InlineData("""{"weight_map":{"a":"1","a":"1"}}""", "*'a': it is in weight_map twice*")]
    [InlineData("""{"weight_map":{},"weight_map":{}}""", "*weight_map occurs twice*")]
    [InlineData("""{"metadata":[[[[[[[[[]]]]]]]]]}""", "*not valid JSON*")]
    [InlineData("""{"weight_map":{"\ud800":"1"}}""", "*a string that is not text*")]
    [InlineData("""{"architectures":["ViT"]}""", "*the configuration of a model, without its weights*")]
    [InlineData("""{"a":["ViT"]}""", "*JSON without a weight_map*")]
    public void Open_refuses_what_is_no_index(string json, string message) => Refused(json).Should().Match(message);

    [Fact]
    public void Open_of_an_index_needs_its_path()
    {
        Opened.Refused(Encoding.UTF8.GetBytes("""{"weight_map":{"a":"1.safetensors"}}""")).Should()
            .Match("*a stream has none. Open it by its path.*");
    }

    private string Refused(string json)
    {
        string path = Index(json);
        Action open = () => Checkpoint.Open(path).Dispose();
        return open.Should().Throw<CheckpointException>().Which.Message;
    }

    private string Index(string json)
    {
        string path = Path.Combine(_folder.FullName, "model.safetensors.index.json");
        File.WriteAllText(path, json);
        return path;
    }

    private void Shard(string name, params string[] entries)
    {
        byte[] json = Encoding.UTF8.GetBytes(
            "{" + string.Join(',', entries.Select((entry, i) =>
                $$""" "{{entry}}":{"dtype":"U8","shape":[1],"data_offsets":[{{i}},{{i + 1}}]}""")) + "}");
        File.WriteAllBytes(Path.Combine(_folder.FullName, name),
            [.. BitConverter.GetBytes((ulong)json.Length), .. json, .. new byte[entries.Length]]);
    }
}
