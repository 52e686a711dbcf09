namespace DenoisedSmoothing.Logs;

/// <summary>The right to write a log, which one process at a time has: a lock on an empty file beside it (<c>LOG.lock</c>).</summary>
/// <remarks>
/// The system lets go of it however the process ends, <c>kill -9</c> included. The file stays, since deleting it under a second process
/// that has it open would let a third one in; only with a finished log, which takes no more lines, it goes. On Linux this is flock, which
/// NFS passes on to its server (unless mounted with nolock or local_lock) and Lustre only when mounted with flock: where it is not passed
/// on, <see cref="CertificationLogWriter"/> still sees that another process wrote.
/// </remarks>
internal sealed class LogLock : IDisposable
{
    // Linux's and macOS's EWOULDBLOCK; Windows' sharing and lock violations.
    private static readonly int[] s_taken = OperatingSystem.IsWindows() ? [unchecked((int)0x80070020), unchecked((int)0x80070021)]
        : OperatingSystem.IsMacOS() ? [35] : [11];

    private readonly FileStream _file;

    private LogLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, or fails at once.</summary>
    /// <param name="log">The log's path.</param>
    /// <exception cref="LogInUseException">Another process has it.</exception>
    /// <exception cref="IOException">The file cannot be opened for another reason.</exception>
    public static LogLock Take(string log)
    {
        string path = LogPaths.Lock(log);
        try
        {
            return new LogLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        }
        catch (IOException e) when (IsTaken(e))
        {
            throw InUse(log, e);
        }
    }

    /// <summary>Whether a process has the lock of a log now, as far as this machine can tell.</summary>
    public static bool IsHeld(string log)
    {
        string path = LogPaths.Lock(LogPaths.LogOf(log));
        if (!File.Exists(path))
            return false;
        try
        {
            using (new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
                return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e is IOException io && IsTaken(io);
        }
    }

    /// <summary>Whether an error says that another process has a file open for itself.</summary>
    public static bool IsTaken(IOException error) => s_taken.Contains(error.HResult);

    /// <summary>What to say then.</summary>
    public static LogInUseException InUse(string log, Exception? inner = null) => new(
        $"Another process is writing {log}. Wait until it has ended, or choose another name.", inner);

    /// <summary>Lets go, for good: the log is finished.</summary>
    public void Remove()
    {
        _file.Dispose();
        try
        {
            File.Delete(_file.Name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // An empty file more: nothing rests on it.
        }
    }

    public void Dispose() => _file.Dispose();
}
