namespace DenoisedSmoothing.Logs;

/// <summary>The right to write a log, held by one process at a time: a lock on an empty file beside it (<c>LOG.lock</c>).</summary>
/// <remarks>
/// The system releases it however the process ends, including by <c>kill -9</c>. The file stays, since deleting it while a second process
/// has it open would let a third one in; it is deleted only with a finished log, which accepts no more lines. On Linux this is flock, which
/// NFS passes on to its server (unless mounted with nolock or local_lock) and Lustre only when mounted with flock: where it is not passed
/// on, <see cref="CertificationLogWriter"/> still notices that another process wrote.
/// </remarks>
internal sealed class LogLock : IDisposable
{
    // Linux's and macOS's EWOULDBLOCK; Windows' sharing and lock violations.
    private static readonly int[] s_taken = OperatingSystem.IsWindows() ? [unchecked((int)0x80070020), unchecked((int)0x80070021)]
        : OperatingSystem.IsMacOS() ? [35] : [11];

    private readonly FileStream _file;

    private LogLock(FileStream file) => _file = file;

    /// <summary>Takes the lock or fails at once.</summary>
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

    /// <summary>Whether an error says that another process has exclusive access to a file.</summary>
    public static bool IsTaken(IOException error) => s_taken.Contains(error.HResult);

    /// <summary>The error for that case.</summary>
    public static LogInUseException InUse(string log, Exception? inner = null) => new(
        $"Another process is writing {log}. Wait until it has ended, or choose another name.", inner);

    /// <summary>Releases it for good: the log is finished.</summary>
    public void Remove()
    {
        _file.Dispose();
        try
        {
            File.Delete(_file.Name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // One more empty file: nothing depends on it.
        }
    }

    public void Dispose() => _file.Dispose();
}
