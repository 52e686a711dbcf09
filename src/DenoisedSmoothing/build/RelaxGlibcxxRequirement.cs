// Compiled by MSBuild while a consumer builds (RoslynCodeTaskFactory), never into the library.
using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>Writes a copy of an ELF library in which the requirement of GLIBCXX_3.4.32 is weak.</summary>
public class RelaxGlibcxxRequirement : Task
{
    private const string Version = "GLIBCXX_3.4.32";
    private const uint GnuVersionRequirements = 0x6ffffffe; // SHT_GNU_verneed
    private const ushort Weak = 0x2; // VER_FLG_WEAK

    [Required]
    public string Source { get; set; }

    [Required]
    public string Target { get; set; }

    public bool OnlyIfHostLacks { get; set; }

    [Output]
    public bool Written { get; set; }

    public override bool Execute()
    {
        if (OnlyIfHostLacks && !HostLacks())
            return true;
        if (File.Exists(Target) && File.GetLastWriteTimeUtc(Target) >= File.GetLastWriteTimeUtc(Source))
        {
            Written = true;
            return true;
        }

        byte[] elf = File.ReadAllBytes(Source);
        if (!Relax(elf))
        {
            // A later TorchSharp may not need it: leave the original in place.
            Log.LogMessage(MessageImportance.Normal, "{0} does not require {1}; nothing to relax.", Source, Version);
            return true;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Target));
        string fresh = Target + "." + Guid.NewGuid().ToString("N");
        File.WriteAllBytes(fresh, elf);
        if (File.Exists(Target))
            File.Delete(Target);
        try
        {
            File.Move(fresh, Target);
        }
        catch (IOException) when (File.Exists(Target))
        {
            File.Delete(fresh); // another project of the same build was quicker
        }

        Written = true;
        return true;
    }

    private static bool HostLacks()
    {
        byte[] version = Encoding.ASCII.GetBytes(Version + "\0");
        foreach (string folder in new[] { "/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu", "/usr/lib64", "/lib64", "/usr/lib/aarch64-linux-gnu", "/usr/lib" })
        {
            string library = Path.Combine(folder, "libstdc++.so.6");
            if (File.Exists(library))
                return IndexOf(File.ReadAllBytes(library), version) < 0;
        }

        return false; // unknown layout: leave the library as it came
    }

    private static int IndexOf(byte[] where, byte[] what)
    {
        for (int i = 0; i + what.Length <= where.Length; i++)
        {
            int j = 0;
            while (j < what.Length && where[i + j] == what[j])
                j++;
            if (j == what.Length)
                return i;
        }

        return -1;
    }

    /// <summary>Sets the weak flag on the one entry of .gnu.version_r, in place (ELF64, little endian).</summary>
    private static bool Relax(byte[] elf)
    {
        if (elf.Length < 64 || elf[0] != 0x7f || elf[1] != 'E' || elf[2] != 'L' || elf[3] != 'F' || elf[4] != 2 || elf[5] != 1)
            return false;
        long sections = BitConverter.ToInt64(elf, 0x28);
        int size = BitConverter.ToUInt16(elf, 0x3a), count = BitConverter.ToUInt16(elf, 0x3c);
        for (int i = 0; i < count; i++)
        {
            long header = sections + (long)i * size;
            if (BitConverter.ToUInt32(elf, (int)header + 4) != GnuVersionRequirements)
                continue;
            long need = BitConverter.ToInt64(elf, (int)header + 0x18);
            long strings = BitConverter.ToInt64(elf, (int)(sections + (long)BitConverter.ToUInt32(elf, (int)header + 0x28) * size) + 0x18);
            while (true)
            {
                int entries = BitConverter.ToUInt16(elf, (int)need + 2);
                long entry = need + BitConverter.ToUInt32(elf, (int)need + 8);
                for (int j = 0; j < entries; j++)
                {
                    if (NameAt(elf, strings + BitConverter.ToUInt32(elf, (int)entry + 8)) == Version)
                    {
                        elf[entry + 4] |= (byte)Weak;
                        return true;
                    }

                    entry += BitConverter.ToUInt32(elf, (int)entry + 12);
                }

                uint next = BitConverter.ToUInt32(elf, (int)need + 12);
                if (next == 0)
                    break;
                need += next;
            }
        }

        return false;
    }

    private static string NameAt(byte[] elf, long offset)
    {
        int end = (int)offset;
        while (elf[end] != 0)
            end++;
        return Encoding.ASCII.GetString(elf, (int)offset, end - (int)offset);
    }
}
