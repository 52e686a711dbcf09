namespace DenoisedSmoothing.Tool;

/// <summary>
/// File errors that come from where the files are stored and not from what was asked: a full disk, an unavailable share. A file that does
/// not exist, or may not be read, is not one of them.
/// </summary>
internal static class StorageFaults
{
    private const int Win32 = unchecked((int)0x80070000);

    // .NET passes on the system's error number as HResult, on Windows as 0x8007 and the number.
    private static readonly HashSet<int> s_linux =
    [
        4, // EINTR
        5, // EIO
        11, // EAGAIN, EWOULDBLOCK: locked
        12, // ENOMEM
        16, // EBUSY
        19, // ENODEV: the device under a mount went away
        23, // ENFILE: too many open files on the machine
        28, // ENOSPC
        37, // ENOLCK
        62, // ETIME
        70, // ECOMM
        100, 101, 103, 104, 107, // ENETDOWN, ENETUNREACH, ECONNABORTED, ECONNRESET; ENOTCONN, as FUSE reports a dead mount
        108, // ESHUTDOWN
        110, 111, 112, 113, // ETIMEDOUT, ECONNREFUSED, EHOSTDOWN, EHOSTUNREACH
        116, // ESTALE: the NFS server no longer knows the file
        121, // EREMOTEIO
        122, // EDQUOT
        123, // ENOMEDIUM
    ];

    private static readonly HashSet<int> s_macOS =
    [
        4, 5, 12, 16, 19, 23, 28, // as on Linux
        35, // EAGAIN
        50, 51, 53, 54, 57, 58, // ENETDOWN, ENETUNREACH, ECONNABORTED, ECONNRESET, ENOTCONN, ESHUTDOWN
        60, 61, 64, 65, // ETIMEDOUT, ECONNREFUSED, EHOSTDOWN, EHOSTUNREACH
        69, 70, 77, // EDQUOT, ESTALE, ENOLCK
    ];

    private static readonly HashSet<int> s_windows =
    [
        21, 23, 31, // NOT_READY, CRC, GEN_FAILURE
        32, 33, // SHARING_VIOLATION, LOCK_VIOLATION
        39, 112, // HANDLE_DISK_FULL, DISK_FULL
        51, 53, 54, 55, 59, 64, 71, // REM_NOT_LIST, BAD_NETPATH, NETWORK_BUSY, DEV_NOT_EXIST, UNEXP_NET_ERR, NETNAME_DELETED, REQ_NOT_ACCEP
        121, // SEM_TIMEOUT
        170, // BUSY
        1117, 1167, // IO_DEVICE, DEVICE_NOT_CONNECTED
        1231, 1232, 1236, // NETWORK_UNREACHABLE, HOST_UNREACHABLE, CONNECTION_ABORTED
        1295, 1450, 1460, 1816, // DISK_QUOTA_EXCEEDED, NO_SYSTEM_RESOURCES, TIMEOUT, NOT_ENOUGH_QUOTA
    ];

    /// <summary>The system whose numbers this process sees.</summary>
    public static SystemFamily ThisSystem { get; } = OperatingSystem.IsWindows() ? SystemFamily.Windows
        : OperatingSystem.IsMacOS() ? SystemFamily.MacOS
        : SystemFamily.Linux;

    /// <summary>Whether an I/O error may be gone when the command is repeated.</summary>
    /// <param name="code">The HResult of an <see cref="IOException"/>.</param>
    /// <param name="system">The system to which the numbers belong.</param>
    public static bool CanPass(int code, SystemFamily system) => system switch
    {
        SystemFamily.Linux => s_linux.Contains(code),
        SystemFamily.MacOS => s_macOS.Contains(code),
        _ => (code & unchecked((int)0xffff0000)) == Win32 && s_windows.Contains(code & 0xffff),
    };
}
