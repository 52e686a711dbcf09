using System.IO.Compression;
using System.Text;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Files;

/// <summary>Signatures are those of the formats' own specifications; files by PyTorch and by Python are from tests/Goldens.</summary>
public class FileKindTests
{
    [Theory]
    [InlineData("zip.pt", "a checkpoint of torch.save*")]
    [InlineData("legacy.pt", "a checkpoint of torch.save*")]
    [InlineData("odd_legacy3.pt", "a checkpoint of torch.save*")]
    [InlineData("odd_legacy4.pt", "a checkpoint of torch.save*")]
    [InlineData("odd_legacy5.pt", "a checkpoint of torch.save*")]
    [InlineData("truncated.pt", "the beginning of a zip archive*")]
    [InlineData("all_dtypes.safetensors", "a safetensors file*")]
    [InlineData("odd_expected.json", "a JSON file")]
    [InlineData("odd_layouts.py", "a text file")]
    public void Of_a_golden_names_it(string name, string noun) =>
        FileKind.Of(Golden.PathOf($"checkpoints/{name}"))!.Noun.Should().Match(noun);

    [Theory]
    [InlineData("", "an empty file")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 7\n", "a pointer of Git LFS*")]
    [InlineData("<!DOCTYPE html><html>", "a web page")]
    [InlineData("\n  <?xml version=\"1.0\"?><Error>", "a web page")]
    [InlineData("\u001f\u008b\u0008\0", "a gzip file")]
    [InlineData("BZh91AY", "a compressed file*")]
    [InlineData("7z\u00bc\u00af\u0027\u001c", "a compressed file*")]
    [InlineData("\u0089HDF\r\n\u001a\n", "an HDF5 file*")]
    [InlineData("\u0089PNG\r\n\u001a\n", "an image")]
    [InlineData("\u00ff\u00d8\u00ff\u00e0", "an image")]
    [InlineData("BM\u0046\0\0\0\0\0\0\0\u0036\0\0\0", "an image")]
    [InlineData("BMI of patients", "a text file")]
    [InlineData("\u0093NUMPY\u0001\0", "a NumPy array*")]
    [InlineData("\0\0\u0008\u0003\0\0\u0027\u0010", "an IDX file*")]
    [InlineData("\u0080\u0004\u0095\u0003\0\0\0\0\0\0\0N.", "a Python pickle")]
    [InlineData("\u0008\u0007\u0012\u0007pytorch", "an ONNX model")]
    [InlineData("{\"metadata\":{\"total_size\":4},\"weight_map\":{\"w\":\"a\"}}", "an index of safetensors files*")]
    [InlineData("{\n  \"schema\": 1,\n  \"kind\": \"certify\"\n}", "the settings beside a certification log")]
    [InlineData("{\"fingerprint\":\"0a\",\"index\":0,\"label\":1}", "the JSON lines beside*")]
    [InlineData("{\"architectures\":[\"ViT\"]}", "the configuration of a model*")]
    [InlineData("idx\tlabel\tpredict\tradius\tcorrect\ttime\r0\t3", "a certification log")]
    [InlineData("path,label\r\na.png,3\r\n", "a text file")]
    public void Of_bytes_names_them(string latin1, string noun)
    {
        using MemoryStream stream = new(Encoding.Latin1.GetBytes("before" + latin1));
        stream.Position = 6;
        FileKind.Of(stream)!.Noun.Should().Match(noun);
        stream.Position.Should().Be(6);
    }

    [Theory]
    [InlineData("model/constants.pkl,model/data.pkl", "a TorchScript archive*")]
    [InlineData("model/data.pkl,model/code/__torch__.py", "a TorchScript archive*")]
    [InlineData("net/archive_format,net/models/model.json", "a program of torch.export")]
    [InlineData("net/archive_format,net/data/aotinductor/model/x.so", "an AOTInductor package*")]
    [InlineData("a/data.pkl,a/data/0", "a checkpoint of torch.save*")]
    [InlineData("images.npy,labels.npy", "an archive of NumPy arrays*")]
    [InlineData("word/document.xml", "a zip archive")]
    public void Of_a_zip_archive_names_what_is_inside(string records, string noun)
    {
        using MemoryStream stream = new();
        using (ZipArchive zip = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (string record in records.Split(','))
                zip.CreateEntry(record);
        }

        stream.Position = 0;
        FileKind.Of(stream)!.Noun.Should().Match(noun);
    }

    [Theory]
    [InlineData("")]
    [InlineData("sys_info")]
    public void Of_a_tar_archive_tells_the_earliest_checkpoints(string first)
    {
        byte[] header = new byte[1024];
        Encoding.ASCII.GetBytes(first.Length > 0 ? first : "model.pt").CopyTo(header, 0);
        "ustar"u8.CopyTo(header.AsSpan(257));
        FileKind.Of(new MemoryStream(header)).Should().Be(first.Length > 0 ? FileKind.TorchSaveTar : FileKind.Tar);
    }

    [Fact]
    public void Of_a_folder_or_of_nothing_known_says_so()
    {
        FileKind.Of(AppContext.BaseDirectory).Should().Be(FileKind.Folder);
        FileKind.Of(new MemoryStream([0xde, 0xad, 0xbe, 0xef])).Should().BeNull();
    }

    [Fact]
    public void InsteadOf_says_what_it_is_what_was_wanted_and_what_to_do() =>
        FileKind.Gzip.InsteadOf("a certification log").Should()
            .Be("it is a gzip file, but a certification log is needed. Unpack it first.");

    [Fact]
    public void Of_a_damaged_archive_is_an_answer_and_no_error()
    {
        ByteMutator mutator = new(new Random(11));
        byte[] sound = File.ReadAllBytes(Golden.PathOf("checkpoints/zip.pt"));
        int directory = sound.AsSpan().IndexOf("PK\u0001\u0002"u8);
        HashSet<FileKind?> seen = [];
        for (int i = 0; i < 3000; i++)
        {
            byte[] damaged = mutator.Damage(sound, i % 2 == 0 ? directory : 0, sound.Length);
            seen.Add(FileKind.Of(new MemoryStream(damaged)));
        }

        seen.Should().Contain(FileKind.TorchSave).And.Contain(FileKind.DamagedZip);
    }
}
