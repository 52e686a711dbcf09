// What every kernel stands on: indices, barriers, rows of eight values in float32, bfloat16 or float16.
// The same text compiles for CUDA (clang -x cuda, no toolkit) and, with KERNELS_ON_CPU, for the tests' emulation on the CPU.
#pragma once

typedef unsigned short u16;
typedef unsigned int u32;
typedef long long i64;

#ifdef KERNELS_ON_CPU
#include "cpu.h"
#else
#define KERNEL extern "C" __attribute__((global)) void
#define DEVICE static __attribute__((device)) inline __attribute__((always_inline))
#define THREAD ((int)__nvvm_read_ptx_sreg_tid_x())
#define THREADS ((int)__nvvm_read_ptx_sreg_ntid_x())
#define BLOCK_X ((int)__nvvm_read_ptx_sreg_ctaid_x())
#define BLOCKS_X ((int)__nvvm_read_ptx_sreg_nctaid_x())
#define BLOCK_Y ((int)__nvvm_read_ptx_sreg_ctaid_y())
#define BLOCKS_Y ((int)__nvvm_read_ptx_sreg_nctaid_y())
#define BARRIER() __syncthreads()
extern __attribute__((device)) __attribute__((shared)) float shared[];

DEVICE float other_lane(float value, int mask) { return __nvvm_shfl_sync_bfly_f32(0xffffffffu, value, mask, 0x1f); }
DEVICE float reciprocal_root(float x) { return __nvvm_rsqrt_approx_f(x); }
DEVICE float sigmoid(float x) { return __nvvm_rcp_approx_ftz_f(1.0f + __nvvm_ex2_approx_ftz_f(-1.44269504f * x)); }
DEVICE float from_half(u32 h)
{
    float f;
    asm("{ .reg .b16 h, unused; mov.b32 {h, unused}, %1; cvt.f32.f16 %0, h; }" : "=f"(f) : "r"(h));
    return f;
}

DEVICE u32 to_half(float f)
{
    u16 h;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(h) : "f"(f));
    return h;
}
#endif

// The types of values: what an element is in memory. Sums are float32 in all of them.
enum Type { Float32, BFloat16, Float16 };

// Sixteen bytes, as one access.
struct alignas(16) Pack { u32 word[4]; };

DEVICE float as_float(u32 bits) { return __builtin_bit_cast(float, bits); }
DEVICE u32 as_bits(float value) { return __builtin_bit_cast(u32, value); }

// To the nearest, ties to even; NaN stays NaN.
DEVICE u32 to_bfloat16(float value)
{
    u32 bits = as_bits(value);
    if ((bits & 0x7fffffffu) > 0x7f800000u)
        return 0x7fc0u;
    return (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
}

template<Type T> DEVICE float load(const void *base, i64 index)
{
    if (T == Float32)
        return ((const float *)base)[index];
    u32 bits = ((const u16 *)base)[index];
    return T == BFloat16 ? as_float(bits << 16) : from_half(bits);
}

// Eight adjacent values as they are in memory: what is loaded now and read later, so that several loads are under way at once.
template<Type T> struct Eight { Pack pack[T == Float32 ? 2 : 1]; };

template<Type T> DEVICE Eight<T> eight(const void *base, i64 index)
{
    Eight<T> loaded;
    const Pack *packs = (const Pack *)(T == Float32 ? (const char *)base + index * 4 : (const char *)base + index * 2);
    for (int i = 0; i < (T == Float32 ? 2 : 1); i++)
        loaded.pack[i] = packs[i];
    return loaded;
}

template<Type T> DEVICE void read8(const Eight<T> &loaded, float *values)
{
    for (int i = 0; i < 4; i++) {
        u32 word = loaded.pack[0].word[i];
        if (T == Float32) {
            values[i] = as_float(word);
            values[4 + i] = as_float(loaded.pack[T == Float32 ? 1 : 0].word[i]);
        } else {
            values[2 * i] = T == BFloat16 ? as_float(word << 16) : from_half(word & 0xffffu);
            values[2 * i + 1] = T == BFloat16 ? as_float(word & 0xffff0000u) : from_half(word >> 16);
        }
    }
}

template<Type T> DEVICE void load8(const void *base, i64 index, float *values) { read8<T>(eight<T>(base, index), values); }

template<Type T> DEVICE void store8(void *base, i64 index, const float *values)
{
    if (T == Float32) {
        Pack *packs = (Pack *)((float *)base + index);
        Pack first, second;
        for (int i = 0; i < 4; i++) {
            first.word[i] = as_bits(values[i]);
            second.word[i] = as_bits(values[4 + i]);
        }

        packs[0] = first;
        packs[1] = second;
        return;
    }

    Pack pack;
    for (int i = 0; i < 4; i++) {
        float low = values[2 * i], high = values[2 * i + 1];
        pack.word[i] = T == BFloat16 ? to_bfloat16(low) | to_bfloat16(high) << 16 : to_half(low) | to_half(high) << 16;
    }

    *(Pack *)((u16 *)base + index) = pack;
}

// As it will be read back.
template<Type T> DEVICE float rounded(float value)
{
    if (T == Float32)
        return value;
    return T == BFloat16 ? as_float(to_bfloat16(value) << 16) : from_half(to_half(value));
}

// Where part `part` of `parts` begins among `count` things.
DEVICE int part_start(int count, int part, int parts) { return (int)((i64)count * part / parts); }
