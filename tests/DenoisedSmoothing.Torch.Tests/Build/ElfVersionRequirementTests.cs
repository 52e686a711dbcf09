using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace DenoisedSmoothing.Torch.Tests.Build;

public class ElfVersionRequirementTests
{
    private const string Version = "GLIBCXX_3.4.32";

    [Fact]
    public void MakeWeak_of_a_required_version_sets_one_bit()
    {
        byte[] before = Library(["GLIBC_2.34"], ["GLIBCXX_3.4.30", Version, "CXXABI_1.3"]), after = [.. before];

        ElfVersionRequirement.IsWeak(before, Version).Should().BeFalse();
        ElfVersionRequirement.MakeWeak(after, Version).Should().BeTrue();

        ElfVersionRequirement.IsWeak(after, Version).Should().BeTrue();
        ElfVersionRequirement.IsWeak(after, "GLIBCXX_3.4.30").Should().BeFalse();
        Enumerable.Range(0, before.Length).Where(i => before[i] != after[i]).Should().ContainSingle().Which.Should()
            .Match(i => (before[i] ^ after[i]) == 0x2);
    }

    [Fact]
    public void MakeWeak_without_the_version_changes_nothing()
    {
        byte[] before = Library(["GLIBC_2.34"], ["GLIBCXX_3.4.3", "GLIBCXX_3.4.320"]), after = [.. before];

        ElfVersionRequirement.MakeWeak(after, Version).Should().BeFalse();
        ElfVersionRequirement.IsWeak(after, Version).Should().BeNull();
        after.Should().Equal(before);
    }

    [Fact]
    public void MakeWeak_of_anything_else_than_an_elf_library_throws()
    {
        foreach (byte[] bytes in new byte[][] { [], new byte[64], "MZ"u8.ToArray(), [0x7f, .. "ELF"u8, 1, 1, .. new byte[100]] })
            FluentActions.Invoking(() => ElfVersionRequirement.MakeWeak(bytes, Version)).Should().Throw<InvalidDataException>()
                .WithMessage("*not a 64-bit*");
    }

    [Fact]
    public void MakeWeak_of_a_damaged_library_stays_inside_the_file()
    {
        byte[] whole = Library(["GLIBC_2.34"], [Version]);
        for (int length = 0; length < whole.Length; length++)
            Try(whole[..length]);
        for (int i = 0; i < whole.Length; i++)
        {
            foreach (byte value in new byte[] { 0x00, 0x01, 0x7f, 0x80, 0xff })
            {
                byte[] damaged = [.. whole];
                damaged[i] = value;
                Try(damaged);
            }
        }

        static void Try(byte[] elf)
        {
            try
            {
                ElfVersionRequirement.MakeWeak(elf, Version);
            }
            catch (InvalidDataException)
            {
                // The only exception that the task turns into a message.
            }
        }
    }

    [SkippableFact]
    public void The_library_in_the_output_is_weak_where_this_system_lacks_the_version()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64,
            "TorchSharp's Linux library is for x64.");
        NativeLibrary.Load("libstdc++.so.6");
        string maps = File.ReadAllText("/proc/self/maps");
        string libStdCxx = maps.Split('\n').First(line => line.Contains("libstdc++.so")).Split(' ')[^1];
        Skip.If(File.ReadAllBytes(libStdCxx).AsSpan().IndexOf(Encoding.ASCII.GetBytes(Version)) >= 0, "This system has the version.");

        byte[] library = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "runtimes/linux-x64/native/libLibTorchSharp.so"));

        ElfVersionRequirement.IsWeak(library, Version).Should().BeTrue();
    }

    /// <summary>
    /// The least ELF file with a string table and a .gnu.version_r section: one needed library for each list of versions.
    /// </summary>
    private static byte[] Library(params string[][] needed)
    {
        const int header = 64, section = 64;
        MemoryStream strings = new(), needs = new();
        for (int i = 0; i < needed.Length; i++)
        {
            // Elf64_Verneed: version, count, file, first entry, next
            Write(needs, 2, 1, needed[i].Length);
            Write(needs, 4, 0, 16, i == needed.Length - 1 ? 0 : 16 + 16 * needed[i].Length);
            for (int j = 0; j < needed[i].Length; j++)
            {
                // Elf64_Vernaux: hash, flags and index, name, next
                Write(needs, 4, 0);
                Write(needs, 2, 0, j + 2);
                Write(needs, 4, (int)strings.Length, j == needed[i].Length - 1 ? 0 : 16);
                strings.Write(Encoding.ASCII.GetBytes(needed[i][j] + "\0"));
            }
        }

        byte[] elf = new byte[header + 3 * section + strings.Length + needs.Length];
        byte[] magic = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1];
        magic.CopyTo(elf, 0);
        BinaryPrimitives.WriteInt64LittleEndian(elf.AsSpan(0x28), header);
        BinaryPrimitives.WriteInt16LittleEndian(elf.AsSpan(0x3a), section);
        BinaryPrimitives.WriteInt16LittleEndian(elf.AsSpan(0x3c), 3);
        long at = header + 3 * section;
        foreach ((int index, uint type, MemoryStream content) in new[] { (1, 3u, strings), (2, 0x6ffffffeu, needs) })
        {
            Span<byte> entry = elf.AsSpan(header + index * section);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[0x04..], type);
            BinaryPrimitives.WriteInt64LittleEndian(entry[0x18..], at);
            BinaryPrimitives.WriteInt32LittleEndian(entry[0x28..], 1);
            content.ToArray().CopyTo(elf, at);
            at += content.Length;
        }

        return elf;
    }

    private static void Write(Stream to, int bytes, params int[] values)
    {
        foreach (int value in values)
        {
            for (int i = 0; i < bytes; i++)
                to.WriteByte((byte)(value >> (8 * i)));
        }
    }
}
