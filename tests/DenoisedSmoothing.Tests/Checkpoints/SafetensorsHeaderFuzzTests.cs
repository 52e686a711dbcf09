using System.Buffers.Binary;
using System.Diagnostics;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Checkpoints;

public class SafetensorsHeaderFuzzTests
{
    private const int Mutations = 20_000;

    /// <summary>Pieces that matter to the format, so that mutations get past the JSON reader.</summary>
    private static readonly byte[][] Fragments =
        [.. new[] { "-1", "0", "9223372036854775807", "99999999999999999999", "[", "]", "{", "}", ",", ":", "\"", "\"F64\"", "\"dtype\"",
            "\"shape\"", "1e9", "null", "\\ud800", "\u00e9", "__metadata__" }
            .Select(text => System.Text.Encoding.UTF8.GetBytes(text))];

    [Fact]
    public void Read_of_a_mutated_header_throws_nothing_but_CheckpointException()
    {
        byte[] original = File.ReadAllBytes(Golden.PathOf("checkpoints/all_dtypes.safetensors"));
        Random random = new(20240607);
        int refused = 0;
        for (int i = 0; i < Mutations; i++)
        {
            byte[] mutated = Mutate(original, random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            try
            {
                Consistent(SafetensorsHeaderTests.Read(mutated), mutated.Length);
            }
            catch (CheckpointException)
            {
                refused++;
            }

            // Generous: a usual run takes well under a millisecond, but the machine may be busy.
            Stopwatch.GetElapsedTime(start).Should().BeLessThan(TimeSpan.FromSeconds(5), "mutation {0}", i);
            (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(1_000_000, "mutation {0}", i);
        }

        refused.Should().BeInRange(Mutations / 2, Mutations - 1, "some mutations only rename, most break");
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        List<byte> bytes = [.. original];
        int header = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(original);
        int times = random.Next(1, 4);
        for (int k = 0; k < times; k++)
        {
            int at = random.Next(8, header - 64);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    // One digit for another: offsets and shapes that nearly fit.
                    while (at < bytes.Count && !char.IsAsciiDigit((char)bytes[at]))
                        at++;
                    bytes[Math.Min(at, bytes.Count - 1)] = (byte)('0' + random.Next(10));
                    break;
                case 3:
                    bytes.InsertRange(at, Fragments[random.Next(Fragments.Length)]);
                    break;
                default:
                    bytes.RemoveRange(at, random.Next(1, 16));
                    break;
            }
        }

        byte[] mutated = [.. bytes];
        // Mostly the header length follows the edits, so that the JSON is what is tested; sometimes it is the damage.
        long length = random.Next(10) == 0 ? random.NextInt64() >> random.Next(64) : header - 8 + mutated.Length - original.Length;
        BinaryPrimitives.WriteInt64LittleEndian(mutated, length);
        return mutated;
    }

    private static void Consistent(SafetensorsHeader header, long fileLength)
    {
        long end = 0;
        foreach (SafetensorsEntry entry in header.Entries)
        {
            if (entry.Begin != end || entry.End < end)
                throw new InvalidOperationException($"{entry} does not follow the entry before it.");
            end = entry.End;
        }

        if (header.DataStart + end != fileLength)
            throw new InvalidOperationException("The entries do not cover the file.");
    }
}
