using System.Runtime.InteropServices;

namespace DenoisedSmoothing.Networks;

/// <summary>
/// The message of the C++ exception being handled on this thread, by the ABI of GCC's library on x64, the only Linux that TorchSharp
/// supports.
/// </summary>
internal static unsafe class CurrentCppException
{
    // In std::type_info's table: two destructors, is a pointer, is a function, then this.
    private const int DoCatch = 4;

    // In std::exception's table: two destructors, then this.
    private const int What = 2;

    /// <summary>The exception's <c>what()</c>; the name of its type where it is not a <c>std::exception</c>.</summary>
    public static string Describe()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64 || !NativeLibrary.TryLoad("libstdc++.so.6", out nint library)
            || !NativeLibrary.TryGetExport(library, "__cxa_current_exception_type", out nint currentType)
            || !NativeLibrary.TryGetExport(library, "_ZSt17current_exceptionv", out nint current)
            || !NativeLibrary.TryGetExport(library, "_ZTISt9exception", out nint standard))
            return "no reason given";
        nint* type = (nint*)((delegate* unmanaged<nint>)currentType)();
        if (type is null)
            return "no reason given";
        // std::exception_ptr is one pointer, to the object that was thrown; such a class is returned through a hidden first argument.
        nint thrown = 0;
        ((delegate* unmanaged<nint*, nint>)current)(&thrown);
        // Whether a handler of std::exception would catch this, and with which pointer.
        byte isStandard = ((delegate* unmanaged<nint, nint*, nint*, uint, byte>)(*(nint**)standard)[DoCatch])(standard, type, &thrown, 1);
        return isStandard == 0
            ? $"a C++ exception of type {Marshal.PtrToStringUTF8(type[1])}"
            : Marshal.PtrToStringUTF8(((delegate* unmanaged<nint, nint>)(*(nint**)thrown)[What])(thrown)) ?? "no reason given";
    }
}
