// NVIDIA's driver and library of products, as far as the library calls them, by the emulator and the processor: each function takes what
// its documentation says and answers with an error where it is given anything else. One device, of compute capability 9.0.
#include <cstdint>
#include <cstring>

#define EXPORT extern "C" __attribute__((visibility("default")))

EXPORT int run(const char *name, int grid_x, int grid_y, int threads, int shared_bytes, void **arguments);

namespace {

constexpr int Invalid = 1, NotInitialized = 3, InvalidContext = 201, InvalidPtx = 218, NotFound = 500;
char device_context, other_context, module_, handle_;
thread_local void *current = &other_context; // as libtorch leaves another device's
bool initialized;

float cut(float value)
{
    uint32_t bits;
    std::memcpy(&bits, &value, 4);
    bits &= 0xffffe000u;
    std::memcpy(&value, &bits, 4);
    return value;
}

}

EXPORT int cuInit(unsigned flags)
{
    initialized = flags == 0;
    return initialized ? 0 : Invalid;
}

EXPORT int cuDeviceGet(int *device, int ordinal)
{
    if (!initialized)
        return NotInitialized;
    *device = 40 + ordinal;
    return ordinal == 0 ? 0 : 101; // CUDA_ERROR_INVALID_DEVICE
}

EXPORT int cuDeviceGetAttribute(int *value, int attribute, int device)
{
    *value = attribute == 16 ? 2 : attribute == 75 ? 9 : attribute == 76 ? 0 : -1;
    return device == 40 && *value >= 0 ? 0 : Invalid;
}

EXPORT int cuDevicePrimaryCtxRetain(void **context, int device)
{
    *context = &device_context;
    return device == 40 ? 0 : Invalid;
}

EXPORT int cuCtxGetCurrent(void **context)
{
    *context = current;
    return 0;
}

EXPORT int cuCtxSetCurrent(void *context)
{
    current = context;
    return 0;
}

EXPORT int cuModuleLoadData(void **module, const char *ptx)
{
    if (current != &device_context)
        return InvalidContext;
    *module = &module_;
    return std::strstr(ptx, ".entry split_rows_float32") ? 0 : InvalidPtx;
}

EXPORT int cuModuleGetFunction(void **function, void *module, const char *name)
{
    if (module != &module_ || std::strlen(name) < 5)
        return NotFound;
    *function = strdup(name); // for as long as the process
    return 0;
}

EXPORT int cuLaunchKernel(void *function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned threads, unsigned threads_y,
    unsigned threads_z, unsigned shared_bytes, void *stream, void **arguments, void **extra)
{
    if (current != &device_context)
        return InvalidContext;
    if (grid_z != 1 || threads_y != 1 || threads_z != 1 || stream || extra)
        return Invalid;
    return run((const char *)function, (int)grid_x, (int)grid_y, (int)threads, (int)shared_bytes, arguments);
}

EXPORT int cuGetErrorName(int code, const char **name)
{
    *name = code == InvalidContext ? "CUDA_ERROR_INVALID_CONTEXT" : code == 101 ? "CUDA_ERROR_INVALID_DEVICE"
        : code == 2 ? "CUDA_ERROR_OUT_OF_MEMORY" : nullptr;
    return 0;
}

EXPORT const char *cublasGetStatusName(int status)
{
    return status == 3 ? "CUBLAS_STATUS_ALLOC_FAILED" : status == 7 ? "CUBLAS_STATUS_INVALID_VALUE" : "CUBLAS_STATUS_NOT_INITIALIZED";
}

EXPORT int cublasCreate_v2(void **handle)
{
    *handle = &handle_;
    return current == &device_context ? 0 : 1; // CUBLAS_STATUS_NOT_INITIALIZED
}

// C = alpha op(A) op(B) + beta C, columns beside one another; of all that it can be asked for, what the library asks for.
EXPORT int cublasGemmEx(void *handle, int transposed_a, int transposed_b, int m, int n, int k, const float *alpha, const float *a, int type_a,
    int lda, const float *b, int type_b, int ldb, const float *beta, float *c, int type_c, int ldc, int compute, int algorithm)
{
    if (handle != &handle_ || current != &device_context)
        return 1;
    bool known = transposed_a == 1 && transposed_b == 0 && type_a == 0 && type_b == 0 && type_c == 0 && compute == 77 && algorithm == -1;
    if (!known || m <= 0 || n <= 0 || k <= 0 || lda < k || ldb < k || ldc < m || (uintptr_t)a % 16 || (uintptr_t)b % 16 || (uintptr_t)c % 16)
        return 7; // CUBLAS_STATUS_INVALID_VALUE
    if (m == 10000)
        return 3; // CUBLAS_STATUS_ALLOC_FAILED
    for (int column = 0; column < n; column++)
        for (int row = 0; row < m; row++) {
            double sum = 0;
            for (int i = 0; i < k; i++)
                sum += (double)cut(a[(int64_t)row * lda + i]) * cut(b[(int64_t)column * ldb + i]);
            float &to = c[(int64_t)column * ldc + row];
            to = (float)(*alpha * sum) + (*beta == 0 ? 0 : *beta * to);
        }

    return 0;
}
