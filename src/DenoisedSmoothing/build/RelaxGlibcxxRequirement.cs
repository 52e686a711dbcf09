// Compiled by MSBuild while a consumer builds (RoslynCodeTaskFactory takes one file, against netstandard2.0), never into the library.
#nullable disable
using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;

/// <summary>Writes a copy of an ELF library in which the requirement for GLIBCXX_3.4.32 is weak.</summary>
public class RelaxGlibcxxRequirement : Microsoft.Build.Utilities.Task
{
    [Required]
    public string Source { get; set; }

    [Required]
    public string Target { get; set; }

    public override bool Execute()
    {
        byte[] elf = File.ReadAllBytes(Source);
        try
        {
            // A later TorchSharp may not need it: the copy is then the original.
            if (!ElfVersionRequirement.MakeWeak(elf, "GLIBCXX_3.4.32"))
                Log.LogMessage(MessageImportance.Normal, "{0} does not require GLIBCXX_3.4.32; nothing to relax.", Source);
        }
        catch (InvalidDataException e)
        {
            Log.LogError("{0}: {1} Build with RelaxLibTorchSharp=false to take the library as it is.", Source, e.Message);
            return false;
        }

        // Under a fresh name first: a half-written library, or one written through a hard link, must never be seen.
        Directory.CreateDirectory(Path.GetDirectoryName(Target));
        string fresh = Target + "." + Guid.NewGuid().ToString("N");
        File.WriteAllBytes(fresh, elf);
        try
        {
            File.Move(fresh, Target);
        }
        catch (IOException) when (File.Exists(Target))
        {
            File.Delete(fresh); // a build of the same project for another runtime was quicker, with the same bytes
        }

        return true;
    }
}

/// <summary>The .gnu.version_r section of a 64-bit little-endian ELF file.</summary>
public static class ElfVersionRequirement
{
    private const uint GnuVersionRequirements = 0x6ffffffe; // SHT_GNU_verneed
    private const ushort Weak = 0x2; // VER_FLG_WEAK

    /// <summary>Sets the weak flag on every requirement for a version, in place; false where there is none.</summary>
    /// <exception cref="InvalidDataException">Not such a file, or an offset in it leads outside.</exception>
    public static bool MakeWeak(byte[] elf, string version)
    {
        bool found = false;
        ForEach(elf, (name, flags) =>
        {
            if (name != version)
                return;
            found = true;
            elf[flags] |= (byte)Weak;
        });
        return found;
    }

    /// <summary>Whether a version is required, and if so, weakly.</summary>
    /// <exception cref="InvalidDataException">Not such a file, or an offset in it leads outside.</exception>
    public static bool? IsWeak(byte[] elf, string version)
    {
        bool? weak = null;
        ForEach(elf, (name, flags) =>
        {
            if (name == version)
                weak = (elf[flags] & Weak) != 0;
        });
        return weak;
    }

    private static void ForEach(byte[] elf, Action<string, long> visit)
    {
        if (elf.Length < 64 || elf[0] != 0x7f || elf[1] != 'E' || elf[2] != 'L' || elf[3] != 'F' || elf[4] != 2 || elf[5] != 1)
            throw new InvalidDataException("This is not a 64-bit little-endian ELF library.");
        long sections = Read(elf, 0x28, 8), size = Read(elf, 0x3a, 2), count = Read(elf, 0x3c, 2);
        for (long i = 0; i < count; i++)
        {
            long section = sections + i * size;
            if (Read(elf, section + 4, 4) != GnuVersionRequirements)
                continue;
            long strings = Read(elf, sections + Read(elf, section + 0x28, 4) * size + 0x18, 8);
            long need = Read(elf, section + 0x18, 8), next;
            do
            {
                long requirement = need + Read(elf, need + 8, 4);
                for (long left = Read(elf, need + 2, 2); left > 0; left--)
                {
                    visit(NameAt(elf, strings + Read(elf, requirement + 8, 4)), requirement + 4);
                    requirement += Read(elf, requirement + 12, 4);
                }

                next = Read(elf, need + 12, 4);
                need += next;
            }
            while (next != 0);
        }
    }

    private static long Read(byte[] elf, long offset, int bytes)
    {
        if (offset < 0 || offset > elf.Length - bytes)
            throw new InvalidDataException("This ELF library is damaged: an offset leads outside the file.");
        ulong value = 0;
        for (int i = bytes - 1; i >= 0; i--)
            value = value << 8 | elf[offset + i];
        return unchecked((long)value);
    }

    private static string NameAt(byte[] elf, long offset)
    {
        long end = offset;
        while (Read(elf, end, 1) != 0)
            end++;
        return Encoding.ASCII.GetString(elf, (int)offset, (int)(end - offset));
    }
}
